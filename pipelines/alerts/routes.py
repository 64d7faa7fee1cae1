"""The routes of the settings, a model for each kind. A secret stands in the environment and nowhere else."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from pipelines.resources import resource_folder
from pipelines.warehouse.rules import Severity

SECRET_PREFIX = "WHOSEAGENT_ROUTE_SECRET_"  # noqa: S105 - a variable's name
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_INGESTION = (".ingest.monitor.azure.com", ".ingest.monitor.azure.us", ".ingest.monitor.azure.cn")


def https_url(url: str) -> str:
    """The URL, where it is one that alerts may be sent to. Raises ValueError, which does not repeat the URL."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("is no URL") from None
    if not host or parts.scheme not in ("https", "http"):
        raise ValueError("is no URL such as https://alerts.example.com/hook")
    if parts.scheme != "https" and host not in _LOOPBACK:
        raise ValueError(f"is not encrypted: {host} has to be reached by https")
    if parts.username or parts.password:
        raise ValueError("has a name or password in it, which do not belong into a URL")
    return url


def _is_ingestion(url: str) -> str:
    host = urlsplit(https_url(url)).hostname or ""
    if not host.endswith(_INGESTION) and host not in _LOOPBACK:
        raise ValueError(
            f"{host} is no endpoint of Azure Monitor, which look like https://name.region-1{_INGESTION[0]}"
        )
    return url


HttpsUrl = Annotated[str, AfterValidator(https_url)]
Host = Annotated[str, Field(pattern=r"^[A-Za-z0-9:][A-Za-z0-9.:-]*$")]
Port = Annotated[int, Field(ge=1, le=65535)]
Address = Annotated[str, Field(pattern=r"^[^\s@<>,;\"]+@[^\s@<>,;\"]+$", max_length=254)]


class Route(BaseModel):
    """What every route has: which findings it wants."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$", max_length=60)
    min_severity: Severity = "medium"
    """The least grave that it wants."""
    rules: tuple[str, ...] = ()
    """The rules that it wants; empty: all."""
    redact: bool = False
    """Whether ids stand in the place of UPNs."""
    ca_file: Path | None = None
    """Certificates that the receiver's is checked with, in place of the machine's."""

    @field_validator("rules")
    @classmethod
    def _are_there(cls, rules: tuple[str, ...]) -> tuple[str, ...]:
        known = {path.stem for path in (resource_folder("sql") / "findings").glob("*.sql")}
        for rule in rules:
            if rule not in known:
                raise ValueError(f"there is no rule {rule}; docs/findings.md lists them")
        return rules

    @property
    def secret_variable(self) -> str:
        """The environment variable that holds its secret."""
        return SECRET_PREFIX + re.sub(r"[^A-Z0-9]+", "_", self.name.upper()).strip("_")


class ForPeople(Route):
    """A route that people read: a finding a message, and above the limit one digest."""

    limit: int = Field(default=20, ge=1, le=1000)
    """Findings of one run that are sent one by one."""


class WebhookRoute(ForPeople):
    """A signed POST; the secret signs it."""

    kind: Literal["webhook"]
    url: HttpsUrl


class TeamsRoute(ForPeople):
    """A channel of Microsoft Teams; the secret is the URL of a workflow."""

    kind: Literal["teams"]


class SlackRoute(ForPeople):
    """A channel of Slack; the secret is the URL of an incoming webhook."""

    kind: Literal["slack"]


class EmailRoute(ForPeople):
    """E-mail, always over TLS; the secret is the password of `user`."""

    kind: Literal["email"]
    host: Host
    port: Port = 587
    tls: Literal["starttls", "tls"] = "starttls"
    user: str | None = Field(default=None, min_length=1)
    sender: Address = Field(alias="from")
    to: tuple[Address, ...] = Field(min_length=1)


class FileRoute(Route):
    """A file with a JSON object a line."""

    kind: Literal["file"]
    path: Path


class SyslogRoute(Route):
    """A syslog server, RFC 5424."""

    kind: Literal["syslog"]
    host: Host
    port: Port = 6514
    protocol: Literal["tls", "tcp", "udp"] = "tls"


class OcsfRoute(Route):
    """OCSF Detection Findings, into a file or by a signed POST."""

    kind: Literal["ocsf"]
    path: Path | None = None
    url: HttpsUrl | None = None

    @model_validator(mode="after")
    def _goes_to_one_place(self) -> "OcsfRoute":
        if (self.path is None) == (self.url is None):
            raise ValueError("an ocsf route has either a path or a url")
        return self


class SentinelRoute(Route):
    """A table of Microsoft Sentinel; the secret, if any, is the client secret of `client_id`."""

    kind: Literal["sentinel"]
    endpoint: Annotated[str, AfterValidator(_is_ingestion)]
    rule_id: str = Field(pattern=r"^dcr-[0-9a-f]+$")
    """Immutable id of the data collection rule."""
    stream: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    tenant_id: UUID
    client_id: UUID | None = None


AnyRoute = Annotated[
    WebhookRoute | TeamsRoute | SlackRoute | EmailRoute | FileRoute | SyslogRoute | OcsfRoute | SentinelRoute,
    Field(discriminator="kind"),
]

KINDS: dict[str, type[Route]] = {
    "webhook": WebhookRoute,
    "teams": TeamsRoute,
    "slack": SlackRoute,
    "email": EmailRoute,
    "file": FileRoute,
    "syslog": SyslogRoute,
    "ocsf": OcsfRoute,
    "sentinel": SentinelRoute,
}
"""The model of each kind."""
