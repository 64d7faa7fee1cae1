"""Views whose rows stand in the lake too, a file for each event day, so that readers need not reckon them anew.

The files are written when the finding rules are evaluated, and again when anything that the day follows from has
changed. A day without a file is answered by the view's own query.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from pipelines.warehouse.finding_files import current_files
from pipelines.warehouse.lake import UNDATED, file_list
from pipelines.warehouse.models import Model, Models, of_kind
from pipelines.warehouse.snapshot import Snapshot

_DAYS = "hive_partitioning = true, hive_types = {'day': date}"


def stored_views(models: Models) -> list[Model]:
    """The views that are stored."""
    return [model for model in of_kind(models, "view") if model.header.is_stored]


def stored_rows(model: Model, day: str) -> str:
    """The query for what is written of a day: the folder of the file says which day it is."""
    return f"select * exclude (day) from ({model.sql}\n) where {is_of(day)}"


def declare_file(connection: duckdb.DuckDBPyConnection, model: Model, file: Path) -> None:
    """Lets a stored view of a connection read this one file, of a day."""
    connection.execute(f"create or replace view {model.name} as {_read(model, [file])}")


def declare_stored(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, days: list[str]) -> None:
    """Lets the stored views of a connection, which stand there, read their files of these days."""
    for model in stored_views(snapshot.models):
        files = {day: file for day, file in current_files(snapshot.lake, model.name, days).items() if file.exists()}
        if files:
            query = " union all ".join(_parts(model, files, days))
            connection.execute(f"create or replace view {model.name} as {query}")


def _parts(model: Model, files: Mapping[str, Path], days: list[str]) -> list[str]:
    columns = _columns(model)
    parts = [_read(model, files.values())]
    others = [is_of(day) for day in days if day not in files]
    if others:
        parts.append(f"select {columns} from ({model.sql}\n) as reckoned where {' or '.join(others)}")
    return parts


def _read(model: Model, files: Iterable[Path]) -> str:
    return f"select {_columns(model)} from read_parquet({file_list(files)}, {_DAYS})"


def _columns(model: Model) -> str:
    return ", ".join(column.name for column in model.columns)


def is_of(day: str) -> str:
    """The condition that a row is of the day."""
    return "day is null" if day == UNDATED else f"day = date '{day}'"
