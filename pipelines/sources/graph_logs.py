"""Collects the sign-ins and directory audits of a tenant from Microsoft Graph beta.

Only beta says whose token a sign-in issued (domain fact T4), and one query gives sign-ins of one kind only, so each
kind is polled by itself. A slice is an hour of one kind, aligned to the clock: an hour that is asked for again and has
nothing new is the same to the byte, and is not stored twice.

Sign-ins come late. So each collect asks again for the last `LATE_HOURS` before where it stopped, and once a day for
the last `VERY_LATE_HOURS`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import orjson

from pipelines.catalog.logs import LOGS
from pipelines.landing.manifest import Source
from pipelines.probes import Probe, Status, event_probe
from pipelines.sources.azure import CLOUDS, Cloud
from pipelines.sources.checking import clock_probes, event_time
from pipelines.sources.graph_client import DEEPEST, REPORTS, GraphClient, Rate, Transport
from pipelines.sources.graph_collector import GraphAccess, GraphCollector
from pipelines.sources.graph_faults import GraphError, OverloadedError, consent_to
from pipelines.sources.items import Item
from pipelines.sources.slices import Ask, Cursor, Cursors, Period, Remark, Slice

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

FIRST_DAYS = 7
"""Days that the first collect goes back."""
KEPT_DAYS = 30
"""Days that a tenant with P1 or P2 keeps sign-ins and audits; without, it is 7 (domain facts, section 7)."""
PERMISSION = "AuditLog.Read.All"
LATE_HOURS = 6
VERY_LATE_HOURS = 48

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_SMALLEST = timedelta(minutes=1)
_PAGE_SIZE = "1000"


@dataclass(frozen=True)
class Poll:
    """One kind of events, asked for by itself."""

    log: str
    key: str
    path: str
    time: str
    """The field that windows are cut by."""
    condition: str = ""

    def query(self, first: datetime, last: datetime) -> dict[str, str]:
        """Asks for the events of a half-open window."""
        window = f"{self.time} ge {_iso(first)} and {self.time} lt {_iso(last)}"
        condition = f"{window} and {self.condition}" if self.condition else window
        return {"$filter": condition, "$top": _PAGE_SIZE}


POLLS: tuple[Poll, ...] = (
    *(
        Poll(
            log.name,
            log.event_type,
            "auditLogs/signIns",
            "createdDateTime",
            f"signInEventTypes/any(t: t eq '{log.event_type}')",
        )
        for log in LOGS
        if log.event_type
    ),
    Poll("AuditLogs", "directoryAudits", "auditLogs/directoryAudits", "activityDateTime"),
)


@dataclass(frozen=True)
class _Window:
    """What is to be asked for of one poll."""

    first: datetime
    last: datetime
    until: datetime
    """How far it was asked for before; `first` where never."""
    looks_far_back: bool

    @property
    def lost(self) -> Period | None:
        """What was never asked for and is not kept any more."""
        return Period(self.until, min(self.first, self.last)) if self.until < self.first else None

    def hours(self) -> Iterator[tuple[datetime, datetime]]:
        """The hours of the window, the first and last of which may be parts."""
        first = self.first
        while first < self.last:
            last = min(_hour_of(first) + _HOUR, self.last)
            yield first, last
            first = last


class GraphLogs(GraphCollector):
    """The collector of a tenant's sign-ins and directory audits."""

    def __init__(
        self,
        tenant_id: str,
        credential: "TokenCredential",
        cloud: Cloud = CLOUDS["global"],
        *,
        first_days: int = FIRST_DAYS,
        rate: Rate = REPORTS,
        transport: Transport | None = None,
    ) -> None:
        super().__init__(f"graph/{tenant_id}", tenant_id, GraphAccess(credential, rate, cloud, transport))
        self._first_days = first_days

    def plan(self, cursors: Cursors, period: Period | None) -> list[str]:
        """The windows, one line for each kind of events. Asks Graph nothing."""
        now = self._now()
        windows = {poll.key: self._window(poll, cursors, period, now) for poll in POLLS}
        return [
            f"{key}: {_iso(window.first)} to {_iso(window.last)}, {len(list(window.hours()))} slices"
            for key, window in windows.items()
        ]

    def check(self) -> Iterator[Probe]:
        """Whether there is a token, and each kind of events can be read, and its newest event."""
        token = self._token()
        yield token
        if token.is_bad:
            return
        with self._connect() as client:
            yield from (self._probe(client, poll) for poll in POLLS)
            yield from clock_probes(client.skew)

    def _probe(self, client: GraphClient, poll: Poll) -> Probe:
        """Graph gives the newest events first."""
        now = self._now()
        query = {**poll.query(now - _DAY * FIRST_DAYS, now), "$top": "1"}
        try:
            page = orjson.loads(client.get(poll.path, query, attempts=1))
        except GraphError as error:
            message = str(_explained(error))
            if error.status == 403 and not _needs_premium(error):
                return Probe(poll.key, Status.REFUSED, message, consent_to(PERMISSION))
            return Probe(poll.key, Status.FAILED, message)
        events = page.get("value") or [{}]
        return event_probe(poll.key, event_time(events[0].get(poll.time)), now, FIRST_DAYS)

    def slices(self, cursors: Cursors, period: Period | None) -> Iterator[Slice]:
        """The hours of each kind of events, oldest first. A period is pulled without moving the cursor."""
        now = self._now()
        with self._connect() as client:
            for poll in POLLS:
                window = self._window(poll, cursors, period, now)
                self._say_what_is_gone(poll, window)
                name = f"{poll.path} {poll.key}"
                ask = Ask(poll.log, name, None if period else now, Period(window.first, window.last), window.lost)
                looked_back = now if window.looks_far_back else _looked_back(cursors.get(poll.key))
                for first, last in window.hours():
                    reached = {} if period or last < window.until else _cursor(last, looked_back)
                    yield Slice(
                        Source("graph", name, self.tenant_id, (_iso(first), _iso(last))),
                        poll.key,
                        self._records(client, poll, first, last),
                        lambda reached=reached, poll=poll: (  # type: ignore[misc]
                            {poll.key: reached} if reached else {}
                        ),
                        ask,
                        Period(first, last),
                    )

    def _window(self, poll: Poll, cursors: Cursors, period: Period | None, now: datetime) -> _Window:
        kept_since = _hour_of(now - _DAY * KEPT_DAYS) + _HOUR
        if period:
            return _Window(max(period.first, kept_since), min(period.last, now), period.first, looks_far_back=False)
        cursor = cursors.get(poll.key)
        if cursor is None:
            first = max(_hour_of(now - _DAY * self._first_days), kept_since)
            return _Window(first, now, first, looks_far_back=True)
        until, looked_back = datetime.fromisoformat(cursor["until"]), _looked_back(cursor)
        looks_far_back = looked_back is None or now - looked_back >= _DAY
        late = timedelta(hours=VERY_LATE_HOURS if looks_far_back else LATE_HOURS)
        first = max(_hour_of(min(until, now) - late), kept_since)
        return _Window(first, now, until, looks_far_back)

    def _say_what_is_gone(self, poll: Poll, window: _Window) -> None:
        if window.lost:
            message = (
                f"Graph keeps {KEPT_DAYS} days, so what happened from {_iso(window.lost.first)} to "
                f"{_iso(window.lost.last)} cannot be collected from it any more"
            )
            self.notes.append(Remark(poll.key, message))

    def _records(self, client: GraphClient, poll: Poll, first: datetime, last: datetime) -> Iterator[Item]:
        """The events of a window, which is halved where Graph cannot cope; what came before is then given twice."""
        can_halve = last - first >= 2 * _SMALLEST
        try:
            yield from client.records(poll.path, poll.query(first, last), DEEPEST if can_halve else None)
        except OverloadedError:
            if not can_halve:
                raise
        except GraphError as error:
            raise _explained(error) from error
        else:
            return
        middle = (first + (last - first) / 2).replace(microsecond=0)
        yield from self._records(client, poll, first, middle)
        yield from self._records(client, poll, middle, last)


def _explained(error: GraphError) -> GraphError:
    """With what to do about it."""
    if _needs_premium(error):
        message = f"{error}; sign-ins from Graph need a tenant with Microsoft Entra ID P1 or P2"
    elif error.status == 403:
        message = f"{error}; grant the collecting app {consent_to(PERMISSION)}"
    else:
        return error
    return GraphError(message, error.status, error.code)


def _needs_premium(error: GraphError) -> bool:
    return "premium" in f"{error.code} {error}".casefold()


def _cursor(until: datetime, looked_back: datetime | None) -> Cursor:
    return {"until": _iso(until), "looked_back": _iso(looked_back) if looked_back else None}


def _looked_back(cursor: Mapping[str, str | None] | None) -> datetime | None:
    """When the last collect asked again for what comes very late."""
    value = cursor.get("looked_back") if cursor else None
    return datetime.fromisoformat(value) if value else None


def _hour_of(time: datetime) -> datetime:
    return time.replace(minute=0, second=0, microsecond=0)


def _iso(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
