"""Publication: `warehouse.duckdb`, built beside the old one and swapped in with a rename.

It holds views over immutable files, small tables, a view over the event log of cases, and the documentation of every
column. A reader that has the old file open keeps reading the old, whole state, with the cases as they are now; the
files it names stay for one more publication.
"""

import os
import uuid
from dataclasses import replace
from pathlib import Path

import duckdb

from pipelines.cases.log import events_file
from pipelines.durable import sync_folder
from pipelines.warehouse import quarantine
from pipelines.warehouse.base_tables import Provided
from pipelines.warehouse.documentation import comments
from pipelines.warehouse.models import UNPUBLISHED, Model, of_kind
from pipelines.warehouse.relations import Relations
from pipelines.warehouse.snapshot import Snapshot
from pipelines.warehouse.stored_views import declare_stored
from pipelines.warehouse.sweep import published_files, sweep

STORAGE_VERSION = "v1.2.0"
"""Analysts' older DuckDB clients (1.2 and later) read this."""

_UNFINISHED = ".warehouse-"
_PUBLISHED = ("records", "partition", "view", "table")


def warehouse_path(data_folder: Path) -> Path:
    """Where the published file stands."""
    return data_folder.absolute() / "warehouse.duckdb"


def discard_unfinished(data_folder: Path) -> None:
    """Removes what a killed publication left; nobody else may publish meanwhile."""
    for leftover in data_folder.glob(f"{_UNFINISHED}*"):
        leftover.unlink(missing_ok=True)


def publish(snapshot: Snapshot, provided: Provided, data_folder: Path) -> Path:
    """Builds and swaps in the warehouse for what is in the lake now; its path."""
    target = warehouse_path(data_folder)
    provided = replace(provided, case_events=events_file(data_folder))
    fresh = target.with_name(f"{_UNFINISHED}{os.getpid()}-{uuid.uuid4().hex}.duckdb")
    try:
        _build(snapshot, provided, fresh)
        fresh.chmod(0o600)
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        fresh.replace(target)
        sync_folder(target.parent)  # before anything says that it is published
        sweep(snapshot.lake, published_files(snapshot), snapshot.days)
    finally:
        for leftover in (fresh, fresh.with_name(fresh.name + ".wal")):
            leftover.unlink(missing_ok=True)
    return target


def _build(snapshot: Snapshot, provided: Provided, fresh: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(
            f"attach '{str(fresh).replace(chr(39), chr(39) * 2)}' as warehouse (storage_version '{STORAGE_VERSION}')"
        )
        connection.execute("use warehouse")
        published = [model for model in snapshot.models.values() if model.kind in _PUBLISHED]
        names = [quarantine.MODEL, *(model.name for model in published)]
        Relations(snapshot, connection, provided).declare(names, snapshot.shown_days)
        declare_stored(connection, snapshot, snapshot.shown_days)
        for model in of_kind(snapshot.models, "macro"):
            connection.execute(macro(model))
        for name in UNPUBLISHED:
            connection.execute(f"drop table if exists {name}")
        _comment(connection, published, snapshot)


def macro(model: Model) -> str:
    """The statement that makes a table macro of a model: its bound `$wanted` is the macro's argument."""
    query = model.sql.replace("$wanted", "wanted")
    return f"create macro {model.name}(wanted) as table {query}"


def _comment(connection: duckdb.DuckDBPyConnection, published: list[Model], snapshot: Snapshot) -> None:
    """Puts the documentation of the model files onto the tables and columns."""
    connection.execute("begin")
    for statement in comments(published, snapshot.models):
        connection.execute(statement)
    connection.execute("commit")
