"""Collects the directory of a tenant from Microsoft Graph beta: who exists, who answers for it, what it may do.

Once a day each collection is observed whole, and lands as one slice. An object is what Graph lists; what Graph gives in
listings of its own only (sponsors and blueprints of agents, federated credentials: one listing expands one relation)
is added to the object, so that a landed object is whole. All other objects land to the byte.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from pipelines.catalog.logs import DIRECTORY_OBJECTS
from pipelines.landing.manifest import Source
from pipelines.probes import Probe, Status
from pipelines.sources.azure import CLOUDS, Cloud
from pipelines.sources.checking import clock_probes
from pipelines.sources.directory_collections import COLLECTIONS, query
from pipelines.sources.directory_objects import DirectoryReader, explained
from pipelines.sources.graph_client import DIRECTORY, GraphClient, Rate, Transport
from pipelines.sources.graph_collector import GraphAccess, GraphCollector
from pipelines.sources.graph_faults import GraphError, consent_to
from pipelines.sources.items import Item, judge
from pipelines.sources.slices import Ask, Cursors, Period, Remark, Slice

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

MOST_DRIVES = 5000
"""Drives asked for in a day; each is a request of its own."""

_DRIVE_ID = re.compile(r"[A-Za-z0-9!_-]+")
_LOGS = {log.name.casefold(): log.name for log in DIRECTORY_OBJECTS}
_DRIVES = "drives"
_DRIVE_PERMISSION = "Files.Read.All"
_ABSENT = {400, 404, 410, 423}


class Inventory(GraphCollector):
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
        super().__init__(f"inventory/{tenant_id}", tenant_id, GraphAccess(credential, rate, cloud, transport))
        self._drives = drives

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
                whole = _probe(client, each.key, each.path, query(each.select, each.expand), each.permission)
                yield whole._replace(status=Status.FAILED) if whole.status is Status.MISSING else whole
                for part in each.parts:
                    key = part.path if part.odata_type else f"{part.path}/{part.expand}"
                    yield _probe(client, key, part.path, query(part.select, part.expand), part.permission)
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
        collection = next(each for each in COLLECTIONS if each.key == key)
        return DirectoryReader(client, self.notes).objects(collection)

    def _drive_objects(self, client: GraphClient) -> Iterator[Item]:
        """The drives that logs name and nothing explains yet. Those that are gone, or not to be seen, are left out."""
        wanted = [drive for drive in dict.fromkeys(self._drives()) if _DRIVE_ID.fullmatch(drive)]
        gone = 0
        for drive in wanted[:MOST_DRIVES]:
            try:
                yield judge(client.get(f"drives/{drive}", {"$select": "id,driveType,owner,name"}))
            except GraphError as error:
                if error.status == 403:
                    raise explained(error, _DRIVE_PERMISSION) from error
                if error.status not in _ABSENT:
                    raise
                gone += 1
        if gone:
            self.notes.append(Remark(_DRIVES, f"Graph does not know {gone} of {len(wanted)} drives that logs name"))
        if len(wanted) > MOST_DRIVES:
            self.notes.append(Remark(_DRIVES, f"{len(wanted) - MOST_DRIVES} drives are left for another day"))


def _probe(client: GraphClient, key: str, path: str, query: Mapping[str, str], permission: str) -> Probe:
    """Asks once, for one object; what Graph does not have counts as missing."""
    first = {**query, "$top": "1"} if "$top" in query else query
    try:
        client.get(path, first, attempts=1)
    except GraphError as error:
        if error.status == 403:
            return Probe(key, Status.REFUSED, str(explained(error, permission)), consent_to(permission))
        is_absent = error.status in _ABSENT
        return Probe(key, Status.MISSING if is_absent else Status.FAILED, str(error))
    return Probe(key, Status.OK, "may be read")


def _is_done(cursors: Cursors, key: str, day: str) -> bool:
    return (cursors.get(key) or {}).get("day") == day
