"""What may be removed: a pure function of the age of records, what looks back to them, and the holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from pipelines.cases.events import HoldPlaced

Verdict = Literal["removed", "held", "mixed", "kept"]
"""`mixed`: has records older than the limit, and stays whole for its newer ones. `kept`: all of it is young enough."""


@dataclass(frozen=True)
class Limits:
    """The first event day that stays in the tables, and how many days it and later ones look back."""

    kept_from: date
    days_looked_back: int
    longer_from: date | None = None
    """The first day whose evidence is wanted beyond that; None where only the tables decide."""

    @property
    def evidence_from(self) -> date:
        """The first event day whose evidence stays: never later than what the tables look back to."""
        needed_from = self.kept_from - timedelta(days=self.days_looked_back)
        return min(needed_from, self.longer_from or needed_from)


@dataclass(frozen=True)
class Contents:
    """When the records of one landed file happened."""

    days: frozenset[date]
    before: date | None
    """The day of landing where some records have no usable time: they happened on it, or on any day before it."""
    tenant_id: str | None
    """The one tenant of its records; None where they may be of several."""


@dataclass(frozen=True)
class Judged:
    """What is to become of a landed file, and the names of the holds that keep it."""

    verdict: Verdict
    holds: tuple[str, ...] = ()


def judge(contents: Contents, limits: Limits, holds: Sequence[HoldPlaced]) -> Judged:
    """What is to become of a landed file with these contents."""
    known = {*contents.days, *([contents.before] if contents.before else [])}
    if not known:
        return Judged("kept")
    if max(known) >= limits.evidence_from:
        return Judged("mixed" if min(known) < limits.evidence_from else "kept")
    found = tuple(hold.name for hold in holds if _holds(hold, contents, limits.days_looked_back))
    return Judged("held", found) if found else Judged("removed")


def _holds(hold: HoldPlaced, contents: Contents, days_looked_back: int) -> bool:
    """Whether the file has records of the days of the hold, or of those before that they are read with.

    The app and the user of a hold say what it is about and narrow nothing: the chain of a request leads over the
    sign-ins of other apps and people, and a landed file has no holes.
    """
    if hold.tenant_id and contents.tenant_id and hold.tenant_id != contents.tenant_id:
        return False
    first = hold.first_day - timedelta(days=days_looked_back)
    if contents.before is not None and contents.before >= first:
        return True
    return any(first <= day <= hold.last_day for day in contents.days)
