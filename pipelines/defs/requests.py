"""When runs start by themselves: daily, and when a day turns out to be stale.

Both are off until somebody switches them on: opening the UI to look at a data folder must start no work in it, and
two installations that look at the same folder should not both run it. The one that serves it is switched on once,
in the UI or with `dagster schedule start` and `dagster sensor start`, and stays on.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from pipelines.defs.days import days_of, fingerprint, range_tags, ranges, stale_days
from pipelines.defs.workplace import Workplace
from pipelines.warehouse.snapshot import Snapshot

_MINUTES_5 = 300


def daily_schedule(
    job: UnresolvedAssetJobDefinition, partitions: dg.DailyPartitionsDefinition
) -> dg.ScheduleDefinition:
    """At 05:00 UTC: yesterday, and every day that late data touched. Tries days again that failed the day before."""

    @dg.schedule(
        name="daily",
        job=job,
        cron_schedule="0 5 * * *",
        execution_timezone="UTC",
        description="Types what has landed; builds yesterday and every day that late data touched; publishes.",
        default_status=dg.DefaultScheduleStatus.STOPPED,
    )
    def daily(context: dg.ScheduleEvaluationContext, workplace: dg.ResourceParam[Workplace]) -> Sequence[dg.RunRequest]:
        today = context.scheduled_execution_time.date()
        first, last = days_of(partitions)
        yesterday = (today - timedelta(days=1)).isoformat()
        snapshot = workplace.warehouse().snapshot()
        days = {*stale_days(snapshot, first, last), yesterday}
        return requests(snapshot, days, f"{today}")

    return daily


def reopened_days_sensor(
    job: UnresolvedAssetJobDefinition, partitions: dg.DailyPartitionsDefinition
) -> dg.SensorDefinition:
    """After staging: the days that turned out to be touched by what had landed. The same state is requested once."""

    @dg.sensor(
        name="reopened_days",
        job=job,
        minimum_interval_seconds=_MINUTES_5,
        description="Builds the days that late data, or changed SQL, made stale.",
        default_status=dg.DefaultSensorStatus.STOPPED,
    )
    def reopened_days(
        _: dg.SensorEvaluationContext, workplace: dg.ResourceParam[Workplace]
    ) -> Sequence[dg.RunRequest] | dg.SkipReason:
        snapshot = workplace.warehouse().snapshot()
        found = requests(snapshot, stale_days(snapshot, *days_of(partitions)))
        return found or dg.SkipReason("every day is built from what has been typed")

    return reopened_days


def requests(snapshot: Snapshot, days: Iterable[str], occasion: str = "") -> list[dg.RunRequest]:
    """One run for each range of days. The key names the days and the state that they are to be built from."""
    wanted = set(days)
    return [_request(snapshot, first, last, occasion) for first, last in ranges(wanted)]


def _request(snapshot: Snapshot, first: str, last: str, occasion: str) -> dg.RunRequest:
    count = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
    days = [(date.fromisoformat(first) + timedelta(days=day)).isoformat() for day in range(count)]
    run_key = " ".join(part for part in (occasion, f"{first}..{last}", fingerprint(snapshot, days)) if part)
    if first == last:
        return dg.RunRequest(run_key, partition_key=first)
    return dg.RunRequest(run_key, tags=range_tags(first, last))
