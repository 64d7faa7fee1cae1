"""Collects the directory of a tenant from Microsoft Graph beta: who exists, who answers for it, what it may do.

Once a day each collection is observed whole, and lands as one slice. An object is what Graph lists; what Graph gives in
listings of its own only (sponsors and blueprints of agents, federated credentials: one listing expands one relation)
is added to the object, so that a landed object is whole. All other objects land to the byte.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from pipelines.catalog.logs import DIRECTORY_OBJECTS
from pipelines.landing.manifest import Source
from pipelines.probes import Probe, Status
from pipelines.sources.azure import CLOUDS, Cloud
from pipelines.sources.checking import clock_probes, token_probe
from pipelines.sources.graph_client import (
    DIRECTORY,
    GraphClient,
    GraphError,
    OverloadedError,
    Rate,
    Transport,
    consent_to,
)
from pipelines.sources.items import Item, Record, judge
from pipelines.sources.slices import Ask, Cursors, Period, Remark, Slice

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
MOST_DRIVES = 5000
"""Drives asked for in a day; each is a request of its own."""

_EXPANDED = 20
"""Graph expands no more related objects of one object than these."""
_PEOPLE = "id,displayName,userPrincipalName"
_DRIVE_ID = re.compile(r"[A-Za-z0-9!_-]+")


@dataclass(frozen=True)
class Part:
    """A further listing of some of the objects of a collection, for what the first one cannot give."""

    path: str
    permission: str
    select: str = "id"
    expand: str = ""
    odata_type: str = ""
    """What the objects are, which a listing of one type leaves out."""


@dataclass(frozen=True)
class Collection:
    """Objects of one kind, and how to ask for all of them."""

    key: str
    path: str
    permission: str
    """The least application permission that lists them."""
    select: str = ""
    expand: str = ""
    parts: tuple[Part, ...] = field(default=())


def _agents(path: str, name: str, permission: str, select: str = "id") -> Part:
    sponsors = f"sponsors($select={_PEOPLE})"
    return Part(f"{path}/microsoft.graph.{name}", permission, select, sponsors, f"#microsoft.graph.{name}")


COLLECTIONS: tuple[Collection, ...] = (
    Collection(
        "users",
        "users",
        "User.Read.All",
        "id,userPrincipalName,displayName,mail,userType,accountEnabled,createdDateTime",
        parts=(_agents("users", "agentUser", "User.Read.All", "id,identityParentId"),),
    ),
    Collection(
        "servicePrincipals",
        "servicePrincipals",
        "Application.Read.All",
        "id,appId,displayName,servicePrincipalType,appOwnerOrganizationId,accountEnabled,createdDateTime,"
        "alternativeNames,appRoles,passwordCredentials,keyCredentials",
        f"owners($select={_PEOPLE})",
        (
            _agents("servicePrincipals", "agentIdentity", "AgentIdentity.Read.All", "id,agentIdentityBlueprintId"),
            _agents("servicePrincipals", "agentIdentityBlueprintPrincipal", "AgentIdentityBlueprintPrincipal.Read.All"),
        ),
    ),
    Collection(
        "applications",
        "applications",
        "Application.Read.All",
        "id,appId,displayName,createdDateTime,passwordCredentials,keyCredentials",
        f"owners($select={_PEOPLE})",
        (
            Part("applications", "Application.Read.All", expand="federatedIdentityCredentials"),
            _agents("applications", "agentIdentityBlueprint", "AgentIdentityBlueprint.Read.All"),
        ),
    ),
    Collection("oauth2PermissionGrants", "oauth2PermissionGrants", "Directory.Read.All"),
    Collection(
        "appRoleAssignments",
        f"servicePrincipals(appId='{GRAPH_APP_ID}')/appRoleAssignedTo",
        "Application.Read.All",
    ),
)

_LOGS = {log.name.casefold(): log.name for log in DIRECTORY_OBJECTS}
_DRIVES = "drives"
_DRIVE_PERMISSION = "Files.Read.All"
_ABSENT = {400, 404, 410, 423}


class Inventory:
    """The collector of a tenant's directory. `drives` names the drives to ask for, when they are asked for."""

    def __init__(
        self,
        tenant_id: str,
        credential: "TokenCredential",
        cloud: Cloud = CLOUDS["global"],
        *,
        drives: Callable[[], Iterable[str]] = tuple,
        rate: Rate = DIRECTORY,
        transport: Transport | None = None,
    ) -> None:
        self.tenant_id = tenant_id
        self.name = f"inventory/{tenant_id}"
        self.failures: list[Remark] = []
        self.notes: list[Remark] = []
        self._drives = drives
        self._transport = transport or Transport()
        self._connect: Callable[[], GraphClient] = lambda: GraphClient(credential, rate, cloud, self._transport)
        self._token: Callable[[], Probe] = lambda: token_probe(credential, cloud.graph_scope)

    def plan(self, cursors: Cursors, period: Period | None) -> list[str]:
        """The collections that today's inventory lacks. Asks Graph nothing."""
        if period:
            return ["nothing: a directory can only be observed as it is now"]
        day = f"{self._now():%Y-%m-%d}"
        return [f"{key}: all, as of now" for key in self._keys() if not _is_done(cursors, key, day)]

    def check(self) -> Iterator[Probe]:
        """Whether there is a token, and each collection, each part and a drive can be read."""
        token = self._token()
        yield token
        if token.is_bad:
            return
        with self._connect() as client:
            for each in COLLECTIONS:
                whole = _probe(client, each.key, each.path, _query(each.select, each.expand), each.permission)
                yield whole._replace(status=Status.FAILED) if whole.status is Status.MISSING else whole
                for part in each.parts:
                    key = part.path if part.odata_type else f"{part.path}/{part.expand}"
                    yield _probe(client, key, part.path, _query(part.select, part.expand), part.permission)
            yield from clock_probes(client.skew)
            yield self._probe_drive(client)

    def _probe_drive(self, client: GraphClient) -> Probe:
        wanted = next(filter(_DRIVE_ID.fullmatch, self._drives()), None)
        if wanted is None:
            return Probe(_DRIVES, Status.OK, "the logs name none that is unknown")
        probe = _probe(client, _DRIVES, f"drives/{wanted}", {"$select": "id"}, _DRIVE_PERMISSION)
        is_gone = probe.status is Status.MISSING
        return Probe(_DRIVES, Status.OK, "may be read") if is_gone else probe

    def slices(self, cursors: Cursors, period: Period | None) -> Iterator[Slice]:
        """A slice for each collection that was not observed today (UTC). None for a period: the past cannot be seen."""
        if period:
            return
        with self._connect() as client:
            for key in self._keys():
                now = self._now()
                day = f"{now:%Y-%m-%d}"
                if _is_done(cursors, key, day):
                    continue
                observed = f"{now:%Y-%m-%dT%H:%M:%SZ}"
                name = f"inventory {key}"
                yield Slice(
                    Source("graph", name, self.tenant_id, (observed, observed)),
                    key,
                    self._records(client, key),
                    lambda key=key, day=day, observed=observed: {  # type: ignore[misc]
                        key: {"day": day, "observed": observed}
                    },
                    Ask(_LOGS[key.casefold()], name, now, period=None),
                )

    def _keys(self) -> list[str]:
        return [*(collection.key for collection in COLLECTIONS), _DRIVES]

    def _records(self, client: GraphClient, key: str) -> Iterator[Item]:
        if key == _DRIVES:
            return self._drive_objects(client)
        return self._objects(client, next(each for each in COLLECTIONS if each.key == key))

    def _objects(self, client: GraphClient, collection: Collection) -> Iterator[Item]:
        """The objects of a collection, each with what the parts say of it."""
        more: dict[str, dict[str, Any]] = {}
        for part in collection.parts:
            self._read_part(client, collection.key, part, more)
        met: set[str] = set()
        try:
            for item in client.records(collection.path, _query(collection.select, collection.expand)):
                if isinstance(item, Record):
                    met.add(str(item.fields.get("id")))
                    yield self._whole(client, collection, item, more)
                else:
                    yield item
        except GraphError as error:
            raise _explained(error, collection.permission) from error
        for object_id, fields in more.items():
            if object_id not in met and "@odata.type" in fields:  # made in between, or listed nowhere else
                yield self._whole(client, collection, _record(fields), {})

    def _read_part(self, client: GraphClient, key: str, part: Part, more: dict[str, dict[str, Any]]) -> None:
        """Adds what the part says to `more`, by object id. A part that Graph does not have is named and left out."""
        try:
            for item in client.records(part.path, _query(part.select, part.expand)):
                if isinstance(item, Record) and _says_more(item.fields, part):
                    known = more.setdefault(str(item.fields.get("id")), {})
                    known |= item.fields
                    if part.odata_type:
                        known["@odata.type"] = part.odata_type
        except OverloadedError:
            raise
        except GraphError as error:
            if error.status not in (400, 403, 404):
                raise
            reason = _explained(error, part.permission) if error.status == 403 else error
            self.notes.append(Remark(key, f"left out: {reason}"))

    def _whole(
        self, client: GraphClient, collection: Collection, record: Record, more: Mapping[str, dict[str, Any]]
    ) -> Record:
        """The object with what the parts say of it, and all of its people where a listing gives the first ones only."""
        added = more.get(str(record.fields.get("id")), {})
        fields = {**added, **record.fields}
        crowded = [role for role in ("owners", "sponsors") if len(fields.get(role) or ()) >= _EXPANDED]
        for role in crowded:
            cast = str(fields.get("@odata.type", "")).removeprefix("#") if role == "sponsors" else ""
            path = "/".join(filter(None, (collection.path, str(fields["id"]), cast, role)))
            people = client.records(path, _query(_PEOPLE, ""))
            fields[role] = [item.fields for item in people if isinstance(item, Record)]
        return _record(fields) if added or crowded else record

    def _drive_objects(self, client: GraphClient) -> Iterator[Item]:
        """The drives that logs name and nothing explains yet. Those that are gone, or not to be seen, are left out."""
        wanted = [drive for drive in dict.fromkeys(self._drives()) if _DRIVE_ID.fullmatch(drive)]
        gone = 0
        for drive in wanted[:MOST_DRIVES]:
            try:
                yield judge(client.get(f"drives/{drive}", {"$select": "id,driveType,owner,name"}))
            except GraphError as error:
                if error.status == 403:
                    raise _explained(error, _DRIVE_PERMISSION) from error
                if error.status not in _ABSENT:
                    raise
                gone += 1
        if gone:
            self.notes.append(Remark(_DRIVES, f"Graph does not know {gone} of {len(wanted)} drives that logs name"))
        if len(wanted) > MOST_DRIVES:
            self.notes.append(Remark(_DRIVES, f"{len(wanted) - MOST_DRIVES} drives are left for another day"))

    def _now(self) -> datetime:
        return self._transport.now().astimezone(UTC)


def _probe(client: GraphClient, key: str, path: str, query: Mapping[str, str], permission: str) -> Probe:
    """Asks once, for one object; what Graph does not have counts as missing."""
    first = {**query, "$top": "1"} if "$top" in query else query
    try:
        client.get(path, first, attempts=1)
    except GraphError as error:
        if error.status == 403:
            return Probe(key, Status.REFUSED, str(_explained(error, permission)), consent_to(permission))
        is_absent = error.status in _ABSENT
        return Probe(key, Status.MISSING if is_absent else Status.FAILED, str(error))
    return Probe(key, Status.OK, "may be read")


def _is_done(cursors: Cursors, key: str, day: str) -> bool:
    return (cursors.get(key) or {}).get("day") == day


def _query(select: str, expand: str) -> dict[str, str]:
    given = {"$select": select, "$expand": expand, "$top": "999"}
    return {name: value for name, value in given.items() if value}


def _says_more(fields: Mapping[str, Any], part: Part) -> bool:
    """Whether the part says anything of the object; that it has no federated credential says something, too."""
    return bool(part.odata_type) or part.expand in fields


def _record(fields: dict[str, Any]) -> Record:
    return Record(orjson.dumps(fields), fields)


def _explained(error: GraphError, permission: str) -> GraphError:
    """With the permission to grant, where that is what is missing."""
    if error.status != 403:
        return error
    message = f"{error}; grant the collecting app {consent_to(permission)}"
    return GraphError(message, error.status, error.code)
