"""The warehouse of one data folder: everything that a run does, in the order in which it does it.

Dagster assets and tests call this; it knows nothing of Dagster.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
from filelock import FileLock, Timeout

from pipelines.cases.entry import NAMES as CASES
from pipelines.catalog.logs import BY_NAME
from pipelines.landing.log_collections import LogCollection, collections
from pipelines.landing.manifest import Entry, Manifest, read_manifest
from pipelines.warehouse.base_tables import Provided, Row
from pipelines.warehouse.build import Built, build
from pipelines.warehouse.evaluate import Evaluated, evaluate
from pipelines.warehouse.lake import Lake, Parsed
from pipelines.warehouse.models import Model, Models, load_models, of_kind
from pipelines.warehouse.parser import source_shape
from pipelines.warehouse.publish import discard_unfinished, publish, warehouse_path
from pipelines.warehouse.quarantine import set_aside
from pipelines.warehouse.snapshot import Snapshot
from pipelines.warehouse.staging import stage


class BusyError(RuntimeError):
    """Another run is at work in this data folder."""


@dataclass(frozen=True)
class Answer:
    """The first rows of a query's result, at most `SHOWN`, its columns, and how many rows there are in all."""

    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]
    count: int


SHOWN = 20


class Warehouse:
    """The typed and published side of a data folder."""

    def __init__(self, data_folder: Path, models: Models | None = None, apps: Iterable[Row] = ()) -> None:
        """`apps` are the rows of the base table `settings_apps`: what the settings say of apps."""
        self.data_folder = data_folder.absolute()
        self.lake = Lake(self.data_folder)
        self._given_models = models
        self.provided = Provided(self.manifest, tuple(apps), self.collected, self.data_folder / CASES.file)

    @cached_property
    def models(self) -> Models:
        """The SQL models of this installation."""
        return self._given_models if self._given_models is not None else load_models()

    @property
    def path(self) -> Path:
        """The published file, which may not be there yet."""
        return warehouse_path(self.data_folder)

    @contextmanager
    def only_run(self, timeout_seconds: float = -1) -> Iterator[None]:
        """Holds the data folder for one run at a time; waits without end by default.

        Raises BusyError when the time is over. What killed runs left unfinished is removed first.
        """
        self.lake.prepare()
        try:
            with FileLock(self.lake.folder / "run.lock", timeout=timeout_seconds, mode=0o600):
                self.lake.discard_leftovers()
                discard_unfinished(self.data_folder)
                yield
        except Timeout as error:
            raise BusyError(f"another run is at work in {self.data_folder}; try again when it is done") from error

    def landed(self) -> list[Entry]:
        """The landed files that were not removed by policy."""
        return self.manifest().kept

    def manifest(self) -> Manifest:
        """The landing manifest."""
        return read_manifest(self.data_folder)

    def collected(self) -> list[LogCollection]:
        """What collectors asked for of each log, and how much of it came."""
        return collections(self.data_folder)

    def stage(
        self, sources: Iterable[str] | None = None, on_parsed: Callable[[Parsed], None] = lambda _: None
    ) -> list[Parsed]:
        """Types what has landed and is not typed yet, for the named source models or all; what was parsed."""
        wanted = None if sources is None else set(sources)
        landing = self.data_folder / "landing"
        waiting = [entry for entry in self.landed() if wanted is None or self.source_of(entry) in wanted]
        return stage(self.lake, landing, waiting, self.models, on_parsed)

    def set_aside(self) -> list[Parsed]:
        """Writes the unreadable lines that landed since the last time into the quarantine."""
        return set_aside(self.lake, self.data_folder / "landing", self.landed())

    def snapshot(self) -> Snapshot:
        """What is current in the lake now."""
        return Snapshot(self.lake, self.models)

    def build(self, model: str, days: Iterable[str], on_built: Callable[[Built], None] = lambda _: None) -> list[Built]:
        """A partition model's days, built where they are not up to date."""
        return build(self.snapshot(), self.models[model], days, on_built)

    def evaluate(self, on_day: Callable[[Evaluated], None] = lambda _: None) -> list[Evaluated]:
        """The findings of every built day, made anew where they are not up to date."""
        return evaluate(self.snapshot(), self.provided, on_day)

    def publish(self) -> Path:
        """Swaps in a fresh `warehouse.duckdb`; its path."""
        return publish(self.snapshot(), self.provided, self.data_folder)

    def run(self) -> None:
        """All of it, from staging to publication. For tests and benchmarks; users run the Dagster assets."""
        with self.only_run():
            self.stage()
            self.set_aside()
            for model in of_kind(self.models, "partition"):
                self.build(model.name, self.snapshot().stale_days([model]))
            self.evaluate()
            self.publish()

    def check(self, check: str) -> Answer:
        """The rows that a check finds in the published file."""
        return self.ask(self.models[check].sql)

    def ask(self, query: str) -> Answer:
        """The columns and first rows of a trusted query over the published file."""
        with self._reader() as connection:
            result = connection.execute(query)
            columns = tuple(column[0] for column in result.description or ())
            rows = result.fetchall()
        return Answer(columns, rows[:SHOWN], len(rows))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a trusted query over the published file."""
        with self._reader() as connection:
            return connection.execute(query).fetchall()

    @contextmanager
    def _reader(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of its own for each query, so that a fresh publication is seen."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            yield connection

    def source_of(self, entry: Entry) -> str | None:
        """The source model that types a landed file; None for lines of no log that is known."""
        log = BY_NAME.get(entry.log)
        return f"{source_shape(entry.shape)}_{log.table}" if log else None


def checks(models: Models) -> list[Model]:
    """The checks of this installation."""
    return of_kind(models, "check")
