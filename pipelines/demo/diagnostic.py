"""Events as diagnostic settings write them: an envelope around the raw fields."""

from typing import Any

from pipelines.demo.audit_fields import audit_fields
from pipelines.demo.clock import iso
from pipelines.demo.events import DirectoryAudit, Event, GraphRequest, SignIn
from pipelines.demo.graph_request_fields import REGION, caller_ip, graph_request_fields
from pipelines.demo.sign_in_fields import failure_reason, sign_in_fields
from pipelines.demo.world import World

CATEGORIES = {
    "SigninLogs": "SignInLogs",
    "AADNonInteractiveUserSignInLogs": "NonInteractiveUserSignInLogs",
    "AADServicePrincipalSignInLogs": "ServicePrincipalSignInLogs",
    "AADManagedIdentitySignInLogs": "ManagedIdentitySignInLogs",
    "MicrosoftServicePrincipalSignInLogs": "MicrosoftServicePrincipalSignInLogs",
    "AuditLogs": "AuditLogs",
    "MicrosoftGraphActivityLogs": "MicrosoftGraphActivityLogs",
}


def fields_of(event: Event, world: World) -> dict[str, Any]:
    """Give an event's raw fields, whatever its log."""
    if isinstance(event, SignIn):
        return sign_in_fields(event, world)
    if isinstance(event, GraphRequest):
        return graph_request_fields(event, world)
    return audit_fields(event)


def envelope(event: Event, world: World, *, properties: dict[str, Any]) -> dict[str, Any]:
    """Give one archived record; its `time` is the event's own until the archive delivers it (T21)."""
    if isinstance(event, GraphRequest):
        return _graph_activity(event, world, properties)
    record = {
        "time": iso(event.at),
        "resourceId": f"/tenants/{world.tenant_id}/providers/Microsoft.aadiam",
        "operationName": "Sign-in activity" if isinstance(event, SignIn) else event.activity,
        "operationVersion": "1.0",
        "category": CATEGORIES[event.log],
        "tenantId": world.tenant_id,
    }
    return record | (_result(event) if isinstance(event, SignIn) else _audit_result(event)) | {"properties": properties}


def _graph_activity(event: GraphRequest, world: World, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "time": iso(event.at),
        "resourceId": f"/TENANTS/{world.tenant_id.upper()}/PROVIDERS/MICROSOFT.AADIAM",
        "operationName": "Microsoft Graph Activity",
        "operationVersion": event.version,
        "category": CATEGORIES[event.log],
        "resultSignature": str(event.status),
        "durationMs": str(event.duration),
        "callerIpAddress": caller_ip(event),
        "correlationId": event.id,
        "level": "Informational",
        "location": REGION,
        "properties": properties,
        "tenantId": world.tenant_id,
    }


def _result(event: SignIn) -> dict[str, Any]:
    record: dict[str, Any] = {"resultType": str(event.error_code), "resultSignature": "None"}
    if event.error_code:
        record["resultDescription"] = failure_reason(event)
    record["durationMs"] = 0
    if event.ip_address:
        record["callerIpAddress"] = event.ip_address
    identity = event.user.display_name if event.user else event.app.name
    return record | {"correlationId": event.correlation_id, "identity": identity, "Level": 4}


def _audit_result(event: DirectoryAudit) -> dict[str, Any]:
    return {
        "resultSignature": "None",
        "durationMs": 0,
        "callerIpAddress": event.user.ip_address if event.user else "",
        "correlationId": event.correlation_id,
        "Level": 4,
    }
