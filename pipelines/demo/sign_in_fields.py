"""A sign-in's fields in the camelCase that diagnostic settings and Microsoft Graph share."""

import json
from typing import Any

from pipelines.demo.clock import iso
from pipelines.demo.events import INTERACTIVE, MANAGED_IDENTITY, MICROSOFT, SignIn
from pipelines.demo.identifiers import token_text
from pipelines.demo.people import User
from pipelines.demo.world import World

_EVENT_TYPES = {
    "SigninLogs": "interactiveUser",
    "AADNonInteractiveUserSignInLogs": "nonInteractiveUser",
    "AADServicePrincipalSignInLogs": "servicePrincipal",
    "AADManagedIdentitySignInLogs": "managedIdentity",
}
_FAILURES = {
    50126: "Error validating credentials due to invalid username or password.",
    700027: "Client assertion failed signature validation.",
    7000215: "Invalid client secret provided.",
    50013: "Assertion failed signature validation.",
    53003: "Access has been blocked by Conditional Access policies.",
    65001: "The user or administrator has not consented to use the application.",
}
_NO_KEY = "00000000-0000-0000-0000-000000000000"  # what rows of federated credentials carry (T16)


def sign_in_fields(event: SignIn, world: World) -> dict[str, Any]:
    """Give the sign-in's raw fields, in the order and with the empty values that Entra writes."""
    if event.log == MICROSOFT:
        return _identifying(event) | _credential(event) | _owners(event)
    fields = _identifying(event) | _common(event) | _owners(event)
    if event.user:
        return fields | _of_user(event, event.user, world)
    return fields | _credential(event) | _managed_identity(event)


def failure_reason(event: SignIn) -> str:
    """Give the text of the error code; empty for a success."""
    return _FAILURES.get(event.error_code, "")


def _identifying(event: SignIn) -> dict[str, Any]:
    return {
        "id": event.id,
        "createdDateTime": iso(event.at, "+00:00"),
        "appId": event.app.app_id,
        "correlationId": event.correlation_id,
        "resourceDisplayName": event.resource.name,
        "resourceId": event.resource.app_id,
        "resourceServicePrincipalId": event.resource.service_principal_id,
        "uniqueTokenIdentifier": token_text(event.id),
    }


def _common(event: SignIn) -> dict[str, Any]:
    status: dict[str, Any] = {"errorCode": event.error_code}
    if event.error_code:
        status["failureReason"] = failure_reason(event)
    return {
        "ipAddress": event.ip_address,
        "userAgent": _user_agent(event),
        "status": status,
        "location": _location(event),
        "conditionalAccessStatus": "success" if event.log == INTERACTIVE and not event.error_code else "notApplied",
        "appliedConditionalAccessPolicies": [],
        "conditionalAccessAudiences": [event.resource.app_id],
        "isInteractive": event.log == INTERACTIVE,
        "signInEventTypes": [_EVENT_TYPES[event.log]],
        "tokenIssuerType": "AzureAD",
        "authenticationProcessingDetails": _processing(event),
        "networkLocationDetails": [],
        "riskDetail": "none",
        "riskLevelAggregated": "none",
        "riskLevelDuringSignIn": "none",
        "riskState": "none",
        "processingTimeInMilliseconds": event.at % 400 + 40,
        "clientCredentialType": event.credential if event.shown_credential is None else event.shown_credential,
        "federatedCredentialId": event.app.federated_credential_id,
        "sessionId": event.session_id,
        "autonomousSystemNumber": 64496,
        "crossTenantAccessType": "b2bCollaboration" if event.user and event.user.user_type == "guest" else "none",
        "flaggedForReview": False,
        "isTenantRestricted": False,
        "incomingTokenType": event.incoming_token,
        "authenticationProtocol": event.protocol,
        "agent": _agent(event),
    }


def _user_agent(event: SignIn) -> str:
    if event.log == MANAGED_IDENTITY:
        return ""
    return event.user.device.user_agent if event.user else event.app.user_agent


def _location(event: SignIn) -> dict[str, Any]:
    city, state, country = event.user.place if event.user else ("", "", "")
    return {
        "city": city,
        "state": state,
        "countryOrRegion": country,
        "geoCoordinates": {"latitude": 0.0, "longitude": 0.0},
    }


def _processing(event: SignIn) -> list[dict[str, str]]:
    details = [{"key": "Is CAE Token", "value": str(event.is_cae)}]
    if event.app.scopes and event.user:
        details.append({"key": "Oauth Scope Info", "value": json.dumps(event.app.scopes.split())})
    return details


def _agent(event: SignIn) -> dict[str, str]:
    agent = event.agent
    block = {"agentType": agent.agent_type, "agentSubjectType": agent.subject_type}
    if agent.parent_app_id:
        block["parentAppId"] = agent.parent_app_id
    if agent.subject_parent_id:
        block["agentSubjectParentId"] = agent.subject_parent_id
    return block


def _owners(event: SignIn) -> dict[str, Any]:
    return {"appOwnerTenantId": event.app.owner_tenant_id, "resourceOwnerTenantId": event.resource.owner_tenant_id}


def _of_user(event: SignIn, user: User, world: World) -> dict[str, Any]:
    return {
        "userDisplayName": user.display_name,
        "userPrincipalName": user.sign_in_name,
        "userId": user.id,
        "userType": user.user_type,
        "homeTenantId": user.home_tenant_id,
        "resourceTenantId": world.tenant_id,
        "appDisplayName": event.app.name,
        "clientAppUsed": "Browser" if event.log == INTERACTIVE else "Mobile Apps and Desktop clients",
        "deviceDetail": _device(user),
        "mfaDetail": {},
        "authenticationRequirement": _requirement(event),
        "authenticationDetails": _authentication(event),
        "authenticationRequirementPolicies": [],
        "originalRequestId": event.id,
        "originalTransferMethod": "none",
        "riskEventTypes_v2": [],
        "servicePrincipalId": "",
        "signInIdentifier": user.sign_in_name if event.log == INTERACTIVE else "",
        "tokenIssuerName": "",
    }


def _device(user: User) -> dict[str, Any]:
    device = user.device
    detail: dict[str, Any] = {
        "deviceId": device.id,
        "operatingSystem": device.operating_system,
        "browser": device.browser,
    }
    if device.id:
        detail |= {"displayName": device.name, "isCompliant": True, "isManaged": True, "trustType": device.trust_type}
    return detail


def _requirement(event: SignIn) -> str:
    return "multiFactorAuthentication" if event.log == INTERACTIVE else "singleFactorAuthentication"


def _authentication(event: SignIn) -> list[dict[str, Any]]:
    if event.log != INTERACTIVE:
        return []
    succeeded = event.error_code == 0
    steps = [("Password", "Primary authentication")]
    if succeeded:
        steps.append(("Mobile app notification", "Multifactor authentication"))
    return [
        {
            "authenticationStepDateTime": iso(event.at, "+00:00"),
            "authenticationMethod": method,
            "authenticationMethodDetail": "Password in the cloud" if method == "Password" else "",
            "succeeded": succeeded,
            "authenticationStepResultDetail": "MFA completed in Azure AD" if succeeded else failure_reason(event),
            "authenticationStepRequirement": requirement,
        }
        for method, requirement in steps
    ]


def _credential(event: SignIn) -> dict[str, Any]:
    app, is_federated = event.app, event.credential == "federatedIdentityCredential"
    return {
        "servicePrincipalName": app.name,
        "servicePrincipalId": app.service_principal_id,
        "servicePrincipalCredentialKeyId": _NO_KEY if is_federated else app.key_id,
        "servicePrincipalCredentialThumbprint": app.thumbprint,
    }


def _managed_identity(event: SignIn) -> dict[str, Any]:
    if event.log != MANAGED_IDENTITY:
        return {}
    identity = {
        "msiType": event.app.identity_type,
        "associatedResourceId": event.app.azure_resource_id,
        "federatedTokenId": event.correlation_id if event.app.federated_issuer else "",
        "federatedTokenIssuer": event.app.federated_issuer,
    }
    return {"managedServiceIdentity": identity, "sourceAppClientId": ""}
