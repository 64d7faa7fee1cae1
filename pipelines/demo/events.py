"""What happens in the tenant, independent of how any log writes it down."""

from dataclasses import dataclass, field
from typing import NamedTuple

from pipelines.demo.clock import MINUTE, SECOND
from pipelines.demo.people import NOT_AGENTIC, Agency, App, User

INTERACTIVE = "SigninLogs"
NON_INTERACTIVE = "AADNonInteractiveUserSignInLogs"
SERVICE_PRINCIPAL = "AADServicePrincipalSignInLogs"
MANAGED_IDENTITY = "AADManagedIdentitySignInLogs"
MICROSOFT = "MicrosoftServicePrincipalSignInLogs"
AUDIT = "AuditLogs"
GRAPH_ACTIVITY = "MicrosoftGraphActivityLogs"
SIGN_IN_LOGS = (INTERACTIVE, NON_INTERACTIVE, SERVICE_PRINCIPAL, MANAGED_IDENTITY, MICROSOFT)
LOGS = (*SIGN_IN_LOGS, AUDIT, GRAPH_ACTIVITY)


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sign-in and the token it gave; `parent` and `story` are the truth that no log tells."""

    log: str
    id: str
    at: int  # ticks
    app: App
    resource: App  # the token's audience
    correlation_id: str
    story: str
    user: User | None = None
    session_id: str = ""
    credential: str = "none"
    protocol: str = "none"
    incoming_token: str = "none"
    error_code: int = 0
    agent: Agency = NOT_AGENTIC
    parent: "SignIn | None" = None  # the token that was exchanged for this one
    refreshed_from: "SignIn | None" = None  # the exchanged token that was renewed without asking the front end again
    root: "SignIn | None" = None  # the interactive sign-in at the start of the session
    lifetime: int = 75 * MINUTE
    is_cae: bool = False
    shown_credential: str | None = None  # what the log says of the credential, where that is not the truth (T16)
    is_recorded: bool = True  # False: a token that no sign-in log shows

    @property
    def ip_address(self) -> str:
        """Give the sign-in's address: the user's own even for agents (T13); empty for managed identities (T14)."""
        if self.log in (MANAGED_IDENTITY, MICROSOFT):
            return ""
        return self.user.ip_address if self.user else self.app.host_ip

    @property
    def issued_at(self) -> int:
        """Give the token's `iat` in ticks: whole seconds, five minutes before the sign-in."""
        return (self.at - 5 * MINUTE) // SECOND * SECOND


@dataclass(frozen=True, slots=True)
class GraphRequest:
    """One call of Microsoft Graph made with a token."""

    id: str
    at: int  # ticks
    token: SignIn
    method: str
    version: str
    uri: str
    status: int
    operation_id: str
    client_request_id: str
    response_bytes: int
    duration: int
    changes: str = ""  # the directory activity that the request causes, if any
    target_id: str = ""
    target_user_id: str = ""  # whose data it is
    data_class: str = ""
    effect: str = ""
    is_replay: bool = False
    has_token_id: bool = True  # False: the log lost it
    ip_address: str = ""  # where the call came from, unless from where the token's holder always calls
    user_agent: str = ""  # likewise

    log = GRAPH_ACTIVITY


class Modified(NamedTuple):
    """One property of a directory object before and after a change, as JSON text; None where there is none."""

    name: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class DirectoryAudit:
    """One change of the directory; exactly one of `user` and `app` did it according to the log."""

    id: str
    at: int  # ticks
    activity: str
    category: str
    operation_type: str
    service: str
    correlation_id: str
    result: str
    target_type: str
    target_id: str
    target_name: str
    user: User | None = None
    app: App | None = None
    request: GraphRequest | None = None  # the request that caused it, where one did
    modified: tuple[Modified, ...] = ()  # what it changed, unless what a change of its kind always does

    log = AUDIT


Event = SignIn | GraphRequest | DirectoryAudit


@dataclass
class Activity:
    """Everything that happened, in the order in which it was told."""

    sign_ins: list[SignIn] = field(default_factory=list)
    requests: list[GraphRequest] = field(default_factory=list)
    audits: list[DirectoryAudit] = field(default_factory=list)

    def events(self) -> list[Event]:
        """Give every event that a log records."""
        return [*(s for s in self.sign_ins if s.is_recorded), *self.requests, *self.audits]
