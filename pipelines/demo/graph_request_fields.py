"""A Graph request's fields under their raw names (T19)."""

from typing import Any

from pipelines.demo.clock import SECOND, dotnet_ticks, iso
from pipelines.demo.events import GraphRequest
from pipelines.demo.identifiers import token_text
from pipelines.demo.world import World

_AUTH_METHODS = {"none": "0", "clientSecret": "1"}  # anything asserted is 2 (T15)
_DEFAULT_USER_ROLE = "b79fbf4d-3ef9-4689-8143-76b194e85509"
_APP_ROLE = "0997a1d0-0d1d-4acb-b408-d5ca73121e90"
REGION = "North Europe"


def graph_request_fields(event: GraphRequest, world: World) -> dict[str, Any]:
    """Give the request's raw fields, in the order in which diagnostic settings write them."""
    at = iso(event.at)
    return {
        "__UDI_RequiredFields_TenantId": world.tenant_id,
        "__UDI_RequiredFields_UniqueId": event.id,
        "__UDI_RequiredFields_EventTime": dotnet_ticks(event.at),
        "__UDI_RequiredFields_RegionScope": "EU",
        "timeGenerated": at,
        "location": REGION,
        "requestId": event.id,
        "operationId": event.operation_id,
        "clientRequestId": event.client_request_id,
        "apiVersion": event.version,
        "requestMethod": event.method,
        "responseStatusCode": event.status,
        "tenantId": world.tenant_id,
        "durationMs": event.duration,
        "responseSizeBytes": event.response_bytes,
        **_token(event, world),
        "ipAddress": caller_ip(event),
        "userAgent": _user_agent(event),
        "requestUri": event.uri,
        "atContentP": "",
        "atContentH": "",
        **_subject(event),
        "tokenIssuedAt": iso(event.token.issued_at),
        **({"isReplay": True} if event.is_replay else {}),
    }


def caller_ip(event: GraphRequest) -> str:
    """Give the address that called Graph: a server's own, where the sign-in shows its user's (T13)."""
    if event.ip_address:
        return event.ip_address
    token = event.token
    is_from_device = token.user is not None and token.credential == "none"
    return token.ip_address if is_from_device else token.app.host_ip


def _user_agent(event: GraphRequest) -> str:
    if event.user_agent:
        return event.user_agent
    token = event.token
    return token.user.device.user_agent if token.user and token.credential == "none" else token.app.user_agent


def _token(event: GraphRequest, world: World) -> dict[str, Any]:
    token = event.token
    is_home = token.user is not None and token.user.home_tenant_id == world.tenant_id
    return {
        "signInActivityId": token_text(token.id) if event.has_token_id else "",
        "roles": "" if token.user else token.app.roles,
        "appId": token.app.app_id,
        "UserPrincipalObjectID": token.user.id if token.user else token.app.service_principal_id,
        "scopes": token.app.scopes if token.user else "",
        "identityProvider": "" if is_home else f"https://sts.windows.net/{_issuing_tenant(event, world)}/",
        "clientAuthMethod": _AUTH_METHODS.get(token.credential, "2"),
        "wids": _DEFAULT_USER_ROLE if token.user else _APP_ROLE,
        "C_Idtyp": "user" if token.user else "app",
        "C_Iat": str(token.issued_at // SECOND),
    }


def _issuing_tenant(event: GraphRequest, world: World) -> str:
    return event.token.user.home_tenant_id if event.token.user else world.tenant_id


def _subject(event: GraphRequest) -> dict[str, Any]:
    """A delegated token names the user, the session and the device; an app-only one the service principal."""
    token = event.token
    if token.user is None:
        return {"userId": "", "servicePrincipalId": token.app.service_principal_id}
    return {
        "C_Sid": token.session_id,
        "C_DeviceId": token.user.device.id,
        "userId": token.user.id,
        "servicePrincipalId": "",
    }
