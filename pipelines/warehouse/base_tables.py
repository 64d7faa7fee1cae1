"""The relations that Python gives to the queries: what landed and was typed, and what else is known."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import orjson

from pipelines.landing.log_collections import LogCollection
from pipelines.landing.manifest import Entry, Manifest
from pipelines.landing.removal import Removal
from pipelines.warehouse import kept_tables, quarantine
from pipelines.warehouse.case_events import declare_case_events
from pipelines.warehouse.finding_files import declare_found
from pipelines.warehouse.lake import UNDATED, Parsed, file_list
from pipelines.warehouse.models import of_kind
from pipelines.warehouse.rules import RULE_COLUMNS, rule_rows
from pipelines.warehouse.snapshot import Snapshot

Row = Mapping[str, object]


@dataclass(frozen=True)
class Provided:
    """What the base tables hold besides what is in the lake."""

    manifest: Callable[[], Manifest] = lambda: Manifest([], [])
    """Reads the manifest of landing; called only where a query asks for it."""
    apps: tuple[Row, ...] = ()
    """The rows of `settings_apps`."""
    collected: Callable[[], Iterable[LogCollection]] = tuple
    """Reads what collectors keep of what they asked for; called only where a query asks for it."""
    case_events: Path | None = None
    """The event log of cases, which may not be there yet."""


def declare_base_tables(
    connection: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    provided: Provided,
    days: Iterable[str],
    names: Iterable[str],
) -> None:
    """Gives the connection those of the base tables that are named; `ledger` counts the rows on these days."""
    for name in sorted(names):
        match name:
            case "quarantine":
                _declare_quarantine(connection, snapshot)
            case "case_events":
                declare_case_events(connection, provided.case_events)
            case "rule_findings" | "rule_runs":
                declare_found(connection, snapshot.lake, name, days)
            case kept_tables.KEPT | kept_tables.REMEMBERED | kept_tables.LANDED_DAYS:
                rows = kept_tables.kept_rows(name, snapshot, provided.manifest())
                _create(connection, snapshot, name, kept_tables.COLUMNS[name], rows)
                if name == kept_tables.REMEMBERED:
                    kept_tables.remember_hidden_days(connection, snapshot)
            case "manifest" | "ledger" | "collected_stretches" | "settings_apps" | "rule_headers":
                _create(connection, snapshot, name, _COLUMNS[name], _rows(name, snapshot, provided, days))


def _rows(name: str, snapshot: Snapshot, provided: Provided, days: Iterable[str]) -> Iterable[Row]:
    """The rows of a base table that is made of nothing but rows."""
    match name:
        case "manifest":
            return _manifest_rows(provided.manifest())
        case "ledger":
            shown = set(days)
            return (_ledger_row(entry, shown, snapshot) for entry in snapshot.entries)
        case "collected_stretches":
            return (row for each in provided.collected() for row in _collected_rows(each))
        case "settings_apps":
            return provided.apps
        case _:
            return _rules(snapshot)


APP_COLUMNS = {
    "app_id": "VARCHAR",
    "name": "VARCHAR",
    "owner": "VARCHAR",
    "is_agent": "BOOLEAN",
    "is_sanctioned": "BOOLEAN",
    "is_own": "BOOLEAN",
    "is_first_party": "BOOLEAN",
}
"""Column → type of `settings_apps`: what the settings and the installation say of apps, a row per app id."""

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
    "removed_at": "TIMESTAMP",
    "removed_by": "VARCHAR",
    "removed_reason": "VARCHAR",
}
_COLLECTED_COLUMNS = {
    "tenant_id": "VARCHAR",
    "source": "VARCHAR",
    "source_name": "VARCHAR",
    "log": "VARCHAR",
    "stretch": "BIGINT",
    "window_start": "TIMESTAMP",
    "window_end": "TIMESTAMP",
    "is_pulled": "BOOLEAN",
    "last_asked_at": "TIMESTAMP",
    "last_success_at": "TIMESTAMP",
}
_LEDGER_COLUMNS = {"landed_file": "VARCHAR", "parsed": "BIGINT", "expired": "BIGINT", "cast_failures": "VARCHAR"}
_COLUMNS = {
    "manifest": _MANIFEST_COLUMNS,
    "ledger": _LEDGER_COLUMNS,
    "collected_stretches": _COLLECTED_COLUMNS,
    "settings_apps": APP_COLUMNS,
    "rule_headers": dict(RULE_COLUMNS),
}


def _declare_quarantine(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> None:
    files = quarantine.quarantine_files(snapshot.lake, snapshot.quarantined)
    columns = ", ".join(quarantine.COLUMNS)
    empty = "select null::varchar as landed_file, null::varchar as source_name, null::bigint as line_number, "
    empty += "null::varchar as reason, null::bigint as line_bytes, null::blob as line limit 0"
    source = f"select {columns} from read_parquet({file_list(files)}, hive_partitioning = false)"
    connection.execute(f"create or replace view quarantine as {source if files else empty}")


def _rules(snapshot: Snapshot) -> Iterable[Row]:
    models = of_kind(snapshot.models, "finding")
    return rule_rows((model.name, model.header.description, model.header.rule) for model in models if model.header.rule)


def _manifest_rows(manifest: Manifest) -> Iterator[Row]:
    removed = {each.file: removal for removal in manifest.removals for each in removal.removed}
    for entry in manifest.landed:
        yield _manifest_row(entry, removed.get(entry.file))


def _manifest_row(entry: Entry, removal: Removal | None) -> Row:
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
        "removed_at": removal.removed_at.removesuffix("Z") if removal else None,
        "removed_by": removal.actor if removal else None,
        "removed_reason": removal.reason if removal else None,
    }


def _collected_rows(collection: LogCollection) -> Iterator[Row]:
    """A row for each stretch of time that was asked for; one without a stretch where there is none."""
    for number, (stretch, is_pulled) in enumerate(collection.stretches or [((None, None), None)], 1):
        yield {
            "tenant_id": collection.tenant_id,
            "source": collection.source,
            "source_name": collection.source_name,
            "log": collection.log,
            "stretch": number,
            "window_start": _utc(stretch[0]),
            "window_end": _utc(stretch[1]),
            "is_pulled": is_pulled,
            "last_asked_at": _utc(collection.asked_at),
            "last_success_at": _utc(collection.succeeded_at),
        }


def _utc(at: datetime | None) -> str | None:
    """The time as DuckDB reads it, without its zone."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() if at else None


def _ledger_row(entry: Parsed, days: set[str], snapshot: Snapshot) -> Row:
    shown = days if snapshot.models[entry.model].is_daily else {UNDATED}
    return {
        "landed_file": entry.landed_file,
        "parsed": sum(rows for day, rows in entry.days.items() if day in shown),
        "expired": sum(rows for day, rows in entry.days.items() if not snapshot.kept.shows(day)),
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
    rows: Iterable[Row],
) -> None:
    with snapshot.lake.writing() as scratch:
        with scratch.open("wb") as file:
            file.writelines(orjson.dumps(row) + b"\n" for row in rows)
        connection.execute(
            f"create or replace table {name} as "
            "select * from read_json($file, format = 'newline_delimited', columns = $columns)",
            {"file": str(scratch), "columns": columns},
        )
