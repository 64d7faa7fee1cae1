"""Alerts: an asset behind the findings, where the settings name a route, and a sensor for what no run has brought.

That a receiver does not take what it is sent is a check that warns; it fails no run, and the sensor, or the next run,
tries again. The sensor also sees what people changed meanwhile with `whoseagent findings`.
"""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from time import monotonic
from typing import Any

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from pipelines.alerts.delivery import Delivered, due
from pipelines.alerts.due import alerts_of, send_due
from pipelines.alerts.ledger import DeliveryBusyError, Ledger
from pipelines.alerts.sending import DeliveryError
from pipelines.defs.keys import FOLLOWED
from pipelines.defs.specs import OWNER
from pipelines.defs.workplace import Workplace
from pipelines.settings import Settings

DELIVERIES = dg.AssetKey(["alerts", "deliveries"])
CHECK = "everything_was_taken"
Requested = dg.RunRequest | dg.SkipReason
_MINUTES_5 = 300


def alert_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """The asset of the deliveries; none where no route is configured."""
    if not settings.routes:
        return []
    names = ", ".join(route.name for route in settings.routes)
    spec = dg.AssetSpec(
        DELIVERIES,
        deps=[FOLLOWED],
        description=f"New and reopened findings, sent once to each of these routes: {names}.",
        group_name="alerts",
        owners=[OWNER],
        kinds={"python", "json"},
    )
    check = dg.AssetCheckSpec(CHECK, asset=DELIVERIES, description="Every receiver took what it was sent.")

    @dg.multi_asset(name="alerts__deliveries", specs=[spec], check_specs=[check])
    def compute(workplace: dg.ResourceParam[Workplace]) -> Iterator[dg.MaterializeResult[Any]]:
        started = monotonic()
        delivered, failures = _send(workplace, settings)
        yield dg.MaterializeResult(
            metadata={"sent": sum(done.sent for done in delivered), "seconds": round(monotonic() - started, 3)},
            check_results=[_result(delivered, failures)],
        )

    return [compute]


def alert_job(settings: Settings) -> list[UnresolvedAssetJobDefinition]:
    """The job that only delivers; none where no route is configured."""
    if not settings.routes:
        return []
    return [dg.define_asset_job("alerts", [DELIVERIES], description="Sends what waits for its route.")]


def alert_sensor(settings: Settings, jobs: list[UnresolvedAssetJobDefinition]) -> list[dg.SensorDefinition]:
    """A sensor that has delivered what waits: new alerts at once, those that were refused once an hour."""

    def waiting(_: dg.SensorEvaluationContext, workplace: dg.ResourceParam[Workplace]) -> Requested:
        alerts, histories = alerts_of(workplace.data_folder), Ledger(workplace.data_folder).read()
        found = {
            f"{route.name} {alert.event_id}"
            for route in settings.routes
            for alert in due(route, alerts, histories.get(route.name))
        }
        if not found:
            return dg.SkipReason("every route has what it wants")
        state = sha256(" ".join(sorted(found)).encode()).hexdigest()[:16]
        return dg.RunRequest(f"{datetime.now(UTC):%Y-%m-%dT%H} {state}")

    return [
        dg.sensor(
            name="waiting_alerts",
            job=job,
            minimum_interval_seconds=_MINUTES_5,
            description="Sends the alerts that a route wants and does not have.",
            default_status=dg.DefaultSensorStatus.STOPPED,
        )(waiting)
        for job in jobs
    ]


def _send(workplace: Workplace, settings: Settings) -> tuple[list[Delivered], dict[str, str]]:
    """What became of each route, and what failed, by what it is about."""
    try:
        delivered = send_due(workplace.data_folder, settings.routes)
    except (DeliveryBusyError, DeliveryError) as error:
        return [], {"deliveries": str(error)}
    return delivered, {done.route: "; ".join(done.failures) for done in delivered if done.failures}


def _result(delivered: list[Delivered], failures: dict[str, str]) -> dg.AssetCheckResult:
    sent = {f"sent to {done.route}": dg.MetadataValue.json(asdict(done)) for done in delivered}
    return dg.AssetCheckResult(
        passed=not failures,
        asset_key=DELIVERIES,
        check_name=CHECK,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={**failures, **sent},
    )
