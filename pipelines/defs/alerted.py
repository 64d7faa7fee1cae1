"""Alerts: an asset behind the findings, where the settings name a route.

That a receiver does not take what it is sent is a check that warns; it fails no run, and the next one tries again.
"""

from collections.abc import Iterator
from dataclasses import asdict
from time import monotonic
from typing import Any

import dagster as dg

from pipelines.alerts.delivery import Delivered
from pipelines.alerts.due import send_due
from pipelines.alerts.ledger import DeliveryBusyError
from pipelines.alerts.sending import DeliveryError
from pipelines.defs.keys import FOLLOWED
from pipelines.defs.specs import OWNER
from pipelines.defs.workplace import Workplace
from pipelines.settings import Settings

DELIVERIES = dg.AssetKey(["alerts", "deliveries"])
CHECK = "everything_was_taken"


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
