"""Models as relations of a DuckDB connection: views over the lake's files, for a run or for the published file."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.catalog.fields import quoted
from pipelines.catalog.logs import BY_NAME
from pipelines.warehouse.base_tables import Provided, declare_base_tables
from pipelines.warehouse.lake import UNDATED, file_list
from pipelines.warehouse.models import BASE_TABLES, OPERATION_CLASSES, Model, Models, upstream
from pipelines.warehouse.operation_classes import declare_operation_classes
from pipelines.warehouse.parser import Parser, connect, parsers, records_query
from pipelines.warehouse.snapshot import Snapshot

_RECORDS_COLUMNS = (
    "* exclude (filename, file_row_number), parse_filename(filename) as records_file, file_row_number as row_number"
)
_COLUMNS: dict[str, dict[str, str]] = {}
"""Columns of a model by what they follow from: to ask DuckDB takes longer than to build a small day."""

_PROVENANCE = "filename = true, file_row_number = true"


_STANDING = "select table_name, table_type from information_schema.tables"


def drop_relations(connection: duckdb.DuckDBPyConnection, which: Callable[[str], bool] = lambda _: True) -> None:
    """Drops the tables and views of a connection that `which` says yes to; without it, all.

    A relation with rows is a view, and one without a table: neither can replace the other.
    """
    for name, kind in connection.execute(_STANDING).fetchall():
        if which(name):
            connection.execute(f"drop {'view' if kind == 'VIEW' else 'table'} {name}")


class Relations:
    """Gives the models that a query reads to a connection, from the files of some days."""

    def __init__(
        self, snapshot: Snapshot, connection: duckdb.DuckDBPyConnection, provided: Provided | None = None
    ) -> None:
        self._snapshot = snapshot
        self._connection = connection
        self._provided = provided or Provided()
        self._models: Models = snapshot.models

    def declare(self, names: Iterable[str], days: Iterable[str], standing: Collection[str] = ()) -> None:
        """Makes the named models and base tables, and all they rest on, readable, holding the given days only.

        What is `standing` already, whatever days it holds, stays as it is.
        """
        days, names = list(days), set(names)
        models = [model for model in upstream(self._models, names) if model.name not in standing]
        read = names.union(*(model.depends_on for model in models if model.kind in ("view", "table")))
        declare_base_tables(self._connection, self._snapshot, self._provided, days, read & BASE_TABLES)
        for model in models:
            if model.kind in ("view", "table"):
                self._connection.execute(f"create or replace {model.kind} {model.name} as {model.sql}")
            elif model.kind in ("records", "partition"):
                self._declare_files(model, days)
        if OPERATION_CLASSES in names:
            declare_operation_classes(self._connection)

    def _declare_files(self, model: Model, days: list[str]) -> None:
        files = self._snapshot.files_by_day(model, days)
        dated = [file for day, found in files.items() for file in found if day != UNDATED]
        query = " union all by name ".join(_reads(model, dated, files.get(UNDATED, [])))
        if query:
            self._connection.execute(f"create or replace view {model.name} as {query}")
        else:
            self._declare_empty(model)

    def _declare_empty(self, model: Model) -> None:
        """A table without rows, with the columns that the model would have."""
        columns = self._columns(model) | {"day": "DATE"}
        if model.kind == "records":
            columns |= {"records_file": "VARCHAR", "row_number": "BIGINT"}
        definition = ", ".join(f"{quoted(name)} {type_}" for name, type_ in columns.items())
        self._connection.execute(f"create or replace table {model.name} ({definition})")

    def _columns(self, model: Model) -> dict[str, str]:
        """Column → type. The macros are no part of a published file, so this takes a connection of its own."""
        if model.kind == "records":
            parser = parsers(self._models)[model.name]
            if parser.fingerprint not in _COLUMNS:
                _COLUMNS[parser.fingerprint] = self._describe_records(model, parser)
            return _COLUMNS[parser.fingerprint]
        key = "\0".join(each.sql for each in upstream(self._models, [model.name]))
        if key not in _COLUMNS:
            _COLUMNS[key] = self._describe_partition(model)
        return _COLUMNS[key]

    def _describe_partition(self, model: Model) -> dict[str, str]:
        with connect() as connection:
            Relations(self._snapshot, connection).declare(model.depends_on, [])
            times = dict.fromkeys(model.parameters, datetime(2000, 1, 1))  # noqa: DTZ001 - all UTC, as the models' own
            return _described(connection, f"select * from ({model.sql}\n)", times)

    def _describe_records(self, model: Model, parser: Parser) -> dict[str, str]:
        log = next(log for log in BY_NAME.values() if log.table == model.header.table)
        shape, fields = next(iter(log.fields.items()))
        query = records_query(parser, log.name, shape, {})
        raw = {"files": [str(self._snapshot.lake.empty_file())], "columns": fields.columns({})}
        # Text, not null: a column made of a null parameter would be an INTEGER.
        parameters: dict[str, object] = dict.fromkeys(("source_tenant_id", "log", "shape", "landed_file"), "")
        parameters["landing_length"] = 0
        with connect() as connection:
            return _described(connection, query, parameters | raw)


def _described(connection: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, object]) -> dict[str, str]:
    connection.execute(f"create table described as {query} limit 0", dict(parameters))
    return {name: str(type_) for name, type_, *_ in connection.execute("describe described").fetchall()}


def _reads(model: Model, dated: list[Path], undated: list[Path]) -> Iterable[str]:
    records = model.kind == "records"
    columns, options = (_RECORDS_COLUMNS, f", {_PROVENANCE}") if records else ("*", "")
    if dated:
        hive = "hive_partitioning = true, hive_types = {'day': date}"
        yield f"select {columns} from read_parquet({file_list(dated)}, {hive}{options})"
    if undated:
        hive = "hive_partitioning = false"
        yield f"select {columns}, null::date as day from read_parquet({file_list(undated)}, {hive}{options})"
