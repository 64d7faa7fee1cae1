"""Models as relations of a DuckDB connection: views over the lake's files, for a run or for the published file."""

from collections.abc import Iterable
from pathlib import Path

import duckdb

from pipelines.catalog.fields import quoted
from pipelines.catalog.logs import BY_NAME
from pipelines.warehouse.lake import UNDATED
from pipelines.warehouse.models import Model, Models, upstream
from pipelines.warehouse.parser import Parser, connect, parsers, records_query
from pipelines.warehouse.snapshot import Snapshot

_RECORDS_COLUMNS = (
    "* exclude (filename, file_row_number), parse_filename(filename) as records_file, file_row_number as row_number"
)
_COLUMNS: dict[str, dict[str, str]] = {}
"""Columns of a records model by its parser's fingerprint: to ask DuckDB takes longer than to build a small day."""

_PROVENANCE = "filename = true, file_row_number = true"


class Relations:
    """Gives the models that a query reads to a connection, from the files of some days."""

    def __init__(self, snapshot: Snapshot, connection: duckdb.DuckDBPyConnection) -> None:
        self._snapshot = snapshot
        self._connection = connection
        self._models: Models = snapshot.models

    def declare(self, names: Iterable[str], days: Iterable[str]) -> None:
        """Makes the named models and all they rest on readable, holding the given days only."""
        days = list(days)
        for model in upstream(self._models, names):
            if model.kind == "view":
                self._connection.execute(f"create or replace view {model.name} as {model.sql}")
            elif model.kind in ("records", "partition"):
                self._declare_files(model, days)

    def _declare_files(self, model: Model, days: list[str]) -> None:
        files = {day: self._snapshot.files(model, day) for day in days}
        dated = [file for day, found in files.items() for file in found if day != UNDATED]
        query = " union all by name ".join(_reads(model, dated, files.get(UNDATED, [])))
        if query:
            self._connection.execute(f"create or replace view {model.name} as {query}")
        else:
            self._declare_empty(model)

    def _declare_empty(self, model: Model) -> None:
        """A table without rows, with the columns that the model would have."""
        if model.kind == "records":
            columns = self._records_columns(model) | {"day": "DATE", "records_file": "VARCHAR", "row_number": "BIGINT"}
            definition = ", ".join(f"{quoted(name)} {type_}" for name, type_ in columns.items())
            self._connection.execute(f"create or replace table {model.name} ({definition})")
            return
        self._connection.execute(
            f"create or replace table {model.name} as select *, null::date as day from ({model.sql}) limit 0",
            dict.fromkeys(model.parameters),
        )

    def _records_columns(self, model: Model) -> dict[str, str]:
        """Column → type. The staging macros are no part of a published file, so this takes a connection of its own."""
        parser = parsers(self._models)[model.name]
        if parser.fingerprint not in _COLUMNS:
            _COLUMNS[parser.fingerprint] = self._describe(model, parser)
        return _COLUMNS[parser.fingerprint]

    def _describe(self, model: Model, parser: Parser) -> dict[str, str]:
        log = next(log for log in BY_NAME.values() if log.table == model.header.table)
        query = records_query(parser, log.name, "diagnostic", {})
        raw = {"files": [str(self._snapshot.lake.empty_file())], "columns": log.fields["diagnostic"].columns({})}
        # Text, not null: a column made of a null parameter would be an INTEGER.
        parameters: dict[str, object] = dict.fromkeys(("source_tenant_id", "log", "shape", "landed_file"), "")
        parameters["landing_length"] = 0
        with connect() as connection:
            connection.execute(f"create table described as {query} limit 0", parameters | raw)
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


def file_list(files: Iterable[Path]) -> str:
    """A list of paths as SQL literals: a view keeps its text, so there is nothing to bind."""
    return "[" + ", ".join("'" + str(file).replace("'", "''") + "'" for file in files) + "]"
