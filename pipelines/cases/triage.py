"""What people wish of findings, and the events that say so. The command line and the dashboard both go by it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from pipelines.cases.events import STATUSES, Assigned, Commented, StatusSet, Suppressed, Unsuppressed, What
from pipelines.cases.log import Decide
from pipelines.cases.state import Case, Cases


class NotHoldingError(ValueError):
    """No suppression of that id holds now."""


@dataclass(frozen=True)
class Change:
    """What is to be said of findings; None leaves it as it is."""

    status: str | None
    assignee: str | None
    """Empty for nobody."""
    comment: str | None

    @property
    def is_nothing(self) -> bool:
        """Whether it leaves everything as it is."""
        return self == Change(None, None, None)


@dataclass(frozen=True)
class Review:
    """Why something holds, and until when."""

    owner: str
    reason: str
    ticket: str | None
    expires_at: datetime


def end_of(day: date) -> datetime:
    """The end of the day, in UTC."""
    return datetime.combine(day, time(), UTC) + timedelta(days=1)


def changing(ids: Sequence[str], wish: Change) -> Decide:
    """Says what is wished of each of the findings, as far as it is not so already."""

    def decide(cases: Cases, _: datetime) -> Iterable[What]:
        return [event for each in ids for event in _changes(each, cases.findings.get(each, Case()), wish)]

    return decide


def suppressing_each(ids: Iterable[str], review: Review) -> Decide:
    """Suppresses the findings, each by itself: nothing that is still to come."""
    return lambda _, __: [suppression(review, finding_id=finding_id) for finding_id in ids]


def suppression(review: Review, **scope: str | None) -> Suppressed:
    """A suppression of a scope, such as a finding or a rule and an app. Raises pydantic.ValidationError."""
    return Suppressed(
        **scope, owner=review.owner, reason=review.reason, ticket=review.ticket, expires_at=review.expires_at
    )


def lifting(suppression_id: str, reason: str) -> Decide:
    """Ends a suppression. What decides raises NotHoldingError where none of the id holds."""

    def decide(cases: Cases, now: datetime) -> Iterable[What]:
        found = cases.suppressions.get(suppression_id)
        if found is None or not found.is_active(now):
            raise NotHoldingError(suppression_id)
        return [Unsuppressed(suppression_id=suppression_id, reason=reason)]

    return decide


def _changes(finding_id: str, case: Case, wish: Change) -> Iterator[What]:
    for status in STATUSES:
        if wish.status == status and case.status != status:
            yield StatusSet(finding_id=finding_id, status=status)
    if wish.assignee is not None and (wish.assignee or None) != case.assignee:
        yield Assigned(finding_id=finding_id, assignee=wish.assignee or None)
    if wish.comment is not None:
        yield Commented(finding_id=finding_id, comment=wish.comment)
