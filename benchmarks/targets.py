"""What was promised, and by how much it was kept or missed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.day import Day
from benchmarks.history import History, Month
from benchmarks.step import Measured
from benchmarks.steps import ALTERNATIVES

FLOOR_RATIO, MEMORY_MB, WHO_SECONDS, MONTH_WHO_SECONDS, GROWTH = 2.0, 6_000, 1.0, 3.0, 1.1


@dataclass(frozen=True)
class Target:
    """A figure that should be at most its limit."""

    name: str
    value: float
    limit: float
    unit: str = ""

    @property
    def is_met(self) -> bool:
        """Whether it is."""
        return self.value <= self.limit

    @property
    def verdict(self) -> str:
        """In words: met, or by how much it is not."""
        return "met" if self.is_met else f"NOT met by {self.value - self.limit:,.2f} {self.unit}".rstrip()


def targets_of_day(day: Day) -> Iterator[Target]:
    """What one day has to keep."""
    steps, whole = day.steps, day.steps["whole"]
    yield Target("whole pipeline / floor, time", whole.wall_seconds / steps["floor"].wall_seconds, FLOOR_RATIO, "x")
    yield Target("peak memory of the whole", whole.peak_memory_mb, MEMORY_MB, "MB")
    yield Target("most scratch files at a time, within the JSON itself", whole.peak_scratch_mb, day.raw_mb, "MB")
    yield Target("scratch files left", sum(step.left_scratch_mb for step in steps.values()), 0, "MB")
    for name in ALTERNATIVES:
        if not steps[name].stopped:
            yield Target(f"whole pipeline, ahead of {name}", whole.wall_seconds, steps[name].wall_seconds, "s")
            yield Target(f"answers that differ from {name}", float(not day.agree[name]), 0)
    yield from _of_who(day.who, WHO_SECONDS, "")
    yield Target("files typed by a run on an unchanged day", steps["again"].said["parsed_files"], 0)
    yield Target("days built by a run on an unchanged day", len(steps["again"].said["days_built"]), 0)
    yield Target("files typed for one late file", steps["late"].said["parsed_files"], 1)


def targets_of_history(history: History) -> Iterator[Target]:
    """A day costs the same however long the history is."""
    costs = list(history.cpu_seconds.values())
    yield Target(f"day {max(history.cpu_seconds)} / day {min(history.cpu_seconds)}, cpu", costs[-1] / costs[0], GROWTH)


def targets_of_month(month: Month) -> Iterator[Target]:
    """Answers over many days."""
    yield from _of_who(month.who, MONTH_WHO_SECONDS, f", {month.days} days of {month.requests_a_day:,}")


def _of_who(who: Mapping[str, Measured], limit: float, over: str) -> Iterator[Target]:
    for name, measured in who.items():
        yield Target(f"who, by {name} id{over}", measured.said["seconds"], limit, "s")
