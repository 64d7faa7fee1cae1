"""Microsoft Sentinel: rows of a custom table, through the logs ingestion API of Azure Monitor."""

from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipelines.alerts.alert import Alert, time_of
from pipelines.alerts.message import Message
from pipelines.alerts.routes import SentinelRoute
from pipelines.alerts.sending import DeliveryError, Patience, secret_of
from pipelines.sources.azure import CLOUDS, CachedCredential, CloudName, tenant_credential

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.exceptions import HttpResponseError

_CLOUDS: dict[str, tuple[CloudName, str]] = {
    ".azure.us": ("us_gov", "https://monitor.azure.us/.default"),
    ".azure.cn": ("china", "https://monitor.azure.cn/.default"),
}
_GLOBAL: tuple[CloudName, str] = ("global", "https://monitor.azure.com/.default")
_MAY_PASS = {408, 429, 500, 502, 503, 504}


def render(message: Message) -> list[MutableMapping[str, Any]]:
    """A row for each alert."""
    return [_row(alert) for alert in message.alerts]


def send(
    route: SentinelRoute, message: Message, patience: Patience, credential: "TokenCredential | None" = None
) -> None:
    """Sends the alerts, by default with the credential of the route. Raises DeliveryError."""
    from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError  # noqa: PLC0415 - slow
    from azure.monitor.ingestion import LogsIngestionClient  # noqa: PLC0415

    with LogsIngestionClient(
        route.endpoint,
        credential or _credential(route),
        credential_scopes=[_cloud(route)[1]],
        connection_verify=str(route.ca_file) if route.ca_file else True,
        connection_timeout=patience.attempt_seconds,
        read_timeout=patience.attempt_seconds,
        retry_total=0,
        permit_redirects=False,
    ) as client:
        try:
            client.upload(route.rule_id, route.stream, render(message))
        except ClientAuthenticationError:
            raise DeliveryError(f"no token for {route.name}: see the credential of tenant {route.tenant_id}") from None
        except HttpResponseError as error:
            raise _refusal(error) from None
        except AzureError as error:
            raise DeliveryError(f"{route.endpoint} cannot be reached: {type(error).__name__}", may_pass=True) from None


def _credential(route: SentinelRoute) -> "TokenCredential":
    cloud, secret = CLOUDS[_cloud(route)[0]], secret_of(route)
    if secret is None or route.client_id is None:
        return tenant_credential(cloud, route.tenant_id, route.name, route.client_id)
    from azure.identity import ClientSecretCredential  # noqa: PLC0415 - takes a third of a second

    tenant, client = str(route.tenant_id), str(route.client_id)
    return CachedCredential(ClientSecretCredential(tenant, client, secret, authority=cloud.authority))


def _cloud(route: SentinelRoute) -> tuple[CloudName, str]:
    """The cloud of the endpoint, and the scope of a token for it."""
    endings = (cloud for ending, cloud in _CLOUDS.items() if route.endpoint.rstrip("/").endswith(ending))
    return next(endings, _GLOBAL)


def _refusal(error: "HttpResponseError") -> DeliveryError:
    status = error.status_code or 0
    grant = ": the identity needs the role Monitoring Metrics Publisher on the data collection rule"
    message = f"Azure Monitor answered {status}{grant if status == 403 else ''}"
    headers: Mapping[str, str] = getattr(error.response, "headers", {})
    wait = headers.get("Retry-After", "").strip()
    return DeliveryError(
        message,
        may_pass=status in _MAY_PASS,
        retry_after=float(wait) if wait.isdecimal() else None,
        of_message=status in (400, 413),
    )


def _row(alert: Alert) -> dict[str, Any]:
    return {
        "TimeGenerated": time_of(datetime.now(UTC)),
        "EventId": alert.event_id,
        "Reason": alert.reason,
        "FindingId": alert.finding_id,
        "RuleId": alert.rule_id,
        "Title": alert.title,
        "Severity": alert.severity,
        "EntraTenantId": alert.tenant_id,
        "Day": alert.day,
        "Summary": alert.summary,
        "AppId": alert.app_id,
        "AgentName": alert.agent_name,
        "UserId": alert.user_id,
        "UserPrincipalName": alert.user_upn,
        "TargetUserId": alert.target_user_id,
        "TargetUserPrincipalName": alert.target_user_upn,
        "RequestCount": alert.request_count,
        "FirstSeen": time_of(alert.first_seen),
        "LastSeen": time_of(alert.last_seen),
        "Techniques": list(alert.techniques),
        "WhatToDo": alert.what_to_do,
    }
