"""Where a run works, and what it did there."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import duckdb

from pipelines.cases.follow import Followed
from pipelines.chained.lines import ChainError
from pipelines.warehouse.build import BuildError, Built
from pipelines.warehouse.evaluate import Evaluated
from pipelines.warehouse.lake import Parsed
from pipelines.warehouse.models import ModelError, Models
from pipelines.warehouse.staging import StagingError
from pipelines.warehouse.warehouse import BusyError, Warehouse

RETRIES = dg.RetryPolicy(max_retries=3, delay=1, backoff=dg.Backoff.EXPONENTIAL)
"""For what may pass: a full disk, a network drive that is away. A fault of the data or the SQL is not tried again."""

_LASTING = (BuildError, StagingError, ModelError, ChainError, duckdb.ProgrammingError)


@dataclass
class Workplace:
    """The data folder of a run, with a record of what the run's steps did.

    Each step holds the lock of the data folder while it works, unless its run holds it from beginning to end. Steps
    write immutable files named for what they are made from, so runs whose steps alternate do each other no harm.
    """

    data_folder: Path
    models: Models
    apps: tuple[Mapping[str, object], ...] = ()
    """What the settings say of apps."""
    holds_lock: bool = False
    """Whether whoever started the run holds the lock already."""
    on_step: Callable[[str], None] = lambda _: None
    """Is told of every file and day that was worked on."""
    parsed: list[Parsed] = field(default_factory=list)
    built: list[Built] = field(default_factory=list)
    followed: list[Followed] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    """What went wrong in a step, also where a later attempt succeeded."""

    def warehouse(self) -> Warehouse:
        """The typed and published side of the data folder, for reading."""
        return Warehouse(self.data_folder, self.models, self.apps)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Around a step: keeps what goes wrong. Raises dagster.Failure for what trying again does not mend."""
        self._stop_if_interrupted()
        try:
            yield
        except _LASTING as error:
            self.failures.append(error)
            raise dg.Failure(str(error), allow_retries=False) from error
        except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError) as error:
            self.failures.append(KeyboardInterrupt())
            raise dg.Failure("interrupted", allow_retries=False) from error  # else the policy would try again
        except Exception as error:
            self.failures.append(error)
            raise

    @contextmanager
    def writing(self) -> Iterator[Warehouse]:
        """The warehouse, for a step to write to: no other run writes meanwhile."""
        warehouse = self.warehouse()
        if self.holds_lock:
            yield warehouse
            return
        with only_run(warehouse, self.on_step):
            yield warehouse

    def note_parsed(self, parsed: Parsed) -> None:
        """Keeps and tells what became of a landed file."""
        self.parsed.append(parsed)
        self.on_step(f"typed {parsed.landed_file}: {parsed.rows:,} lines")

    def note_built(self, built: Built) -> None:
        """Keeps and tells what became of a model's day."""
        self.built.append(built)
        if built.is_new:
            self.on_step(f"built {built.model} for {built.day}: {built.rows:,} rows")

    def note_evaluated(self, evaluated: Evaluated) -> None:
        """Tells what the rules found on a day."""
        if evaluated.is_new:
            self.on_step(f"evaluated the rules for {evaluated.day}: {evaluated.findings:,} findings")

    def note_followed(self, followed: Followed) -> None:
        """Keeps and tells how many findings are new, there again, or there no longer."""
        self.followed.append(followed)
        self.on_step(
            f"findings: {followed.opened:,} opened, {followed.reopened:,} reopened, {followed.closed:,} closed"
        )

    def _stop_if_interrupted(self) -> None:
        if any(isinstance(failure, KeyboardInterrupt) for failure in self.failures):
            raise dg.Failure("interrupted", allow_retries=False)


@contextmanager
def only_run(warehouse: Warehouse, on_step: Callable[[str], None]) -> Iterator[None]:
    """Holds the data folder; waits for another run to end, and says so where it must."""
    with ExitStack() as lock:
        try:
            lock.enter_context(warehouse.only_run(timeout_seconds=0))
        except BusyError:
            on_step("waiting for another run to end")
            lock.enter_context(warehouse.only_run())
        yield
