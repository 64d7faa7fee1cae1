"""The relations that Python gives to the queries: what landed, what was typed, the quarantine, known apps, cases."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import orjson

from pipelines.landing.manifest import Entry
from pipelines.warehouse import quarantine
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

    landed: Callable[[], Iterable[Entry]] = tuple
    """Reads the manifest of landing; called only where a query asks for it."""
    apps: tuple[Row, ...] = ()
    """The rows of `settings_apps`."""
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
            case "manifest":
                rows = (_manifest_row(entry) for entry in provided.landed())
                _create(connection, snapshot, name, _MANIFEST_COLUMNS, rows)
            case "ledger":
                shown = set(days)
                rows = (_ledger_row(entry, shown, snapshot) for entry in snapshot.entries)
                _create(connection, snapshot, name, _LEDGER_COLUMNS, rows)
            case "settings_apps":
                _create(connection, snapshot, name, APP_COLUMNS, provided.apps)
            case "quarantine":
                _declare_quarantine(connection, snapshot)
            case "case_events":
                declare_case_events(connection, provided.case_events)
            case "rule_headers":
                _create(connection, snapshot, name, RULE_COLUMNS, _rules(snapshot))
            case "rule_findings" | "rule_runs":
                declare_found(connection, snapshot.lake, name, days)


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
}
_LEDGER_COLUMNS = {"landed_file": "VARCHAR", "parsed": "BIGINT", "cast_failures": "VARCHAR"}


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


def _manifest_row(entry: Entry) -> Row:
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


def _ledger_row(entry: Parsed, days: set[str], snapshot: Snapshot) -> Row:
    shown = days if snapshot.models[entry.model].is_daily else {UNDATED}
    return {
        "landed_file": entry.landed_file,
        "parsed": sum(rows for day, rows in entry.days.items() if day in shown),
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
