"""What retention tells the queries: which days are kept, what landed of each day, and what is remembered of others."""

from collections.abc import Iterable, Iterator, Mapping

import duckdb

from pipelines.landing.manifest import Manifest
from pipelines.warehouse.lake import UNDATED, file_list
from pipelines.warehouse.snapshot import Snapshot

KEPT = "kept_stretches"
REMEMBERED = "remembered_objects"
LANDED_DAYS = "landed_days"

COLUMNS: Mapping[str, dict[str, str]] = {
    KEPT: {"first_day": "DATE", "last_day": "DATE", "hold": "VARCHAR"},
    REMEMBERED: {
        "tenant_id": "VARCHAR",
        "object_type": "VARCHAR",
        "object_id": "VARCHAR",
        "app_id": "VARCHAR",
        "app_name": "VARCHAR",
        "day": "DATE",
    },
    LANDED_DAYS: {
        "landed_file": "VARCHAR",
        "log": "VARCHAR",
        "day": "DATE",
        "lines": "BIGINT",
        "is_shown": "BOOLEAN",
        "removed_at": "TIMESTAMP",
    },
}
"""Base table → column → DuckDB type."""

_OBJECTS = "signed_in_objects"

Row = Mapping[str, object]


def kept_rows(name: str, snapshot: Snapshot, manifest: Manifest) -> Iterable[Row]:
    """The rows of one of these tables, as far as no file of the lake has them."""
    match name:
        case "kept_stretches":
            return [dict(zip(COLUMNS[KEPT], stretch, strict=True)) for stretch in snapshot.kept.stretches()]
        case "remembered_objects":
            return (each.model_dump() for removal in manifest.removals for each in removal.remembered)
        case _:
            return [*_standing_days(snapshot, manifest), *_removed_days(snapshot, manifest)]


def remember_hidden_days(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> None:
    """Adds what the sign-ins of days that readers do not see say of objects for good."""
    model = snapshot.models.get(_OBJECTS)
    hidden = [day for day in snapshot.built_days if not snapshot.kept.shows(day)]
    files = [file for day in hidden for file in snapshot.files(model, day)] if model else []
    if files:
        source = f"read_parquet({file_list(files)}, hive_partitioning = true, hive_types = {{'day': date}})"
        connection.execute(f"insert into {REMEMBERED} select {', '.join(COLUMNS[REMEMBERED])} from {source}")


def _standing_days(snapshot: Snapshot, manifest: Manifest) -> Iterator[Row]:
    logs = {entry.file: entry.log for entry in manifest.landed}
    for parsed in snapshot.entries:
        if parsed.landed_file in logs and snapshot.models[parsed.model].is_daily:
            for day, lines in parsed.days.items():
                found = {"landed_file": parsed.landed_file, "log": logs[parsed.landed_file], "lines": lines}
                yield {**found, **_of_day(snapshot, day), "removed_at": None}


def _removed_days(snapshot: Snapshot, manifest: Manifest) -> Iterator[Row]:
    for removal in manifest.removals:
        for each in removal.removed:
            for day, lines in each.days.items():
                found = {"landed_file": each.file, "log": each.log, "lines": lines}
                yield {**found, **_of_day(snapshot, day), "removed_at": removal.removed_at.removesuffix("Z")}


def _of_day(snapshot: Snapshot, day: str) -> Row:
    return {"day": None if day == UNDATED else day, "is_shown": snapshot.kept.shows(day)}
