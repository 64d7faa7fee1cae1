"""What an export holds, counted while it is written."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from pipelines.demo.clock import day_of
from pipelines.demo.events import Event

Key = TypeVar("Key", date, str)


@dataclass(frozen=True)
class Summary:
    """What was written, counted in records; a duplicate is a record of an event that some file already has."""

    distinct: Mapping[str, Mapping[date, int]]  # log → event day (UTC) → distinct events
    written: Mapping[str, Mapping[str, int]]  # log → shape → records, duplicates included
    redelivered: int  # duplicates that the archive delivered again with a new envelope time (T22)
    overlapping: int  # duplicates that a second source, query or page has
    without_time: int  # sign-ins without any time: in `written`, in no day of `distinct`
    bad_lines: int
    unsupported: int
    files: tuple[str, ...]  # paths inside the folder, sorted
    tenants: Mapping[str, str] = field(default_factory=dict)  # folder → tenant id, where there are several
    collector_app_ids: tuple[str, ...] = ()  # the readers of these logs, whose own calls are no findings
    sanctioned_apps: Mapping[str, str] = field(default_factory=dict)  # app id → name, of reviewed services

    @property
    def duplicates(self) -> int:
        """Give all duplicates."""
        return self.redelivered + self.overlapping

    @property
    def records(self) -> int:
        """Give all records of the seven logs, duplicates included, bad and unsupported ones not."""
        return sum(sum(shapes.values()) for shapes in self.written.values())

    def __add__(self, other: "Summary") -> "Summary":
        """Give what two exports of different tenants hold together."""
        return Summary(
            distinct=_added(self.distinct, other.distinct),
            written=_added(self.written, other.written),
            redelivered=self.redelivered + other.redelivered,
            overlapping=self.overlapping + other.overlapping,
            without_time=self.without_time + other.without_time,
            bad_lines=self.bad_lines + other.bad_lines,
            unsupported=self.unsupported + other.unsupported,
            files=tuple(sorted(self.files + other.files)),
            tenants={**self.tenants, **other.tenants},
            collector_app_ids=self.collector_app_ids + other.collector_app_ids,
            sanctioned_apps={**self.sanctioned_apps, **other.sanctioned_apps},
        )


def _added(
    first: Mapping[str, Mapping[Key, int]], second: Mapping[str, Mapping[Key, int]]
) -> dict[str, dict[Key, int]]:
    """Give log → key → the counts of both."""
    return {
        log: dict(sorted((Counter(first.get(log, {})) + Counter(second.get(log, {}))).items()))
        for log in sorted(first.keys() | second.keys())
    }


@dataclass
class Tally:
    """The counts of an export in progress."""

    distinct: dict[str, Counter[date]] = field(default_factory=dict)
    written: dict[str, Counter[str]] = field(default_factory=dict)
    redelivered: int = 0
    overlapping: int = 0
    without_time: int = 0
    bad_lines: int = 0
    unsupported: int = 0
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def add(self, event: Event, shape: str) -> None:
        """Count one record of an event, as a new event or as an overlap of sources."""
        self.written.setdefault(event.log, Counter())[shape] += 1
        if (event.log, event.id) in self._seen:
            self.overlapping += 1
            return
        self._seen.add((event.log, event.id))
        self.distinct.setdefault(event.log, Counter())[day_of(event.at)] += 1

    def add_again(self, event: Event, shape: str) -> None:
        """Count a second delivery of a record."""
        self.written[event.log][shape] += 1
        self.redelivered += 1

    def add_timeless(self, event: Event, shape: str) -> None:
        """Count a record that says nothing of when it happened."""
        self.written.setdefault(event.log, Counter())[shape] += 1
        self.without_time += 1

    def summary(self, files: list[str]) -> Summary:
        """Give the final counts."""
        return Summary(
            distinct={log: dict(sorted(days.items())) for log, days in self.distinct.items()},
            written={log: dict(shapes) for log, shapes in self.written.items()},
            redelivered=self.redelivered,
            overlapping=self.overlapping,
            without_time=self.without_time,
            bad_lines=self.bad_lines,
            unsupported=self.unsupported,
            files=tuple(sorted(files)),
        )
