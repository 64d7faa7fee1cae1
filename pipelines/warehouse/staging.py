"""Staging: each landed file is parsed exactly once, into typed Parquet by event day.

DuckDB reads every field as text into STRUCTs of the declared fields, and the records model casts: what does not cast
is counted, never silently null. Small files of one kind are parsed by one query. Queries run side by side, one thread
each, so memory does not grow with input.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.catalog.fields import Shape
from pipelines.catalog.logs import BY_NAME
from pipelines.durable import place_file
from pipelines.landing.manifest import Entry
from pipelines.warehouse import double_keys
from pipelines.warehouse.lake import PARQUET, UNDATED, Lake, Parsed, batch_name
from pipelines.warehouse.models import Models
from pipelines.warehouse.parser import Parser, connect, parsers, records_model_of, records_query

BATCH_BYTES = 256 * 2**20
BATCH_FILES = 500
"""One query parses landed files up to this many bytes of JSON, and this many files."""

SMALL_BYTES = 16 * 2**20
"""Less JSON than this is read sooner than another query is planned."""


class StagingError(RuntimeError):
    """Landed files could not be typed as a whole. Nothing of them was entered; the others are done."""


@dataclass(frozen=True)
class Batch:
    """Landed files of one kind and tenant, that one query parses together."""

    parser: Parser
    entries: Sequence[Entry]

    @property
    def day(self) -> str:
        """The expression for the partition of a row."""
        event_at = self.parser.records.header.event_at
        return f"coalesce({event_at}::date::varchar, '{UNDATED}')" if event_at else f"'{UNDATED}'"


def stage(
    lake: Lake,
    landing: Path,
    entries: Iterable[Entry],
    models: Models,
    on_parsed: Callable[[Parsed], None] = lambda _: None,
) -> list[Parsed]:
    """Parses the landed files that the ledger does not have yet; what was parsed, by landed file.

    Raises StagingError, naming every file that cannot be typed as a whole, after all others are done.
    """
    lake.prepare()
    done: list[Parsed] = []
    failures: list[str] = []
    workers = min(os.cpu_count() or 1, 8)
    with ThreadPoolExecutor(max_workers=workers) as pool:
        waiting = _batches(list(_waiting(lake, entries, models)), workers)
        for future in as_completed([pool.submit(_parse, lake, landing, batch) for batch in waiting]):
            parsed, failed = future.result()
            failures += failed
            for each in parsed:
                done.append(each)
                on_parsed(each)
    if failures:
        raise StagingError("; ".join(sorted(failures)))
    return sorted(done, key=lambda parsed: parsed.landed_file)


def _waiting(lake: Lake, entries: Iterable[Entry], models: Models) -> Iterator[tuple[Entry, Parser]]:
    by_model = parsers(models)
    ledger = lake.ledger()
    for entry in entries:
        parser = records_model_of(entry, by_model)
        if parser and not ledger.has(entry.file, parser.fingerprint):
            yield entry, parser


def _batches(waiting: Sequence[tuple[Entry, Parser]], workers: int) -> Iterator[Batch]:
    """Batches of files that are alike, small enough that every worker has one where that pays."""
    share = sum(entry.bytes for entry, _ in waiting) // workers
    limit = min(BATCH_BYTES, max(SMALL_BYTES, share))
    by_kind = defaultdict[tuple[object, ...], list[tuple[Entry, Parser]]](list)
    for entry, parser in waiting:
        by_kind[entry.kind, entry.source.tenant_id].append((entry, parser))
    for alike in by_kind.values():
        batch: list[Entry] = []
        parser = alike[0][1]
        for entry, _ in alike:
            if batch and (sum(each.bytes for each in batch) + entry.bytes > limit or len(batch) == BATCH_FILES):
                yield Batch(parser, batch)
                batch = []
            batch.append(entry)
        yield Batch(parser, batch)


def _parse(lake: Lake, landing: Path, batch: Batch) -> tuple[list[Parsed], list[str]]:
    """What was parsed, and the messages of what could not be; one bad file does not keep its neighbours back."""
    try:
        return _parse_together(lake, landing, batch), []
    except (duckdb.Error, StagingError, ValueError) as error:
        if len(batch.entries) == 1:
            return [], [_named(batch.entries[0], error)]
    results = [_parse(lake, landing, Batch(batch.parser, [entry])) for entry in batch.entries]
    return [each for parsed, _ in results for each in parsed], [each for _, failed in results for each in failed]


def _named(entry: Entry, error: Exception) -> str:
    return str(error) if isinstance(error, StagingError) else f"{entry.file} could not be typed: {error}"


def _parse_together(lake: Lake, landing: Path, batch: Batch) -> list[Parsed]:
    """Types the landed files, puts their Parquet in place, and enters them into the ledger, in this order."""
    with lake.writing() as scratch, connect() as connection:
        connection.execute("set threads = 1")
        _write_records(connection, lake, batch, landing, scratch)
        parsed = _summed_up(connection, scratch, batch)
        _place(connection, lake, scratch, parsed, batch.day)
    lake.record(*parsed)
    return parsed


def _write_records(
    connection: duckdb.DuckDBPyConnection, lake: Lake, batch: Batch, landing: Path, scratch: Path
) -> None:
    files = [landing / entry.file for entry in batch.entries]
    try:
        _copy(connection, batch, files, scratch, {"landed_file": None, "landing_length": len(str(landing))})
    except duckdb.InvalidInputException:
        if len(files) > 1:
            raise
        with lake.writing() as rewritten:
            double_keys.rewrite(files[0], rewritten)
            _copy(connection, batch, [rewritten], scratch, {"landed_file": batch.entries[0].file, "landing_length": 0})


def _copy(
    connection: duckdb.DuckDBPyConnection,
    batch: Batch,
    files: Iterable[Path],
    scratch: Path,
    provenance: dict[str, str | int | None],
) -> None:
    entry = batch.entries[0]
    shape: Shape = entry.shape  # type: ignore[assignment]
    spelling = dict(entry.spelling)
    connection.execute(
        f"copy ({records_query(batch.parser, entry.log, shape, spelling)}) to $target ({PARQUET})",
        {
            "target": str(scratch),
            "files": [str(file) for file in files],
            "columns": BY_NAME[entry.log].fields[shape].columns(spelling),
            "source_tenant_id": entry.source.tenant_id,
            "log": entry.log,
            "shape": entry.shape,
            **provenance,
        },
    )


def _summed_up(connection: duckdb.DuckDBPyConnection, records: Path, batch: Batch) -> list[Parsed]:
    """What came out of each landed file. Raises StagingError where it is not one row a line."""
    days: dict[str, dict[str, int]] = defaultdict(dict)
    for landed_file, day, count in connection.execute(
        f"""
        select landed_file, {batch.day} as day, count(*)
        from read_parquet($records)
        group by landed_file, day
        order by landed_file, day
        """,
        {"records": str(records)},
    ).fetchall():
        days[landed_file][day] = count
    failures = _cast_failures(connection, records)
    name = batch_name(entry.file for entry in batch.entries)
    for entry in batch.entries:
        if (rows := sum(days[entry.file].values())) != entry.rows:
            raise StagingError(f"{entry.file} holds {entry.rows} lines, but {rows} rows came out of it")
    fingerprint, model = batch.parser.fingerprint, batch.parser.records.name
    return [
        Parsed(entry.file, fingerprint, model, entry.rows, days[entry.file], failures[entry.file], name)
        for entry in batch.entries
    ]


def _cast_failures(connection: duckdb.DuckDBPyConnection, records: Path) -> dict[str, dict[str, int]]:
    """Landed file → column → values that did not cast."""
    rows = connection.execute(
        """
        select landed_file, unnest(string_split(cast_failures, ' ')) as failed_column, count(*)
        from read_parquet($records)
        where cast_failures is not null
        group by landed_file, failed_column
        order by landed_file, failed_column
        """,
        {"records": str(records)},
    ).fetchall()
    failures: dict[str, dict[str, int]] = defaultdict(dict)
    for landed_file, column, count in rows:
        failures[landed_file][column] = count
    return failures


def _place(
    connection: duckdb.DuckDBPyConnection, lake: Lake, scratch: Path, parsed: Sequence[Parsed], day_of_row: str
) -> None:
    """Moves the file to its day, or splits it where it spans several."""
    days = sorted({day for each in parsed for day in each.days})
    if len(days) == 1:
        place_file(scratch, lake.partition(parsed[0].model, days[0], parsed[0].file_name(days[0])))
        return
    for day in days:
        with lake.writing() as part:
            connection.execute(
                f"""
                copy (
                    select * from read_parquet($records) where {day_of_row} = $day
                ) to $target ({PARQUET})
                """,
                {"records": str(scratch), "day": day, "target": str(part)},
            )
            place_file(part, lake.partition(parsed[0].model, day, parsed[0].file_name(day)))
