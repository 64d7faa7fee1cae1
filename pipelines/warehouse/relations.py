"""Models as relations of a DuckDB connection: views over the lake's files, for a run or for the published file."""

from collections.abc import Iterable
from pathlib import Path

import duckdb

from pipelines.catalog.logs import BY_NAME
from pipelines.warehouse.lake import UNDATED
from pipelines.warehouse.models import Model, Models, upstream
from pipelines.warehouse.snapshot import Snapshot
from pipelines.warehouse.staging import parsers, records_query

_RECORDS_COLUMNS = (
    "* exclude (filename, file_row_number), parse_filename(filename) as records_file, file_row_number as row_number"
)
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
            query, parameters = self._empty_records(model)
        else:
            query, parameters = model.sql, dict.fromkeys(model.parameters)
        self._connection.execute(
            f"create or replace table {model.name} as select *, null::date as day from ({query}) limit 0", parameters
        )
        if model.kind == "records":
            self._connection.execute(f"alter table {model.name} add column records_file varchar")
            self._connection.execute(f"alter table {model.name} add column row_number bigint")

    def _empty_records(self, model: Model) -> tuple[str, dict[str, object]]:
        parser = parsers(self._models)[model.name]
        log = next(log for log in BY_NAME.values() if log.table == model.header.table)
        query = records_query(parser, log.name, "diagnostic", {})
        empty = self._snapshot.lake.empty_file()
        parameters: dict[str, object] = dict.fromkeys(("source_tenant_id", "log", "shape", "landed_file"))
        return query, parameters | {"files": [str(empty)], "columns": log.fields["diagnostic"].columns({})}


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
