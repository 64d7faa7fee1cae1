"""What `doctor` looks at, one thing each, and what came of it."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple


class Status(StrEnum):
    """What came of a probe; only `refused` and `failed` are bad."""

    OK = "ok"
    WARNING = "warning"
    MISSING = "missing"
    REFUSED = "refused"
    FAILED = "failed"


class Probe(NamedTuple):
    """One thing that was looked at."""

    key: str
    status: Status
    message: str
    grant: str = ""
    """The role or permission to grant, where that is what is missing."""
    newest: datetime | None = None
    """Time of the newest event, of a log."""

    @property
    def is_bad(self) -> bool:
        """Whether something has to be done before this works."""
        return self.status in (Status.REFUSED, Status.FAILED)


def event_probe(key: str, newest: datetime | None, now: datetime, days: int) -> Probe:
    """A log that can be read, whose newest event is of this time; None where there is none in so many days."""
    if newest is None:
        message = f"can be read, and holds no event of the last {days} days"
        return Probe(key, Status.WARNING, message)
    message = f"newest event {newest.astimezone(UTC):%Y-%m-%d %H:%M}Z, {ago(now - newest)}"
    return Probe(key, Status.OK, message, newest=newest)


def ago(age: timedelta) -> str:
    """How long ago, in the largest unit of which there are two."""
    seconds = max(0, round(age.total_seconds()))
    for unit, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size:,} {unit} ago"
    return f"{seconds} seconds ago"
