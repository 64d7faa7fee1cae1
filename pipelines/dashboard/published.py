"""Reading the published tables for many people at once.

One connection serves a publication, until there is another one; each query has a cursor of its own. An old publication
is closed, and its copy removed, when the last query on it is done.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import streamlit as st

from pipelines.outputs.panels import panels, read_over, read_panel, rests_on
from pipelines.warehouse.ask import NotPublishedError, open_reader
from pipelines.warehouse.publish import warehouse_path

_CACHED_RESULTS = 200
_LIVE = frozenset({"case_events"})
"""Tables that read what changes without a publication."""


@dataclass
class _Opened:
    publication: str
    connection: duckdb.DuckDBPyConnection
    closing: ExitStack
    users: int = 0
    is_replaced: bool = field(default=False)

    def close_when_unused(self) -> None:
        if self.is_replaced and not self.users:
            self.closing.close()


class Reader:
    """The published tables of a data folder, always those of the newest publication."""

    def __init__(self, data_folder: Path) -> None:
        self.data_folder = data_folder
        self._lock = threading.Lock()
        self._opened: _Opened | None = None

    @contextmanager
    def cursor(self) -> Iterator[tuple[str, duckdb.DuckDBPyConnection]]:
        """Which publication it is, and a cursor for one query over it. Raises NotPublishedError."""
        with self._lock:
            opened = self._newest()
            opened.users += 1
        try:
            with opened.connection.cursor() as cursor:
                cursor.execute("use warehouse")
                yield opened.publication, cursor
        finally:
            with self._lock:
                opened.users -= 1
                opened.close_when_unused()

    def close(self) -> None:
        """Closes what is open, as soon as nobody reads it."""
        with self._lock:
            self._replace(None)

    def _newest(self) -> _Opened:
        publication = publication_of(self.data_folder)
        if self._opened is None or self._opened.publication != publication:
            self._replace(self._open())
        if self._opened is None:
            raise NotPublishedError
        return self._opened

    def _replace(self, fresh: _Opened | None) -> None:
        old, self._opened = self._opened, fresh
        if old is not None:
            old.is_replaced = True
            old.close_when_unused()

    def _open(self) -> _Opened:
        """What is published now: opened again where another publication came while the file was copied."""
        while True:
            publication = publication_of(self.data_folder)
            closing = ExitStack()
            connection = closing.enter_context(open_reader(self.data_folder))
            if publication_of(self.data_folder) == publication:
                return _Opened(publication, connection, closing)
            closing.close()


def publication_of(data_folder: Path) -> str:
    """What tells the publication of now from others. Raises NotPublishedError."""
    try:
        found = warehouse_path(data_folder).stat()
    except FileNotFoundError:
        raise NotPublishedError(f"nothing is published in {data_folder} yet: run `whoseagent run` first") from None
    return f"{found.st_ino}-{found.st_mtime_ns}-{found.st_size}"


@st.cache_resource(show_spinner=False)
def reader_of(data_folder: Path) -> Reader:
    """The one reader of a data folder in this process."""
    return Reader(data_folder)


def read(reader: Reader, name: str, given: Mapping[str, Any]) -> pl.DataFrame:
    """The rows of a panel, remembered for as long as they cannot change. Raises NotPublishedError, duckdb.Error."""
    panel = panels()[name]
    if panel.header.over:  # many of them stand over rows that take long to read
        return read_over(panel, read(reader, panel.header.over, given), given)
    values = tuple(sorted((key, value) for key, value in given.items() if key in panel.parameters))
    with reader.cursor() as (publication, cursor):
        if is_live(name):
            return read_panel(cursor, panel, dict(values))
        return _remembered(cursor, str(reader.data_folder), publication, name, values)


@st.cache_data(max_entries=_CACHED_RESULTS, show_spinner=False)
def _remembered(
    _cursor: duckdb.DuckDBPyConnection,
    folder: str,  # noqa: ARG001 - part of what the result is remembered under
    publication: str,  # noqa: ARG001
    name: str,
    values: tuple[tuple[str, Any], ...],
) -> pl.DataFrame:
    return read_panel(_cursor, panels()[name], dict(values))


@lru_cache(maxsize=256)
def is_live(name: str) -> bool:
    """Whether the panel reads what people do meanwhile, such as the status of findings."""
    return bool(_LIVE & rests_on(panels()[name]))
