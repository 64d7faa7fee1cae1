"""Publication: `warehouse.duckdb`, built beside the old one and swapped in with a rename.

It holds views over immutable files, small tables, and the documentation of every column. A reader that has the old
file open keeps reading the old, whole state; the files it names stay for one more publication.
"""

import os
import uuid
from collections.abc import Iterable
from pathlib import Path

import duckdb
import orjson

from pipelines.landing.manifest import Entry
from pipelines.warehouse import quarantine
from pipelines.warehouse.documentation import comments
from pipelines.warehouse.lake import Parsed
from pipelines.warehouse.models import Model, of_kind
from pipelines.warehouse.relations import Relations, file_list
from pipelines.warehouse.snapshot import Snapshot
from pipelines.warehouse.sweep import published_files, sweep

STORAGE_VERSION = "v1.2.0"
"""Analysts' older DuckDB clients (1.2 and later) read this."""

_PUBLISHED = ("records", "partition", "view", "table")


def warehouse_path(data_folder: Path) -> Path:
    """Where the published file stands."""
    return data_folder.absolute() / "warehouse.duckdb"


def publish(snapshot: Snapshot, entries: Iterable[Entry], data_folder: Path) -> Path:
    """Builds and swaps in the warehouse for what is in the lake now; its path."""
    target = warehouse_path(data_folder)
    fresh = target.with_name(f".warehouse-{os.getpid()}-{uuid.uuid4().hex}.duckdb")
    try:
        _build(snapshot, list(entries), fresh)
        fresh.chmod(0o600)
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        fresh.replace(target)
        sweep(snapshot.lake, published_files(snapshot))
    finally:
        for leftover in (fresh, fresh.with_name(fresh.name + ".wal")):
            leftover.unlink(missing_ok=True)
    return target


def _build(snapshot: Snapshot, entries: list[Entry], fresh: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(
            f"attach '{str(fresh).replace(chr(39), chr(39) * 2)}' as warehouse (storage_version '{STORAGE_VERSION}')"
        )
        connection.execute("use warehouse")
        published = [model for model in snapshot.models.values() if model.kind in _PUBLISHED]
        days = snapshot.built_days
        declare_base_tables(connection, snapshot, entries, days)
        Relations(snapshot, connection).declare([model.name for model in published], days)
        for model in of_kind(snapshot.models, "table"):
            connection.execute(f"create table {model.name} as {model.sql}")
        connection.execute("drop table manifest; drop table ledger")
        _comment(connection, published, snapshot)


def declare_base_tables(
    connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, entries: Iterable[Entry], days: Iterable[str]
) -> None:
    """Gives the connection the tables `manifest`, `ledger` (of the rows on these days) and `quarantine`."""
    shown = set(days)
    _create(connection, snapshot, "manifest", _MANIFEST_COLUMNS, (_manifest_row(entry) for entry in entries))
    _create(connection, snapshot, "ledger", _LEDGER_COLUMNS, (_ledger_row(entry, shown) for entry in snapshot.entries))
    files = quarantine.quarantine_files(snapshot.lake, snapshot.quarantined)
    columns = ", ".join(quarantine.COLUMNS)
    empty = "select null::varchar as landed_file, null::varchar as source_name, null::bigint as line_number, "
    empty += "null::varchar as reason, null::bigint as line_bytes, null::blob as line limit 0"
    source = f"select {columns} from read_parquet({file_list(files)}, hive_partitioning = false)"
    connection.execute(f"create or replace view quarantine as {source if files else empty}")


_MANIFEST_COLUMNS = {
    "landed_file": "VARCHAR",
    "source_type": "VARCHAR",
    "source_name": "VARCHAR",
    "landed_at": "TIMESTAMP",
    "log": "VARCHAR",
    "shape": "VARCHAR",
    "landed": "BIGINT",
    "looks_like": "VARCHAR",
    "unknown_fields": "VARCHAR",
    "sha256": "VARCHAR",
}
_LEDGER_COLUMNS = {"landed_file": "VARCHAR", "parsed": "BIGINT", "cast_failures": "VARCHAR"}


def _manifest_row(entry: Entry) -> dict[str, object]:
    return {
        "landed_file": entry.file,
        "source_type": entry.source.type,
        "source_name": entry.source.name,
        "landed_at": entry.landed_at.removesuffix("Z"),
        "log": entry.log,
        "shape": entry.shape,
        "landed": entry.rows,
        "looks_like": entry.reason or _counts(entry.labels),
        "unknown_fields": _counts(entry.unknown_fields),
        "sha256": entry.sha256,
    }


def _ledger_row(entry: Parsed, days: set[str]) -> dict[str, object]:
    return {
        "landed_file": entry.landed_file,
        "parsed": sum(rows for day, rows in entry.days.items() if day in days),
        "cast_failures": _counts(entry.cast_failures),
    }


def _counts(counts: dict[str, int]) -> str | None:
    """Names with their counts, most frequent first: `OfficeActivity (266)`."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} ({count})" for name, count in ordered) or None


def _create(
    connection: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    name: str,
    columns: dict[str, str],
    rows: Iterable[dict[str, object]],
) -> None:
    with snapshot.lake.writing() as scratch:
        with scratch.open("wb") as file:
            file.writelines(orjson.dumps(row) + b"\n" for row in rows)
        connection.execute(
            f"create or replace table {name} as "
            "select * from read_json($file, format = 'newline_delimited', columns = $columns)",
            {"file": str(scratch), "columns": columns},
        )


def _comment(connection: duckdb.DuckDBPyConnection, published: list[Model], snapshot: Snapshot) -> None:
    """Puts the documentation of the model files onto the tables and columns."""
    connection.execute("begin")
    for statement in comments(published, snapshot.models):
        connection.execute(statement)
    connection.execute("commit")
