"""Follows up after a run: findings that are there for the first time, no longer, or again become events."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines.cases.events import DONE, Closed, Finding, Opened, Reopened, What
from pipelines.cases.log import (
    WHOSEAGENT,
    CaseLog,
    Clock,
    cases_folder,
    events_file,
    is_head_up_to_date,
    read_cases,
    utc_now,
)
from pipelines.cases.published import Published, read_published
from pipelines.cases.state import Case, Cases
from pipelines.durable import replace_small_file
from pipelines.warehouse.basis import basis_bytes, basis_path, read_basis
from pipelines.warehouse.lake import Lake


@dataclass(frozen=True)
class Followed:
    """How many findings became events."""

    opened: int
    reopened: int
    closed: int


def follow(data_folder: Path, clock: Clock = utc_now) -> Followed:
    """Compares the published findings with the log, and writes what changed; twice in a row, the second time nothing.

    The lock of the data folder must be held: what the findings rest on is read beside them. Raises CaseError for a log
    that was changed.
    """
    following = _Following(data_folder)
    written = CaseLog(data_folder, clock).write(WHOSEAGENT, following.events)
    following.remember()
    kinds = [entry.what.kind for entry in written]
    return Followed(kinds.count("opened"), kinds.count("reopened"), kinds.count("closed"))


def is_followed(data_folder: Path, clock: Clock = utc_now) -> bool:
    """Whether `follow` would write nothing, nor mend what a killed writer left behind."""
    events_file(data_folder)  # the published views read it
    return is_head_up_to_date(data_folder) and not any(_Following(data_folder).events(read_cases(data_folder), clock()))


class _Following:
    """The comparison of what is published with a state of the log."""

    def __init__(self, data_folder: Path) -> None:
        self._published: Published = read_published(data_folder)
        self._basis = read_basis(basis_path(Lake(data_folder)))
        self._remembered = cases_folder(data_folder) / "followed.json"
        self._before = read_basis(self._remembered)

    def events(self, cases: Cases, now: datetime) -> Iterator[What]:
        """What is to be written."""
        for finding in self._published.findings.values():
            case = cases.findings.get(finding.finding_id, Case())
            if case.finding is None:
                yield Opened(**finding.model_dump())
            elif reason := self._why_again(finding, case, cases, now):
                yield Reopened(**finding.model_dump(), reason=reason)
        for finding_id, case in cases.findings.items():
            gone = case.finding if case.is_open and finding_id not in self._published.findings else None
            if gone and self._published.was_looked_for(gone):
                yield Closed(finding_id=finding_id, reason=f"no longer found: {self._what_changed(gone)}")

    def remember(self) -> None:
        """Keeps what the findings rest on now, to say the next time what changed."""
        if self._basis != self._before:
            replace_small_file(self._remembered, basis_bytes(self._basis), self._remembered.parent / ".tmp")

    def _why_again(self, finding: Finding, case: Case, cases: Cases, now: datetime) -> str | None:
        if not case.is_open:
            return f"found again: {self._what_changed(finding)}"
        if case.status in DONE or cases.suppressing(finding, now):
            return None
        expired = _expired_since(finding, case.opened_at or now, cases, now)
        return f"the suppression {max(expired)[1]} has expired" if expired else None

    def _what_changed(self, finding: Finding) -> str:
        """Since the last run, in words, as far as it can be known."""
        rule = finding.rule_id
        if rule not in self._published.rules:
            return f"there is no rule {rule} any more"
        changed = self._changes(finding.day.isoformat(), rule)
        standing_days = self._published.rules[rule]
        if standing_days and not changed:
            return f"it was not there for {standing_days} days"
        return "what changed since it was found cannot be known" if changed is None else _one_of(changed)

    def _changes(self, day: str, rule: str) -> list[str] | None:
        """What the findings of a rule and day rest on and is not as it was; None where that cannot be known."""
        before, after = self._before, self._basis
        if day not in before.records or rule not in before.rules:
            return None
        changes = [
            (before.records[day], after.records.get(day), "late data of its day or of a day near it"),
            (before.rules[rule], after.rules.get(rule), "the rule changed"),
            (before.knowledge.get(day), after.knowledge.get(day), "what is known of apps and the directory changed"),
            (before.sql, after.sql, "the queries behind the rules changed with the version of whoseagent"),
        ]
        return [words for old, new, words in changes if old != new]


def _expired_since(
    finding: Finding, opened_at: datetime, cases: Cases, now: datetime
) -> Iterable[tuple[datetime, str]]:
    """The suppressions that hid the finding until they expired, if it was not opened or reopened since."""
    return [
        (each.ended_at, each.suppression_id)
        for each in cases.suppressions.values()
        if opened_at < each.ended_at <= now and not each.has_been_lifted and each.covers(finding)
    ]


def _one_of(changes: list[str]) -> str:
    if not changes:
        return "what changed cannot be known"
    return changes[0] if len(changes) == 1 else f"one of these is why: {'; '.join(changes)}"
