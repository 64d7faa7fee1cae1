"""Parsers: the queries that type the landed files of one records model, and what they bind."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

import duckdb

from pipelines.catalog.fields import Fields, Shape, quoted
from pipelines.catalog.logs import BY_NAME
from pipelines.landing.manifest import Entry
from pipelines.warehouse.lake import Lake
from pipelines.warehouse.macros import all_macros, staging_macros
from pipelines.warehouse.models import Model, Models, of_kind

MEMORY = 4 * 2**30
"""Bytes that the tables of a query may take; a smaller machine gives four fifths of what it has."""

_FORMAT = "2"
"""Part of every parser fingerprint: raise it when what is read or written changes outside the SQL."""

_READ = """
    select
        {columns},
        struct_pack({content}) as content,
        coalesce($landed_file, substr(filename, $landing_length + 2)) as landed_file
    from read_json(
        $files,
        format = 'newline_delimited',
        columns = $columns,
        maximum_object_size = 16777216,
        filename = true
    )
"""


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
    parts = [_FORMAT, staging_macros(), records.sql, *(model.sql for _, model in sorted(sources.items()))]
    parts += _field_declarations(table)
    return Parser(records, sources, sha256("\0".join(parts).encode()).hexdigest()[:8])


@cache
def _field_declarations(table: str | None) -> list[str]:
    """What the logs of a table declare to be read; written out once, because every look at the lake asks for it."""
    logs = [log for log in BY_NAME.values() if log.table == table]
    return [f"{log.name} {shape} {fields.columns({})}" for log in logs for shape, fields in log.fields.items()]


def records_model_of(entry: Entry, parsers: Mapping[str, Parser]) -> Parser | None:
    """The parser for a landed file; None for lines that no staged table takes (unsupported, unreadable)."""
    log = BY_NAME.get(entry.log)
    return next((parser for parser in parsers.values() if log and parser.records.header.table == log.table), None)


def connect(*, macros: bool = True) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that reads times as UTC and, unless it need not, knows the macros: that takes a while."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    if macros:
        connection.execute(all_macros())
    return connection


@contextmanager
def working(lake: Lake, *, macros: bool = True) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same for work on whole days: what does not fit into `MEMORY` waits in the lake's scratch folder."""
    with lake.spilling() as folder, connect(macros=macros) as connection:
        connection.execute("set memory_limit = $limit", {"limit": f"{_memory() // 2**20}MiB"})
        connection.execute("set temp_directory = $folder", {"folder": str(folder)})
        connection.execute("set parquet_metadata_cache = true")  # one query after the other reads the same files
        yield connection


def _memory() -> int:
    there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min(MEMORY, there * 4 // 5)


def source_shape(shape: str) -> str:
    """The folder under sql/staging that reads a shape: portal CSV rows have the columns of Log Analytics."""
    return "log_analytics" if shape == "csv" else shape


def records_query(parser: Parser, log_name: str, shape: Shape, spelling: Mapping[str, str]) -> str:
    """The whole query from landed lines to typed records."""
    fields = BY_NAME[log_name].fields[shape]
    raw = _READ.format(columns=fields.renamed(spelling), content=_content(fields, spelling))
    source = parser.sources[source_shape(shape)]
    return (
        f"with raw_records as ({raw}), source_records as (\n{source.sql}\n)\nselect * from (\n{parser.records.sql}\n)"
    )


def _content(fields: Fields, spelling: Mapping[str, str]) -> str:
    """All that is read of a record, as members of one STRUCT, for the id of a record that has none."""
    names = (*fields.read, *fields.objects)
    return ", ".join(f"{quoted(name)} := {quoted(spelling.get(name, name))}" for name in names)
