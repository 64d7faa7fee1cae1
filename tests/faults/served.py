"""A tenant's day in every source at once: each record up to four times, in four shapes."""

import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import orjson

from pipelines.catalog.fields import Shape
from pipelines.catalog.logs import BY_EVENT_TYPE, BY_NAME
from pipelines.catalog.token_ids import decode_token_id
from pipelines.compression import zstd
from pipelines.demo import write_inventory, write_tenant
from pipelines.demo.portal_csv import csv_bytes
from pipelines.landing.manifest import entries
from pipelines.sources.importing import import_files
from pipelines.sources.storage import CONTAINERS, PREFIX
from tests.tenant_server.graph import Json

DAY = date(2026, 3, 4)
MIDNIGHT = datetime(2026, 3, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NAME = "contoso"

_WEIGHTS = {"MicrosoftGraphActivityLogs": 0.4, "SigninLogs": 5.0, "AuditLogs": 3.0}

Row = tuple[datetime, Json]
Ids = set[tuple[str, str, str]]
"""Log, shape and id of records."""


@dataclass
class Served:
    """What each source has at the end of the day, and when it shows."""

    tenant_id: str
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    """Table → ingestion time and row."""
    events: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    """Kind of events of Graph → when it shows, and the object."""
    blobs: dict[tuple[str, str], list[bytes]] = field(default_factory=lambda: defaultdict(list))
    """Container and path → lines."""
    exported: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    """Table → rows that somebody saved from the portal."""
    directory: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    """Collection → objects of the directory."""

    _seen: set[tuple[str, str, str]] = field(default_factory=set)

    def is_first(self, what: str, record: "_Record") -> bool:
        """Whether no such record was there before."""
        key = (what, record.log, id_of(record.fields))
        is_first = key not in self._seen
        self._seen.add(key)
        return is_first

    @property
    def drives(self) -> list[str]:
        """The drives that are asked for."""
        return [drive["id"] for drive in self.directory["drives"]]

    @cached_property
    def ids(self) -> Ids:
        """Every record in every shape in which it is served."""
        return {(log, shape, id_of(fields)) for log, shape, fields in self._records()}

    @property
    def records(self) -> int:
        """How many records are served, each as often as it is."""
        return sum(1 for _ in self._records())

    def _records(self) -> Iterator[tuple[str, str, Json]]:
        for shape, tables in (("log_analytics", self.rows), ("csv", self.exported)):
            for table, rows in tables.items():
                for row in rows:
                    yield table, shape, row[1] if isinstance(row, tuple) else row
        for kind, events in self.events.items():
            log = BY_EVENT_TYPE[kind].name if kind in BY_EVENT_TYPE else "AuditLogs"
            for _, event in events:
                yield log, "graph", event
        for (container, _), lines in self.blobs.items():
            for line in lines:
                yield CONTAINERS[container].name, "diagnostic", orjson.loads(line)["properties"]

    def write_files(self, folder: Path) -> Path:
        """Everything as files, the way an administrator would export it; the folder of what came from the portal."""
        for table, rows in self.rows.items():
            _write(folder / f"log-analytics/{table}.json", orjson.dumps([fields for _, fields in rows]))
        for kind, events in self.events.items():
            _write(folder / f"graph/signIns-{kind}.json", orjson.dumps({"value": [event for _, event in events]}))
        for (container, path), lines in self.blobs.items():
            _write(folder / "archive" / container / path, b"".join(line + b"\r\n" for line in lines))
        for collection, objects in self.directory.items():
            _write(folder / f"inventory/{collection}.json", orjson.dumps({"value": objects}))
        for table, exported in self.exported.items():
            _write(folder / f"portal/{table}.csv", csv_bytes(exported))
        return folder / "portal"


def id_of(fields: Mapping[str, Any]) -> str:
    """The record's own id, whatever the shape; of a sign-in without one the token's."""
    found = next((fields[name] for name in ("requestId", "RequestId", "id", "Id") if fields.get(name)), None)
    token = fields.get("UniqueTokenIdentifier") or fields.get("uniqueTokenIdentifier") or ""
    return str(found or decode_token_id(str(token)) or token)


def serve_tenant(
    folder: Path, *, scale: float, share: float = 1.0, since_hour: int = 0, most_objects: int | None = None
) -> Served:
    """The demo's tenant on one day, or the end of it, or a share of its records; `folder` is used up for it."""
    rng, served = Random(1), Served("")  # noqa: S311 - reproducible
    shapes: tuple[Shape, ...] = ("diagnostic", "log_analytics", "graph")
    for shape in shapes:
        summary = write_tenant(folder / shape, days=1, scale=scale, shape=shape, last_day=DAY)
        served.tenant_id = summary.tenants[NAME]
        data = folder / f"{shape}-landed"
        list(import_files(data, [folder / shape / NAME], tenant_id=served.tenant_id))
        for record in _records(data, shape):
            if _happened(record.fields).hour >= since_hour and _is_chosen(record, share):
                _PUT[shape](served, rng, record)
    write_inventory(folder / "directory", scale=scale)
    for file in sorted((folder / "directory" / NAME).rglob("*.json")):
        served.directory[file.stem] += orjson.loads(file.read_bytes())["value"][:most_objects]
    return served


class _Record(NamedTuple):
    log: str
    fields: Json
    line: bytes


def _records(data: Path, shape: Shape) -> Iterator[_Record]:
    """The records of one shape that have landed; fields of an envelope are those inside."""
    for entry in entries(data):
        if entry.shape == shape:
            for line in zstd.decompress((data / "landing" / entry.file).read_bytes()).splitlines():
                record = orjson.loads(line)
                yield _Record(entry.log, record["properties"] if shape == "diagnostic" else record, line)


def _is_chosen(record: _Record, share: float) -> bool:
    """By the id, so that a record is there in each of its shapes or in none; of small logs more than of large ones."""
    part = share * _WEIGHTS.get(record.log, 1.0) if share < 1 else 1.0
    return zlib.crc32(id_of(record.fields).encode()) < part * 2**32


def _happened(fields: Json) -> datetime:
    names = ("TimeGenerated", "timeGenerated", "createdDateTime", "activityDateTime")
    return datetime.fromisoformat(next(fields[name] for name in names if name in fields)).astimezone(UTC)


def _shows(fields: Json, rng: Random) -> datetime:
    """Some minutes after the event, now and then hours, always soon after midnight."""
    late = rng.random() < 0.15
    delay = MINUTE * (rng.randrange(30, 300) if late else rng.randrange(2, 9))
    return min(_happened(fields) + delay, MIDNIGHT + 15 * MINUTE)


def _put_row(served: Served, rng: Random, record: _Record) -> None:
    """Where two queries had overlapped, the workspace has the row once; the portal's export has what the table has."""
    if served.is_first("row", record):
        served.rows[record.log].append((_shows(record.fields, rng), record.fields))
        served.exported[record.log].append(record.fields)


def _put_event(served: Served, rng: Random, record: _Record) -> None:
    kind = "directoryAudits" if record.log == "AuditLogs" else record.fields["signInEventTypes"][0]
    if served.is_first("event", record):
        served.events[kind].append((_shows(record.fields, rng), record.fields))


def _put_line(served: Served, rng: Random, record: _Record) -> None:
    at = _shows(record.fields, rng)
    at = at.replace(hour=at.hour // 8 * 8)
    path = f"tenantId={served.tenant_id}/{at:y=%Y/m=%m/d=%d/h=%H}/m=00/PT1H.json"
    served.blobs[PREFIX + BY_NAME[record.log].category.lower(), path].append(record.line)


_PUT = {"log_analytics": _put_row, "graph": _put_event, "diagnostic": _put_line}


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
