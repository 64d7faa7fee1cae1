"""What was opened or reopened since somebody looked last: for alerts."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines.cases.entry import Entry
from pipelines.cases.events import Finding, Opened, Reopened, Status
from pipelines.cases.log import read_entries, utc_now
from pipelines.cases.state import Cases

BEGINNING = -1
"""The position before the first event."""


@dataclass(frozen=True)
class Opening:
    """A finding that was opened or reopened, with what people made of it since."""

    seq: int
    event_id: str
    at: datetime
    is_again: bool
    """Whether it was reopened."""
    reason: str | None
    """Why it was reopened."""
    finding: Finding
    is_open: bool
    """False where it was closed again since."""
    status: Status
    assignee: str | None
    is_suppressed: bool
    """Whether a suppression holds for it at the time of asking. When that expires, it is reopened."""


def openings(data_folder: Path, position: int = BEGINNING, now: datetime | None = None) -> tuple[list[Opening], int]:
    """What was opened or reopened behind a position, oldest first, and the position to ask from the next time."""
    cases, entries = Cases(), []
    for entry in read_entries(data_folder):
        cases.take(entry)
        if entry.seq > position:
            position = entry.seq
            entries.append(entry)
    return [_opening(entry, cases, now or utc_now()) for entry in entries if _opens(entry)], position


def _opens(entry: Entry) -> bool:
    return isinstance(entry.what, Opened | Reopened)


def _opening(entry: Entry, cases: Cases, now: datetime) -> Opening:
    what = entry.what
    if not isinstance(what, Opened | Reopened):
        raise TypeError(f"{what.kind} opens nothing")
    case = cases.findings[what.finding_id]
    return Opening(
        seq=entry.seq,
        event_id=entry.event_id,
        at=entry.at,
        is_again=isinstance(what, Reopened),
        reason=what.reason if isinstance(what, Reopened) else None,
        finding=what,
        is_open=case.is_open,
        status=case.status,
        assignee=case.assignee,
        is_suppressed=cases.suppressing(what, now) is not None,
    )
