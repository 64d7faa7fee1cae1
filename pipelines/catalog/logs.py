"""One declaration per log: its names, the staged table it feeds, and its raw fields in every shape.

A directory inventory is no log, but its objects land and are typed in the same way: each kind of object is declared
like a log, by the name of its Graph collection.

Everything else follows from here: how a record is recognised (`catalog.detect`), which columns DuckDB reads
(`raw_columns`), and which fields count as never seen before. Field names come from the official column lists of
Azure Monitor and Microsoft Graph beta and from records seen in the wild (domain facts T19, T20, T28).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipelines.catalog import audit_fields, directory_fields, graph_activity_fields, sign_in_fields
from pipelines.catalog.fields import Fields, Shape

Table = Literal["sign_ins", "directory_audits", "graph_activity", "directory_objects"]

SHAPES: tuple[Shape, ...] = ("diagnostic", "log_analytics", "csv", "graph")


@dataclass(frozen=True, slots=True)
class Log:
    """A log as Microsoft names it, and the staged table that its records belong to."""

    name: str
    """The Log Analytics table, or the Graph collection of a kind of directory objects."""
    category: str
    """The diagnostic-settings category; empty for directory objects."""
    table: Table
    event_type: str | None = None
    """The Graph beta `signInEventTypes` member, for sign-in logs that Graph serves."""

    @property
    def fields(self) -> Mapping[Shape, Fields]:
        """The raw fields of each shape in which this log occurs."""
        return _FIELDS[self.table]


_FIELDS: Mapping[Table, Mapping[Shape, Fields]] = {
    "sign_ins": sign_in_fields.BY_SHAPE,
    "directory_audits": audit_fields.BY_SHAPE,
    "graph_activity": graph_activity_fields.BY_SHAPE,
    "directory_objects": directory_fields.BY_SHAPE,
}

LOGS: tuple[Log, ...] = (
    Log("SigninLogs", "SignInLogs", "sign_ins", "interactiveUser"),
    Log("AADNonInteractiveUserSignInLogs", "NonInteractiveUserSignInLogs", "sign_ins", "nonInteractiveUser"),
    Log("AADServicePrincipalSignInLogs", "ServicePrincipalSignInLogs", "sign_ins", "servicePrincipal"),
    Log("AADManagedIdentitySignInLogs", "ManagedIdentitySignInLogs", "sign_ins", "managedIdentity"),
    Log("MicrosoftServicePrincipalSignInLogs", "MicrosoftServicePrincipalSignInLogs", "sign_ins"),
    Log("AuditLogs", "AuditLogs", "directory_audits"),
    Log("MicrosoftGraphActivityLogs", "MicrosoftGraphActivityLogs", "graph_activity"),
)

DIRECTORY_OBJECTS: tuple[Log, ...] = tuple(
    Log(name, "", "directory_objects")
    for name in (
        "Users",
        "ServicePrincipals",
        "Applications",
        "FederatedIdentityCredentials",
        "OAuth2PermissionGrants",
        "AppRoleAssignments",
        "Drives",
    )
)
"""The kinds of objects of a directory inventory, as Graph lists them."""

BY_NAME: Mapping[str, Log] = {log.name: log for log in (*LOGS, *DIRECTORY_OBJECTS)}
BY_CATEGORY: Mapping[str, Log] = {log.category.casefold(): log for log in LOGS}
BY_EVENT_TYPE: Mapping[str, Log] = {log.event_type: log for log in LOGS if log.event_type}
