"""Events as rows of a Log Analytics workspace."""

import json
from typing import Any

from pipelines.demo.clock import iso
from pipelines.demo.diagnostic import CATEGORIES
from pipelines.demo.events import INTERACTIVE, MICROSOFT, DirectoryAudit, Event, GraphRequest, SignIn
from pipelines.demo.sign_in_fields import failure_reason
from pipelines.demo.world import World

_RENAMED = {
    "ipAddress": "IPAddress",
    "resourceId": "ResourceIdentity",
    "location": "LocationDetails",
    "appliedConditionalAccessPolicies": "ConditionalAccessPolicies",
    "riskEventTypes_v2": "RiskEventTypes_V2",
    "operationType": "AADOperationType",
}
_GRAPH_RENAMED = {
    "tenantId": "AadTenantId",
    "ipAddress": "IPAddress",
    "C_Sid": "SessionId",
    "C_DeviceId": "DeviceId",
    "atContentP": "ATContentP",
    "atContentH": "ATContentH",
}
_GRAPH_DROPPED = {"UserPrincipalObjectID", "C_Idtyp", "C_Iat", "isReplay"}  # no columns for these (T19)
_USER_DROPPED = {
    "SigninLogs": {"SignInEventTypes"},
    "AADNonInteractiveUserSignInLogs": {"SignInIdentifier", "FlaggedForReview"},
}
_MICROSOFT_COLUMNS = (
    "AppId AppOwnerTenantId CorrelationId CreatedDateTime ResourceDisplayName ResourceIdentity ResourceOwnerTenantId"
    " ResourceServicePrincipalId ServicePrincipalCredentialKeyId ServicePrincipalCredentialThumbprint"
    " ServicePrincipalId ServicePrincipalName UniqueTokenIdentifier"
)
_SERVICE_COLUMNS = (
    f"{_MICROSOFT_COLUMNS}"
    " Agent AuthenticationProcessingDetails ClientCredentialType ConditionalAccessAudiences ConditionalAccessPolicies"
    " ConditionalAccessStatus FederatedCredentialId Id IPAddress LocationDetails NetworkLocationDetails SessionId"
    " UserAgent"
)
_COLUMNS = {
    "AADServicePrincipalSignInLogs": f"{_SERVICE_COLUMNS} AutonomousSystemNumber",
    "AADManagedIdentitySignInLogs": f"{_SERVICE_COLUMNS} ManagedServiceIdentity SourceAppClientId",
    "MicrosoftServicePrincipalSignInLogs": _MICROSOFT_COLUMNS,
}
_DYNAMIC = {"Agent", "ConditionalAccessPolicies", "DeviceDetail", "LocationDetails", "MfaDetail", "Status"}
DATETIMES = {"TimeGenerated", "CreatedDateTime", "ActivityDateTime", "TokenIssuedAt"}


def row(event: Event, world: World, fields: dict[str, Any]) -> dict[str, Any]:
    """Give the event's row as a query returns it; `TenantId` is the workspace's id, not Entra's (T20)."""
    columns = {"TenantId": world.workspace_id, "SourceSystem": "Azure AD", "TimeGenerated": iso(event.at)}
    if isinstance(event, GraphRequest):
        columns |= _graph_activity(fields)
    elif isinstance(event, SignIn):
        columns |= _sign_in(event, world, fields)
    else:
        columns |= _audit(event, world, fields)
    return columns | {"Type": event.log}


def _pascal(name: str) -> str:
    return name[0].upper() + name[1:]


def _graph_activity(fields: dict[str, Any]) -> dict[str, Any]:
    columns = {
        _GRAPH_RENAMED.get(name) or _pascal(name): value
        for name, value in fields.items()
        if name not in _GRAPH_DROPPED and not name.startswith("__")
    }
    columns["ClientAuthMethod"] = int(columns["ClientAuthMethod"])
    columns["UniqueTokenId"] = columns["SignInActivityId"]
    return columns


def _sign_in(event: SignIn, world: World, fields: dict[str, Any]) -> dict[str, Any]:
    columns = {
        "OperationName": "Sign-in activity",
        "OperationVersion": "1.0",
        "Category": CATEGORIES[event.log],
        "ResultSignature": "None",
        "DurationMs": 0,
        "ResourceGroup": "Microsoft.aadiam",
    }
    if event.log != MICROSOFT:
        columns |= {
            "ResultType": str(event.error_code),
            "ResultDescription": failure_reason(event),
            "Identity": event.user.display_name if event.user else event.app.name,
            "Level": "4",
            "Location": event.user.place[2] if event.user else "",
            "AADTenantId": world.tenant_id,
        }
    return columns | {name: _cell(event, name, value) for name, value in _columns(event, fields)}


def _columns(event: SignIn, fields: dict[str, Any]) -> list[tuple[str, Any]]:
    """Give the raw fields that the event's table has columns for, renamed."""
    named = [(_RENAMED.get(name) or _pascal(name), value) for name, value in fields.items()]
    if event.user is None:
        return [(name, value) for name, value in named if name in _COLUMNS[event.log].split()]
    kept = [(name, value) for name, value in named if name not in _USER_DROPPED[event.log]]
    if event.log == INTERACTIVE:
        return kept
    return [("ProcessingTimeInMs" if name == "ProcessingTimeInMilliseconds" else name, value) for name, value in kept]


def _cell(event: SignIn, name: str, value: Any) -> Any:
    """Give a value as its column has it: objects in SigninLogs' dynamic columns, JSON text elsewhere (T28)."""
    if name == "CreatedDateTime":
        return iso(event.at)
    if name in ("ProcessingTimeInMilliseconds", "ProcessingTimeInMs", "AutonomousSystemNumber"):
        return str(value)
    if not isinstance(value, dict | list) or (event.log == INTERACTIVE and name in _DYNAMIC):
        return value
    if name == "AuthenticationDetails" and value:
        return json.dumps(value, indent=2)  # many lines in one cell, as the portal exports it
    return json.dumps(value, separators=(",", ":"))


def _audit(event: DirectoryAudit, world: World, fields: dict[str, Any]) -> dict[str, Any]:
    columns = {
        "OperationName": event.activity,
        "OperationVersion": "1.0",
        "ResultType": "",
        "ResultSignature": "None",
        "ResultDescription": "",
        "DurationMs": 0,
        "Resource": "Microsoft.aadiam",
        "ResourceGroup": "Microsoft.aadiam",
        "Identity": event.app.name if event.app else "",
        "Level": "4",
        "AADTenantId": world.tenant_id,
    }
    raw = {_RENAMED.get(name) or _pascal(name): value for name, value in fields.items() if name != "userAgent"}
    return columns | raw | {"ActivityDateTime": iso(event.at)}
