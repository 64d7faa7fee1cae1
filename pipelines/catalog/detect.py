"""Which log and which shape a record is of, decided per record from its field names and category.

The decision rests on the set of field names, and a log writes few different sets, so it is made once per set and
remembered: detection costs a dictionary look-up per record.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from pipelines.catalog.fields import Fields, Shape
from pipelines.catalog.logs import BY_CATEGORY, BY_EVENT_TYPE, BY_NAME, LOGS, Log
from pipelines.landing.manifest import Kind

Record = Mapping[str, Any]

UNSUPPORTED = "unsupported"
UNREADABLE = "unreadable"


_OBJECTS = frozenset(
    name.casefold()
    for log in LOGS
    for fields in log.fields.values()
    for outer in (fields, *fields.objects.values())
    for name in outer.objects
) - {"properties"}
"""Objects whose own fields matter."""

_LOGS_BY_NAME = {log.name: log for log in LOGS}

_DIRECTORY_TYPES = {
    "microsoft.graph.user": "Users",
    "microsoft.graph.agentuser": "Users",
    "microsoft.graph.serviceprincipal": "ServicePrincipals",
    "microsoft.graph.agentidentity": "ServicePrincipals",
    "microsoft.graph.agentidentityblueprintprincipal": "ServicePrincipals",
    "microsoft.graph.application": "Applications",
    "microsoft.graph.agentidentityblueprint": "Applications",
    "microsoft.graph.federatedidentitycredential": "FederatedIdentityCredentials",
    "microsoft.graph.oauth2permissiongrant": "OAuth2PermissionGrants",
    "microsoft.graph.approleassignment": "AppRoleAssignments",
    "microsoft.graph.drive": "Drives",
}
"""Graph resource type, in lower case → collection."""

_DIRECTORY_FIELDS: tuple[tuple[str, set[str], set[str]], ...] = (
    (
        "ServicePrincipals",
        {"appId"},
        {"servicePrincipalType", "appOwnerOrganizationId", "servicePrincipalNames", "alternativeNames"},
    ),
    ("ServicePrincipals", {"id", "servicePrincipalType"}, set()),  # agent identities come without appId
    (
        "Applications",
        {"appId"},
        {"passwordCredentials", "keyCredentials", "signInAudience", "publisherDomain", "identifierUris"},
    ),
    ("FederatedIdentityCredentials", {"issuer", "subject", "audiences"}, set()),
    ("OAuth2PermissionGrants", {"clientId", "consentType", "scope"}, set()),
    ("AppRoleAssignments", {"appRoleId", "principalId", "resourceId"}, set()),
    ("Drives", {"driveType", "id"}, set()),
)
"""Collection, the fields that its objects have, and those of which they have at least one; the first that fits."""

_NO_USER = frozenset(
    "activityDateTime appId correlationId deviceName ipAddress riskLevel riskState userDisplayName userId".split()
)
"""Fields of events and reports about a user, which have its UPN and an id of their own."""


class Detected(NamedTuple):
    """A record's kind, the fields in it that were never seen before, and for unsupported ones what it looks like."""

    kind: Kind
    unknown_fields: tuple[str, ...] = ()
    label: str = ""


class Detector:
    """Recognises records. Keep one for many records: it remembers the sets of field names it has met."""

    _MEMORY = 20_000

    def __init__(self) -> None:
        self._seen: dict[tuple[object, ...], Detected] = {}

    def detect(self, record: Record) -> Detected:
        """What the record is. Never raises: what is not recognised comes back as `unsupported` with a label."""
        signature = _signature(record)
        found = self._seen.get(signature)
        if found is None:
            found = _detect(record)
            if len(self._seen) < self._MEMORY:
                self._seen[signature] = found
        return found


def _signature(record: Record) -> tuple[object, ...]:
    """All that `_detect` looks at."""
    properties = record.get("properties")
    fields = tuple(record)
    if type(properties) is dict:
        inner = tuple(properties)
        return fields, inner, _shapes(record, fields), _shapes(properties, inner), _names(record), _actor(record)
    only_text = all(type(value) is str for value in record.values())
    return fields, only_text, _shapes(record, fields), _names(record), _actor(record)


def _shapes(record: Record, fields: tuple[str, ...]) -> tuple[object, ...]:
    """Of each field that should be an object its own fields, or whether it is null. Others would be too many kinds."""
    values = [record[name] for name in _objects_among(fields)]
    return tuple([tuple(value) if type(value) is dict else value is None for value in values])


@lru_cache(maxsize=20_000)
def _objects_among(fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([name for name in fields if name.casefold() in _OBJECTS])


def _names(record: Record) -> tuple[object, ...]:
    """What the record calls itself. Of what is no text only matters whether it is there."""
    values = [record.get(name) for name in ("Type", "category", "Category", "Workload", "@odata.type")]
    return tuple([value if type(value) is str else bool(value) for value in values])


def _actor(record: Record) -> tuple[object, ...]:
    if "createdDateTime" not in record:
        return ()
    return str(record.get("signInEventTypes")), bool(record.get("userId")), record.get("isInteractive") is False


def _detect(record: Record) -> Detected:
    recognised = _diagnostic(record) or _log_analytics(record) or _graph(record)
    if recognised is None:
        return Detected(Kind(UNSUPPORTED, ""), label=_label(record))
    log, shape = recognised
    fields = log.fields.get(shape)
    if fields is None:
        return Detected(Kind(UNSUPPORTED, ""), label=f"{log.name} as {shape}")
    spelling, unknown, misshapen = _compare(record, fields)
    if misshapen:
        return Detected(Kind(UNSUPPORTED, ""), label=f"{log.name} whose {misshapen[0]} is no object")
    return Detected(Kind(log.name, shape, tuple(sorted(spelling.items()))), tuple(sorted(unknown)))


def _diagnostic(record: Record) -> tuple[Log, Shape] | None:
    if not isinstance(record.get("properties"), dict):
        return None
    log = BY_CATEGORY.get(str(record.get("category") or record.get("Category") or "").casefold())
    return (log, "diagnostic") if log else None


def _log_analytics(record: Record) -> tuple[Log, Shape] | None:
    log = _LOGS_BY_NAME.get(str(record.get("Type") or "")) or _log_by_columns(record)
    if log is None or isinstance(record.get("properties"), dict):
        return None
    only_text = all(isinstance(value, str) for value in record.values())
    return log, "csv" if only_text else "log_analytics"


def _log_by_columns(record: Record) -> Log | None:
    """The log of a row whose query left out the `Type` column."""
    if record.get("Type"):
        return None
    if "RequestUri" in record and "RequestMethod" in record:
        return BY_NAME["MicrosoftGraphActivityLogs"]
    if "ActivityDisplayName" in record and "InitiatedBy" in record:
        return BY_NAME["AuditLogs"]
    if "CorrelationId" in record:
        return BY_CATEGORY.get(str(record.get("Category") or "").casefold())
    return None


def _graph(record: Record) -> tuple[Log, Shape] | None:
    if "activityDateTime" in record and "initiatedBy" in record:
        return BY_NAME["AuditLogs"], "graph"
    if "createdDateTime" in record and "appId" in record and "status" in record and "ipAddress" in record:
        return _graph_sign_in_log(record), "graph"
    name = _DIRECTORY_TYPES.get(_odata_type(record)) or _directory_collection(record)
    return (BY_NAME[name], "graph") if name else None


def _odata_type(record: Record) -> str:
    return str(record.get("@odata.type") or "").removeprefix("#").casefold()


def _directory_collection(record: Record) -> str | None:
    """The collection of a directory object that does not say its type: pages of one type leave that out."""
    if "properties" in record or "@odata.type" in record:
        return None
    for name, needed, telling in _DIRECTORY_FIELDS:
        if needed <= record.keys() and (not telling or not telling.isdisjoint(record)):
            return name
    is_user = "userPrincipalName" in record and "id" in record and _NO_USER.isdisjoint(record)
    return "Users" if is_user else None


def _graph_sign_in_log(record: Record) -> Log:
    """The log by event type; objects of API v1.0 have none, there the interactive flag and the user decide."""
    event_types = record.get("signInEventTypes")
    for event_type in event_types if isinstance(event_types, list) else []:
        if log := BY_EVENT_TYPE.get(str(event_type)):
            return log
    if not record.get("userId"):
        return BY_EVENT_TYPE["servicePrincipal"]
    return BY_EVENT_TYPE["nonInteractiveUser" if record.get("isInteractive") is False else "interactiveUser"]


def _compare(record: Record, fields: Fields, inside: str = "") -> tuple[dict[str, str], list[str], list[str]]:
    """How the record's field names differ from the declared: (spelling, unknown fields, objects that are none)."""
    spelling, unknown = _match_names(record, fields, inside)
    misshapen: list[str] = []
    for name, inner in fields.objects.items():
        value = record.get(spelling.get(inside + name, name))
        if isinstance(value, dict):
            nested = _compare(value, inner, f"{inside}{name}.")
            spelling |= nested[0]
            unknown += nested[1]
            misshapen += nested[2]
        elif value is not None:
            misshapen.append(inside + name)
    return spelling, unknown, misshapen


def _match_names(present: Iterable[str], fields: Fields, inside: str) -> tuple[dict[str, str], list[str]]:
    known = fields.all_known
    present = set(present)
    by_folded = {_folded(name): name for name in known - present}
    spelling: dict[str, str] = {}
    unknown: list[str] = []
    for name in sorted(present - known):
        declared = by_folded.pop(_folded(name), None)
        if declared is None:
            unknown.append(inside + name)
        elif declared in fields.read or declared in fields.objects:
            spelling[inside + declared] = name
    return spelling, unknown


def _folded(name: str) -> str:
    """The name without what differs between callers and exports: case, and the portal's `[UTC]` suffix."""
    return name.removesuffix(" [UTC]").casefold()


def _label(record: Record) -> str:
    """What an unsupported record looks like, in a few words."""
    workload, table, category = (record.get(name) for name in ("Workload", "Type", "category"))
    if isinstance(workload, str) and ("RecordType" in record or "Operation" in record):
        return f"unified audit log, {workload}"[:80]
    if isinstance(table, str) and table:
        return f"Log Analytics table {table}"[:80]
    if isinstance(category, str) and isinstance(record.get("properties"), dict):
        return f"diagnostic category {category}"[:80]
    if "AuditData" in record:
        return "unified audit log search export"
    if "Date (UTC)" in record or "Request ID" in record:
        return "Entra admin center CSV (download the JSON instead)"
    return f"record with fields {', '.join(list(record)[:5])}"[:80]
