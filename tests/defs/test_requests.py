"""The schedule and the sensor ask for exactly the days that need work."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from pipelines.defs.days import FIRST_OF_RANGE, LAST_OF_RANGE, gaps, ranges
from pipelines.warehouse.warehouse import Warehouse
from tests.defs.conftest import Land, Materialize, sign_in

FIVE = datetime(2026, 3, 10, 5, tzinfo=UTC)


@pytest.fixture
def scheduled(definitions: dg.Definitions) -> list[dg.RunRequest]:
    """What the schedule asks for on 10 March."""
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_schedule_context(
            instance, FIVE, resources=definitions.resources, repository_def=definitions.get_repository_def()
        )
        return list(definitions.resolve_schedule_def("daily").evaluate_tick(context).run_requests or [])


def sensed(definitions: dg.Definitions) -> list[dg.RunRequest]:
    """What the sensor asks for."""
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(
            instance, resources=definitions.resources, repository_def=definitions.get_repository_def()
        )
        return list(definitions.resolve_sensor_def("reopened_days").evaluate_tick(context).run_requests or [])


def span(request: dg.RunRequest) -> tuple[str | None, str | None]:
    """The first and last day of a request."""
    return request.tags.get(FIRST_OF_RANGE, request.partition_key), request.tags.get(
        LAST_OF_RANGE, request.partition_key
    )


def test_a_day_without_news_asks_for_yesterday(scheduled: list[dg.RunRequest]) -> None:
    assert [span(request) for request in scheduled] == [("2026-03-09", "2026-03-09")]


def test_a_late_file_makes_its_old_day_stale_and_exactly_that_is_requested(
    land: Land, materialize: Materialize, warehouse: Warehouse, definitions: dg.Definitions
) -> None:
    # Far apart, because models that look back make the days after a late one stale too.
    land(sign_in(1, "2026-03-02T10:00:00Z"), sign_in(2, "2026-03-28T10:00:00Z"))
    for day in ("2026-03-02", "2026-03-28"):
        materialize(day)
    assert sensed(definitions) == []
    land(sign_in(3, "2026-03-02T12:00:00Z"))
    warehouse.stage()
    (request,) = sensed(definitions)
    assert request.partition_key == "2026-03-02"
    materialize(request.partition_key)
    assert sensed(definitions) == []
    assert warehouse.rows("select count(*) from sign_ins where day = '2026-03-02'") == [(2,)]


def test_the_schedule_takes_stale_days_along(land: Land, warehouse: Warehouse, request: pytest.FixtureRequest) -> None:
    land(*(sign_in(day, f"2026-03-{day:02}T10:00:00Z") for day in (2, 3, 4, 8)))
    warehouse.stage()
    found = [span(each) for each in request.getfixturevalue("scheduled")]
    assert found == [("2026-03-02", "2026-03-04"), ("2026-03-08", "2026-03-09")]


def test_what_is_requested_runs(
    land: Land, materialize: Materialize, warehouse: Warehouse, definitions: dg.Definitions
) -> None:
    land(sign_in(1, "2026-03-02T10:00:00Z"), sign_in(2, "2026-03-03T10:00:00Z"))
    warehouse.stage()
    (request,) = sensed(definitions)
    assert materialize(request.partition_key, dict(request.tags)).success
    assert sensed(definitions) == []


def test_the_same_state_has_the_same_run_key_and_news_another(
    land: Land, warehouse: Warehouse, definitions: dg.Definitions
) -> None:
    land(sign_in(1, "2026-03-02T10:00:00Z"))
    warehouse.stage()
    (first,), (again,) = sensed(definitions), sensed(definitions)
    land(sign_in(2, "2026-03-02T11:00:00Z"))
    warehouse.stage()
    (news,) = sensed(definitions)
    assert first.run_key == again.run_key != news.run_key
    assert "2026-03-02" in (first.run_key or "")


def test_days_that_dagster_does_not_have_are_not_requested(
    land: Land, warehouse: Warehouse, definitions: dg.Definitions
) -> None:
    land(sign_in(1, "2025-12-31T10:00:00Z"), sign_in(2, "2099-01-01T10:00:00Z"), sign_in(3, "never"))
    warehouse.stage()
    assert sensed(definitions) == []


def test_both_start_switched_off(definitions: dg.Definitions) -> None:
    assert definitions.resolve_schedule_def("daily").default_status == dg.DefaultScheduleStatus.STOPPED
    assert definitions.resolve_sensor_def("reopened_days").default_status == dg.DefaultSensorStatus.STOPPED


def test_ranges_and_gaps_are_all_days_between_first_and_last() -> None:
    days = ["2026-03-04", "2026-03-02", "2026-03-03", "undated", "2026-03-07"]
    assert ranges(days) == [("2026-03-02", "2026-03-04"), ("2026-03-07", "2026-03-07")]
    assert [gap.day for gap in gaps(days)] == [5, 6]
    assert (ranges(["undated"]), gaps(["undated"])) == ([], [])
