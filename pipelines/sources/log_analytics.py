"""Log Analytics: the seven logs of a workspace, table after table, in windows that fit into one answer each.

Windows follow `ingestion_time()`, by which late rows are found (domain fact T21); they overlap a little from call to
call, as rows show some time after they have come in, and second copies are left out later. `TenantId` of a row is
the workspace, not the tenant (domain fact T20): rows name that themselves, and else the source does.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from pipelines.catalog.logs import BY_NAME, LOGS
from pipelines.landing.manifest import Source
from pipelines.probes import Probe, Status, event_probe
from pipelines.sources.checking import clock_probes, event_time, not_sent, token_probe
from pipelines.sources.items import AlikeRecords, Item
from pipelines.sources.query_answer import Answer
from pipelines.sources.query_window import SHORTEST, Clock, Window, iso
from pipelines.sources.slices import Ask, CollectError, Cursor, Cursors, Period, RefusedError, Remark, Slice
from pipelines.sources.workspace import MissingTableError, TooMuchError, Workspace

LOOKBACK = timedelta(days=7)
"""How far back the first collect of a table goes; what is older takes a period."""
LAG = timedelta(minutes=5)
"""Rows that came in since may not show yet."""
OVERLAP = timedelta(minutes=10)
_FIRST_LENGTH = timedelta(hours=1)
_LONGEST = timedelta(days=1)
_ROOM = 4
"""A window that fills less than this part of an answer is followed by one twice as long."""


class LogAnalytics:
    """Collects from one workspace."""

    def __init__(
        self, workspace: Workspace, tenant_id: str | None, *, lookback: timedelta = LOOKBACK,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        """Connects to nothing yet."""
        self.failures: list[Remark] = []
        self.notes: list[Remark] = []
        self._workspace = workspace
        self._tenant_id = tenant_id
        self._lookback = lookback
        self._clock = clock

    @property
    def name(self) -> str:
        """Names its cursors and its report."""
        return f"log_analytics/{self._workspace.workspace_id}"

    @property
    def tenant_id(self) -> str | None:
        """The Entra tenant of rows that name none."""
        return self._tenant_id

    def plan(self, cursors: Cursors, period: Period | None) -> list[str]:
        """One sentence for each table with something to pull; asks nothing of the service."""
        return [str(window) for window in self._due(cursors, period)]

    def check(self) -> Iterator[Probe]:
        """Whether there is a token, and each table can be read, and its newest event."""
        try:
            token = token_probe(self._workspace.credential, self._workspace.scope)
            yield token
            if not token.is_bad:
                yield from (self._probe(log.name) for log in LOGS)
                yield from clock_probes(self._workspace.skew)
        finally:
            self._workspace.close()

    def _probe(self, table: str) -> Probe:
        now = self._clock().astimezone(UTC)
        window = Window(table, "ingestion_time()", now - self._lookback, now)
        try:
            newest = event_time(self._workspace.ask(window.newest_query).first)
        except MissingTableError:
            return Probe(table, Status.MISSING, f"the workspace has no such table; {not_sent(BY_NAME[table].category)}")
        except RefusedError as error:
            grant = f"the role Log Analytics Data Reader on the workspace {self._workspace.workspace_id}"
            return Probe(table, Status.REFUSED, str(error), grant)
        except CollectError as error:
            return Probe(table, Status.FAILED, str(error))
        return event_probe(table, newest, now, self._lookback.days)

    def slices(self, cursors: Cursors, period: Period | None) -> Iterator[Slice]:
        """A slice for each window, table after table; a table that fails is left, the others go on.

        A period is pulled by `TimeGenerated` and keeps no cursor.
        """
        try:
            for due in self._due(cursors, period):
                yield from self._windows(due, _length(cursors.get(due.table)))
        finally:
            self._workspace.close()

    def _due(self, cursors: Cursors, period: Period | None) -> Iterator[Window]:
        """All that is to be pulled of each table."""
        now = self._clock().astimezone(UTC).replace(microsecond=0)
        for log in LOGS:
            clock: Clock = "ingestion_time()"
            if period:
                clock = "TimeGenerated"
                first, last = period.first, min(period.last, now)
            else:
                first, last = self._since(cursors.get(log.name), now), now - LAG
            if first < last:
                yield Window(log.name, clock, first, last)

    def _since(self, cursor: Cursor | None, now: datetime) -> datetime:
        if cursor is None:
            return now - LAG - self._lookback
        pulled_to = datetime.fromisoformat(cursor["ingested_before"])
        return now if pulled_to >= now - LAG else pulled_to - OVERLAP

    def _windows(self, due: Window, length: timedelta) -> Iterator[Slice]:
        first = due.first
        ask = self._ask(due)
        while first < due.last:
            last = min(first + length, due.last)
            pull = _Pull(self._workspace, Window(due.table, due.clock, first, last), length)
            covers = Period(first, last)
            yield Slice(self._source(pull.window), due.table, self._pulled(pull, ask), pull.cursors, ask, covers)
            if not pull.is_whole:
                return
            first, length = last, pull.next_length()

    def _ask(self, due: Window) -> Ask:
        """What is ingested in a window happened no later, so it is taken as a window of the log's own time."""
        at = due.last + LAG if due.clock == "ingestion_time()" else None
        return Ask(due.table, f"{self._workspace.workspace_id}/{due.table}", at, Period(due.first, due.last))

    def _source(self, window: Window) -> Source:
        """Provenance; a period differs in its name, as its window is of other times."""
        name = f"{self._workspace.workspace_id}/{window.table}"
        if window.clock == "TimeGenerated":
            name += " by TimeGenerated"
        return Source("log_analytics", name, self._tenant_id, (iso(window.first), iso(window.last)))

    def _pulled(self, pull: "_Pull", ask: Ask) -> Iterator[Item | AlikeRecords]:
        table = pull.window.table
        try:
            yield from pull.items()
        except MissingTableError:
            ask.is_absent = True
            message = f"the workspace has no table {table}; a diagnostic setting that sends this log makes it"
            self.notes.append(Remark(table, message))
        except CollectError as error:
            raise CollectError(f"{pull.window}: {error}") from None


class _Pull:
    """One window being pulled: whole, or in the parts it had to be split into, all of which land together."""

    def __init__(self, workspace: Workspace, window: Window, length: timedelta) -> None:
        self.window = window
        self.is_whole = False
        self._workspace = workspace
        self._length = length
        self._shortest = window.length
        self._filled = 0.0
        self._rows = 0

    def items(self) -> Iterator[Item | AlikeRecords]:
        """All rows of the window. Raises CollectError, MissingTableError.

        The sum of parts is held against a count of the whole before and after them: no row may be missing, and none
        be there twice; rows may show between the two counts, and those that were missed are in the next overlap.
        """
        waiting, before = [self.window], None
        while waiting:
            part = waiting.pop()
            try:
                answer = self._workspace.rows(part.query)
            except TooMuchError as error:
                if before is None:
                    before = self._workspace.count(self.window.count_query)
                waiting += reversed(_halves(part, error))
                continue
            self._note(part, answer)
            yield from answer.take_items()
        if before is not None:
            self._prove(before, self._workspace.count(self.window.count_query))
        self.is_whole = True

    def cursors(self) -> Mapping[str, Cursor]:
        """How far the table has been pulled; nothing for a period, and for a table that is not there."""
        if not self.is_whole or self.window.clock == "TimeGenerated":
            return {}
        seconds = self.next_length().total_seconds()
        return {self.window.table: {"ingested_before": iso(self.window.last), "window_seconds": seconds}}

    def next_length(self) -> timedelta:
        """How long the next window should be."""
        if self._shortest < self.window.length:
            return max(SHORTEST, self._shortest)
        return min(_LONGEST, self._length * 2) if self._filled * _ROOM < 1 else self._length

    def _note(self, part: Window, answer: Answer) -> None:
        limits = self._workspace.limits
        self._rows += answer.rows
        self._filled = max(self._filled, answer.rows / limits.rows, answer.size / limits.bytes)
        self._shortest = min(self._shortest, part.length)

    def _prove(self, before: int, after: int) -> None:
        if not before <= self._rows <= after:
            counted = f"{before:,} before and {after:,} after"
            raise CollectError(f"its parts have {self._rows:,} rows together, the whole {counted}; nothing was landed")


def _halves(part: Window, error: TooMuchError) -> tuple[Window, Window]:
    halves = part.halves()
    if halves is None:
        raise CollectError(f"{part} cannot be split further, and {error}") from None
    return halves


def _length(cursor: Cursor | None) -> timedelta:
    """How long the first window should be."""
    if cursor is None:
        return _FIRST_LENGTH
    return min(_LONGEST, max(SHORTEST, timedelta(seconds=cursor["window_seconds"])))
