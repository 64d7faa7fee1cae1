"""Staging: each landed file is parsed exactly once, into typed Parquet by event day.

DuckDB reads every field as text into STRUCTs of the declared fields, and the records model casts: what does not cast
is counted, never silently null. Files are parsed side by side, one thread each, so memory does not grow with input.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import duckdb

from pipelines.catalog.fields import Shape
from pipelines.catalog.logs import BY_NAME
from pipelines.durable import place_file
from pipelines.landing.manifest import Entry
from pipelines.warehouse.lake import UNDATED, Lake, Parsed
from pipelines.warehouse.models import Model, Models, of_kind, sql_folder

_FORMAT = "1"
"""Part of every parser fingerprint: raise it when this module changes what it writes."""

_READ = """
    select {columns}
    from read_json($files, format = 'newline_delimited', columns = $columns, maximum_object_size = 16777216)
"""


class StagingError(RuntimeError):
    """A landed file could not be typed as a whole. Nothing of it was entered."""


@dataclass(frozen=True)
class Parser:
    """The queries that type the landed files of one records model, and their fingerprint."""

    records: Model
    sources: Mapping[str, Model]
    """Shape → the query that gives its raw fields their names."""
    fingerprint: str


def parsers(models: Models) -> dict[str, Parser]:
    """The parser of every records model, by the model's name."""
    return {model.name: _parser(model, models) for model in of_kind(models, "records")}


def _parser(records: Model, models: Models) -> Parser:
    table = records.header.table
    sources = {model.path.parent.name: model for model in of_kind(models, "source") if model.path.stem == table}
    logs = [log for log in BY_NAME.values() if log.table == table]
    parts = [_FORMAT, _macros(), records.sql, *(model.sql for _, model in sorted(sources.items()))]
    parts += [f"{log.name} {shape} {fields.columns({})}" for log in logs for shape, fields in log.fields.items()]
    return Parser(records, sources, sha256("\0".join(parts).encode()).hexdigest()[:8])


def _macros() -> str:
    return (sql_folder() / "staging" / "macros.sql").read_text(encoding="utf-8")


def records_model_of(entry: Entry, parsers: Mapping[str, Parser]) -> Parser | None:
    """The parser for a landed file; None for lines that no staged table takes (unsupported, unreadable)."""
    log = BY_NAME.get(entry.log)
    return next((parser for parser in parsers.values() if log and parser.records.header.table == log.table), None)


def connect() -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that reads times as UTC and knows the staging macros."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.execute(_macros())
    return connection


def source_shape(shape: str) -> str:
    """The folder under sql/staging that reads a shape: portal CSV rows have the columns of Log Analytics."""
    return "log_analytics" if shape == "csv" else shape


def records_query(parser: Parser, log_name: str, shape: Shape, spelling: Mapping[str, str]) -> str:
    """The whole query from landed lines to typed records."""
    fields = BY_NAME[log_name].fields[shape]
    raw = _READ.format(columns=fields.renamed(spelling))
    source = parser.sources[source_shape(shape)]
    return (
        f"with raw_records as ({raw}), source_records as (\n{source.sql}\n)\nselect * from (\n{parser.records.sql}\n)"
    )


def stage(
    lake: Lake,
    landing: Path,
    entries: Iterable[Entry],
    models: Models,
    on_parsed: Callable[[Parsed], None] = lambda _: None,
) -> list[Parsed]:
    """Parses the landed files that the ledger does not have yet; what was parsed.

    Raises StagingError for the first file that cannot be typed as a whole, after the others are done.
    """
    lake.prepare()
    by_model = parsers(models)
    ledger = lake.ledger()
    waiting = [
        (entry, parser)
        for entry in entries
        if (parser := records_model_of(entry, by_model)) and not ledger.has(entry.file, parser.fingerprint)
    ]
    done: list[Parsed] = []
    failures: list[Exception] = []
    with ThreadPoolExecutor(max_workers=min(os.cpu_count() or 1, 8)) as pool:
        for future in as_completed([pool.submit(_parse, lake, landing, *work) for work in waiting]):
            if error := future.exception():
                failures.append(StagingError(str(error)))
                continue
            done.append(future.result())
            on_parsed(done[-1])
    if failures:
        raise failures[0]
    return sorted(done, key=lambda parsed: parsed.landed_file)


def _parse(lake: Lake, landing: Path, entry: Entry, parser: Parser) -> Parsed:
    """Types one landed file, puts its Parquet in place, and enters it into the ledger, in this order."""
    with lake.writing() as scratch, connect() as connection:
        connection.execute("set threads = 1")
        _write_records(connection, entry, parser, landing, scratch)
        days = _rows_per_day(connection, scratch, parser.records.header.event_at or "")
        if sum(days.values()) != entry.rows:
            raise StagingError(f"{entry.file} holds {entry.rows} lines, but {sum(days.values())} rows came out of it")
        failures = _cast_failures(connection, scratch)
        parsed = Parsed(entry.file, parser.fingerprint, parser.records.name, entry.rows, days, failures)
        _place(connection, lake, scratch, parsed, parser.records.header.event_at or "")
    lake.record(parsed)
    return parsed


def _write_records(
    connection: duckdb.DuckDBPyConnection, entry: Entry, parser: Parser, landing: Path, scratch: Path
) -> None:
    shape: Shape = entry.shape  # type: ignore[assignment]
    spelling = dict(entry.spelling)
    query = records_query(parser, entry.log, shape, spelling)
    try:
        connection.execute(
            f"copy ({query}) to $target (format parquet, compression zstd, compression_level 1)",
            {
                "target": str(scratch),
                "files": [str(landing / entry.file)],
                "columns": BY_NAME[entry.log].fields[shape].columns(spelling),
                "source_tenant_id": entry.source.tenant_id,
                "log": entry.log,
                "shape": entry.shape,
                "landed_file": entry.file,
            },
        )
    except duckdb.Error as error:
        raise StagingError(f"{entry.file} could not be typed: {error}") from error


def _rows_per_day(connection: duckdb.DuckDBPyConnection, records: Path, event_at: str) -> dict[str, int]:
    rows = connection.execute(
        f"select {event_at}::date::varchar as day, count(*) from read_parquet($records) group by day order by day",
        {"records": str(records)},
    ).fetchall()
    return {day or UNDATED: count for day, count in rows}


def _cast_failures(connection: duckdb.DuckDBPyConnection, records: Path) -> dict[str, int]:
    rows = connection.execute(
        """
        select unnest(string_split(cast_failures, ' ')) as failed_column, count(*)
        from read_parquet($records)
        where cast_failures is not null
        group by failed_column
        order by failed_column
        """,
        {"records": str(records)},
    ).fetchall()
    return dict(rows)


def _place(connection: duckdb.DuckDBPyConnection, lake: Lake, scratch: Path, parsed: Parsed, event_at: str) -> None:
    """Moves the file to its day, or splits it where it spans several."""
    if len(parsed.days) == 1:
        (day,) = parsed.days
        place_file(scratch, lake.partition(parsed.model, day, parsed.file_name))
        return
    for day in parsed.days:
        with lake.writing() as part:
            connection.execute(
                f"""
                copy (
                    select * from read_parquet($records) where coalesce({event_at}::date::varchar, '{UNDATED}') = $day
                ) to $target (format parquet, compression zstd, compression_level 1)
                """,
                {"records": str(scratch), "day": day, "target": str(part)},
            )
            place_file(part, lake.partition(parsed.model, day, parsed.file_name))
