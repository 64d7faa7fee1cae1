"""What of the event log becomes an alert, by the command and by Dagster."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import orjson
import pytest

from pipelines.alerts.due import alerts_of, send_due
from pipelines.alerts.routes import FileRoute, WebhookRoute
from pipelines.alerts.sending import Patience
from pipelines.cases.events import Closed, Opened, Reopened, StatusSet, Suppressed, What
from pipelines.cases.log import CaseLog
from pipelines.defs.alerted import CHECK, DELIVERIES, alert_assets, alert_job, alert_sensor
from pipelines.defs.workplace import Workplace
from pipelines.settings import Settings
from tests.alerts.receivers import WebReceiver

Happens = Callable[..., None]


def opened(finding_id: str, **fields: Any) -> Opened:
    given: dict[str, Any] = {"rule_id": "app_only_user_write", "title": "An app wrote", "severity": "high"}
    return Opened(
        finding_id=finding_id, tenant_id="t", day=date(2026, 3, 2), summary="It wrote.", **{**given, **fields}
    )


def reopened(finding_id: str) -> Reopened:
    return Reopened(**opened(finding_id).model_dump(exclude={"kind"}), reason="found again: late data")


@pytest.fixture
def happens(tmp_path: Path) -> Happens:
    """Writes events to the log."""

    def write(*events: What) -> None:
        CaseLog(tmp_path).write("whoseagent", lambda _cases, _now: events)

    return write


def due_ids(data_folder: Path) -> list[tuple[str, str]]:
    return [(alert.finding_id, alert.reason) for alert in alerts_of(data_folder)]


def test_what_needs_nobody_is_no_alert(happens: Happens, tmp_path: Path) -> None:
    assert due_ids(tmp_path) == []
    happens(*(opened(finding_id) for finding_id in ("new", "closed", "resolved", "suppressed")))
    happens(Closed(finding_id="closed", reason="no longer found"), StatusSet(finding_id="resolved", status="resolved"))
    expires_at = datetime.now(UTC) + timedelta(days=1)
    happens(Suppressed(finding_id="suppressed", owner="o", reason="r", expires_at=expires_at))
    assert due_ids(tmp_path) == [("new", "new")]


def test_a_finding_that_was_reopened_is_one_alert_again(happens: Happens, tmp_path: Path, patience: Patience) -> None:
    path = tmp_path / "alerts.ndjson"
    route = FileRoute(kind="file", name="file", path=path)
    happens(opened("f"))
    send_due(tmp_path, [route], patience)
    happens(Closed(finding_id="f", reason="no longer found"), reopened("f"))
    assert due_ids(tmp_path) == [("f", "reopened")]
    for _ in range(2):
        send_due(tmp_path, [route], patience)
    told = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    assert [alert["reason"] for alert in told] == ["new", "reopened"]
    assert told[1]["summary"] == "It wrote. (found again: late data)"


def test_dagster_sends_and_warns_of_what_was_not_taken(
    happens: Happens, web: WebReceiver, hook: WebhookRoute, tmp_path: Path
) -> None:
    happens(opened("f"))
    settings = Settings(data=tmp_path, routes=(hook,))
    work = Workplace(tmp_path, {})
    web.answers = [(403, {})]
    for passed, requests in ((False, 1), (True, 2), (True, 2)):
        with dg.DagsterInstance.ephemeral() as instance:
            done = dg.materialize(alert_assets(settings), instance=instance, resources={"workplace": work})
        assert done.success
        (check,) = done.get_asset_check_evaluations()
        assert (check.check_name, check.passed, check.severity) == (CHECK, passed, dg.AssetCheckSeverity.WARN)
        assert [event.asset_key for event in done.get_asset_materialization_events()] == [DELIVERIES]
        assert len(web.requests) == requests


def test_sensor_requests_a_delivery_for_what_waits_and_again_when_that_changes(
    happens: Happens, hook: WebhookRoute, web: WebReceiver, tmp_path: Path
) -> None:
    settings = Settings(data=tmp_path, routes=(hook,))
    work = Workplace(tmp_path, {})
    (sensor,) = alert_sensor(settings, alert_job(settings))

    def asked() -> dg.RunRequest | dg.SkipReason:
        with dg.build_sensor_context(resources={"workplace": work}) as context:
            found: dg.RunRequest | dg.SkipReason = sensor(context)  # type: ignore[assignment]
        return found

    happens(opened("f"))
    first, second = asked(), asked()
    assert isinstance(first, dg.RunRequest)
    assert isinstance(second, dg.RunRequest)
    assert str(first.run_key).split()[1] == str(second.run_key).split()[1]  # before it stands the hour
    happens(opened("g"))
    third = asked()
    assert isinstance(third, dg.RunRequest)
    assert str(third.run_key).split()[1] != str(first.run_key).split()[1]
    assert web.requests == []
    send_due(tmp_path, settings.routes)
    assert isinstance(asked(), dg.SkipReason)


def test_without_a_route_dagster_has_no_asset_for_it(tmp_path: Path) -> None:
    assert alert_assets(Settings(data=tmp_path)) == []
