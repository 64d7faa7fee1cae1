"""What retention would remove now: every landed file with what is to become of it, and why."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil

from pipelines.cases.events import HoldPlaced
from pipelines.catalog.logs import DIRECTORY_OBJECTS
from pipelines.landing.manifest import Entry
from pipelines.retention.choice import ALL, Choice
from pipelines.retention.policy import Contents, Limits, Verdict, judge
from pipelines.warehouse.basis import days_looked_back
from pipelines.warehouse.lake import UNDATED
from pipelines.warehouse.models import Models, of_kind
from pipelines.warehouse.snapshot import Snapshot

_DIRECTORY = {log.name for log in DIRECTORY_OBJECTS}

Fate = Verdict | str
"""Besides the verdicts of the policy: `directory`, `waiting` and `other` (not asked for), which are not judged."""


@dataclass(frozen=True)
class Planned:
    """One landed file: what is to become of it, its rows by event day, and the holds that keep it."""

    entry: Entry
    fate: Fate
    days: Mapping[str, int]
    holds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What retention would do."""

    limits: Limits
    files: list[Planned]
    holds: list[HoldPlaced]
    choice: Choice = ALL

    def limits_of(self, log: str) -> Limits:
        """The limits of one log."""
        return replace(self.limits, longer_from=self.choice.longer.get(log))

    @property
    def removed(self) -> list[Planned]:
        """What is to be removed."""
        return [each for each in self.files if each.fate == "removed"]


def reach_of(models: Models) -> int:
    """Days before a day that its rows or findings may rest on, and the history that rules compare with."""
    rules = of_kind(models, "finding")
    baselines = (rule.header.rule.baseline_days for rule in rules if rule.header.rule)
    daily = (ceil(model.header.lookback_hours / 24) for model in of_kind(models, "partition"))
    return max(days_looked_back(models, rules), *baselines, sum(daily), 0)


def plan(
    snapshot: Snapshot, landed: Iterable[Entry], limits: Limits, holds: Sequence[HoldPlaced], choice: Choice = ALL
) -> Plan:
    """What is to become of each landed file."""
    typed = _days_by_file(snapshot)
    empty = Plan(limits, [], list(holds), choice)
    return replace(empty, files=[_planned(entry, typed.get(entry.file), empty) for entry in landed])


def _days_by_file(snapshot: Snapshot) -> Mapping[str, Mapping[str, int]]:
    return {parsed.landed_file: parsed.days for parsed in (*snapshot.entries, *snapshot.quarantined)}


def _planned(entry: Entry, days: Mapping[str, int] | None, terms: Plan) -> Planned:
    if entry.log in _DIRECTORY:
        return Planned(entry, "directory", days or {})
    if terms.choice.only and entry.log not in terms.choice.only:
        return Planned(entry, "other", days or {})
    if entry.log == "unsupported":
        days = {UNDATED: entry.rows}
    if days is None:
        return Planned(entry, "waiting", {})
    judged = judge(_contents(entry, days), terms.limits_of(entry.log), terms.holds)
    return Planned(entry, judged.verdict, days, judged.holds)


def _contents(entry: Entry, days: Mapping[str, int]) -> Contents:
    """When its records happened. Only records of Graph never name a tenant, and so are surely of their source's."""
    landed_on = date.fromisoformat(entry.landed_at[:10])
    return Contents(
        frozenset(date.fromisoformat(day) for day in days if day != UNDATED),
        landed_on if UNDATED in days else None,
        entry.source.tenant_id if entry.shape == "graph" else None,
    )


@dataclass
class Total:
    """Files of one log with one fate, and what is in them."""

    log: str
    fate: Fate
    holds: tuple[str, ...]
    files: int = 0
    rows: int = 0
    bytes: int = 0
    first_day: str | None = None
    last_day: str | None = None

    def add(self, planned: Planned) -> None:
        """Counts a file in. `bytes` are those on disk."""
        days = [day for day in planned.days if day != UNDATED]
        self.files += 1
        self.rows += planned.entry.rows
        self.bytes += planned.entry.compressed_bytes
        self.first_day = min([*days, *([self.first_day] if self.first_day else [])], default=None)
        self.last_day = max([*days, *([self.last_day] if self.last_day else [])], default=None)


def totals(planned: Plan) -> Iterator[Total]:
    """The files by log, fate and holds, what is to be removed first."""
    found = dict[tuple[str, Fate, tuple[str, ...]], Total]()
    for each in planned.files:
        key = (each.entry.log, each.fate, each.holds)
        found.setdefault(key, Total(*key)).add(each)
    order = defaultdict(lambda: 9, removed=0, held=1, mixed=2, kept=3, waiting=4, other=5, directory=6)
    yield from sorted(found.values(), key=lambda total: (order[total.fate], total.log, total.holds))
