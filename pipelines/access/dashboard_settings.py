"""The section `[dashboard]` of the settings: who may sign in, and what those without a sign-in may do."""

from typing import Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipelines.access.roles import Act, Role, Viewer

CLIENT_SECRET = "WHOSEAGENT_DASHBOARD_CLIENT_SECRET"  # noqa: S105 - a variable's name
"""Environment variable of the secret of the app registration with which people sign in."""
COOKIE_SECRET = "WHOSEAGENT_DASHBOARD_COOKIE_SECRET"  # noqa: S105
"""Environment variable of the secret that signs the cookies of those who are signed in."""
PSEUDONYM_KEY = "WHOSEAGENT_PSEUDONYM_KEY"
"""Environment variable of the key of the pseudonyms, where it does not lie in the data folder."""
SECRETS = (CLIENT_SECRET, COOKIE_SECRET, PSEUDONYM_KEY)

CALLBACK = "/oauth2callback"
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class DashboardSettings(BaseModel):
    """How people sign in to the dashboard, and what they may do there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: UUID | None = None
    """The app registration with which people sign in."""
    tenant_id: UUID | None = None
    """The tenant whose people may sign in."""
    redirect_uri: str | None = None
    """The address of the dashboard as browsers see it, with /oauth2callback."""
    groups: dict[Role, tuple[UUID, ...]] = Field(default_factory=dict)
    """Groups whose members have a role, beside those who have it as an app role."""
    local_role: Role = Role.REVIEWER
    """The role of whoever looks without a sign-in, on this machine only."""
    pseudonyms: bool = True
    """Whether viewers see pseudonyms in place of people."""
    reveal_role: Role = Role.REVIEWER
    """The lowest role that may ask, with a reason, who is behind a pseudonym."""
    session_hours: int = Field(default=12, ge=1, le=168)
    """Hours after which everybody has to sign in again."""
    provider: str | None = None
    """An OpenID provider on this machine in place of Entra, for tests: its issuer."""

    @property
    def has_sign_in(self) -> bool:
        """Whether people sign in."""
        return self.client_id is not None

    def hides_people_from(self, viewer: Viewer) -> bool:
        """Whether this viewer sees pseudonyms."""
        return self.pseudonyms and not viewer.may(Act.SEE_NAMES)

    @field_validator("redirect_uri")
    @classmethod
    def _leads_back(cls, uri: str | None) -> str | None:
        parts = urlsplit(uri or "")
        if uri is None or (_is_safe(uri) and parts.path.endswith(CALLBACK) and not parts.query + parts.fragment):
            return uri
        raise ValueError(f"takes an address such as https://whoseagent.example.com{CALLBACK} (http: localhost only)")

    @field_validator("provider")
    @classmethod
    def _is_here(cls, issuer: str | None) -> str | None:
        if issuer is not None and not (_is_safe(issuer) and urlsplit(issuer).hostname in _LOOPBACK):
            raise ValueError("takes the address of an OpenID provider on this machine, for tests")
        return issuer

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        needed = ("client_id", "tenant_id", "redirect_uri")
        missing = [name for name in needed if getattr(self, name) is None]
        if missing and len(missing) < len(needed):
            raise ValueError(f"{missing[0]} is missing; people sign in with {', '.join(needed)} together")
        return self


def _is_safe(uri: str) -> bool:
    """Whether it is reached by https, or on this machine, and has no name or password in it."""
    parts = urlsplit(uri)
    is_encrypted = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    return is_encrypted and bool(parts.hostname) and "@" not in parts.netloc
