"""Event days as Dagster partitions: which there are, which are to be built, and how they make up runs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

import dagster as dg

from pipelines.warehouse.lake import UNDATED
from pipelines.warehouse.models import of_kind
from pipelines.warehouse.snapshot import Snapshot

FIRST_OF_RANGE = "dagster/asset_partition_range_start"
LAST_OF_RANGE = "dagster/asset_partition_range_end"


def calendar(first_day: date, gaps: Iterable[date] = ()) -> dg.DailyPartitionsDefinition:
    """The event days in UTC from the first one up to today, without the gaps."""
    left_out = [datetime.combine(gap, time(), tzinfo=UTC) for gap in gaps]
    return dg.DailyPartitionsDefinition(
        first_day.isoformat(), timezone="UTC", end_offset=1, exclusions=left_out or None
    )


def gaps(days: Iterable[str]) -> list[date]:
    """The days between the first and the last of these that are not among them."""
    there = {date.fromisoformat(day) for day in days if day != UNDATED}
    if not there:
        return []
    span = (max(there) - min(there)).days
    return sorted({min(there) + timedelta(days=day) for day in range(span)} - there)


def days_of(partitions: dg.DailyPartitionsDefinition) -> tuple[date, date]:
    """The first and the last day that Dagster offers; the last one is today, in UTC."""
    first, last = partitions.get_first_partition_key(), partitions.get_last_partition_key()
    if first is None or last is None:
        raise ValueError("first_day lies in the future, so that there is no day to run")
    return date.fromisoformat(first), date.fromisoformat(last)


def stale_days(snapshot: Snapshot, first: date, last: date) -> list[str]:
    """The days between first and last, and `undated`, that are not built from what is in the lake now; in order."""
    return snapshot.stale_days(
        of_kind(snapshot.models, "partition"),
        lambda day: day == UNDATED or first <= date.fromisoformat(day) <= last,
    )


def ranges(days: Iterable[str]) -> list[tuple[str, str]]:
    """The days as ranges without a gap, from first to last day; `undated` belongs to none."""
    found: list[tuple[date, date]] = []
    for day in sorted(date.fromisoformat(day) for day in days if day != UNDATED):
        if found and day - found[-1][1] <= timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return [(first.isoformat(), last.isoformat()) for first, last in found]


def range_tags(first: str, last: str) -> Mapping[str, str]:
    """The tags that make a run cover the days from first to last."""
    return {FIRST_OF_RANGE: first, LAST_OF_RANGE: last}


def days_at_work(snapshot: Snapshot, partition_keys: Sequence[str]) -> list[str]:
    """The days that a run for these partitions works on: those with records, and `undated`, which has no partition."""
    wanted = {*partition_keys, UNDATED}
    return [day for day in snapshot.days if day in wanted]


def fingerprint(snapshot: Snapshot, days: Iterable[str]) -> str:
    """Hash of all that the partition models of these days are made from: the same state gives the same hash."""
    models = of_kind(snapshot.models, "partition")
    parts = [snapshot.fingerprint(model, day) for model in models for day in sorted(days)]
    return sha256(" ".join(parts).encode()).hexdigest()[:16]
