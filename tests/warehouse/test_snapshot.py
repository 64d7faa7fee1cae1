"""What is current, and which days must be built again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.warehouse.macros import shared_macros
from pipelines.warehouse.models import Models
from pipelines.warehouse.snapshot import window
from pipelines.warehouse.warehouse import Warehouse

if TYPE_CHECKING:
    from tests.warehouse.conftest import Folder, Json

DAYS = ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-05"]
LOOKING_BACK = """/*
description: Requests of a day and of the hours before it.
kind: partition
grain: [requests]
not_null: [requests]
lookback_hours: 28
*/
select count(*) as requests -- how many
from graph_activity_records where requested_at >= $lookback_start and requested_at < $window_end
"""


def build_all(warehouse: Warehouse) -> None:
    warehouse.stage()
    for model in warehouse.models.values():
        if model.kind == "partition":
            warehouse.build(model.name, warehouse.snapshot().stale_days([model]))


def stale(warehouse: Warehouse, *names: str) -> list[str]:
    return warehouse.snapshot().stale_days([warehouse.models[name] for name in names or warehouse.models])


@pytest.fixture
def built(folder: Folder, request_record: Callable[..., Json]) -> Folder:
    folder.land(*(request_record(day, day) for day in DAYS))
    build_all(folder.warehouse)
    return folder


def test_days_are_those_with_records_and_undated_comes_last(folder: Folder, request_record: Any) -> None:
    assert folder.warehouse.snapshot().days == []
    folder.land(request_record("a", "2026-03-03"), request_record("b"), request_record("c", timeGenerated="never"))
    folder.warehouse.stage()
    assert folder.warehouse.snapshot().days == ["2026-03-02", "2026-03-03", "undated"]
    assert stale(folder.warehouse) == ["2026-03-02", "2026-03-03", "undated"]


def test_nothing_is_stale_after_a_build(built: Folder) -> None:
    assert stale(built.warehouse) == []


def test_late_data_makes_exactly_its_day_stale(built: Folder, request_record: Any) -> None:
    built.land(request_record("late", "2026-03-02"))
    assert stale(built.warehouse) == [], "landed is not staged"
    built.warehouse.stage()
    hours = [built.warehouse.models["log_hours"]]
    assert built.warehouse.snapshot().stale_days(hours) == ["2026-03-02"]
    assert stale(built.warehouse)[0] == "2026-03-02", "models that look back follow"
    assert built.warehouse.snapshot().stale_days(hours, lambda day: day > "2026-03-02") == []


def test_records_on_a_new_day_make_that_day_stale(built: Folder, sign_in_record: Any) -> None:
    built.land(sign_in_record("a", "2026-03-04"))
    built.warehouse.stage()
    assert built.warehouse.snapshot().stale_days([built.warehouse.models["log_hours"]]) == ["2026-03-04"]


def test_lookback_makes_later_days_stale_too(folder_with: Any, request_record: Any) -> None:
    folder = folder_with("looking_back", LOOKING_BACK)
    folder.land(*(request_record(day, day) for day in DAYS))
    build_all(folder.warehouse)
    folder.land(request_record("late", "2026-03-01"))
    folder.warehouse.stage()
    assert stale(folder.warehouse, "duplicate_records") == ["2026-03-01"]
    assert stale(folder.warehouse, "looking_back") == ["2026-03-01", "2026-03-02", "2026-03-03"]


def test_lookback_reaches_into_the_days_before(models: Models, folder_with: Any) -> None:
    model = folder_with("looking_back", LOOKING_BACK).warehouse.models["looking_back"]
    assert window(model, "2026-03-03") == ["2026-03-01", "2026-03-02", "2026-03-03"]
    assert window(model, "undated") == ["undated"]
    assert window(models["log_hours"], "2026-03-03") == ["2026-03-03"]


def test_changed_query_makes_every_day_stale_and_what_rests_on_it(
    built: Folder, changed: Callable[[str], Models]
) -> None:
    duplicates = Warehouse(built.path, changed("duplicate_records"))
    assert stale(duplicates, "log_hours") == DAYS
    hours = Warehouse(built.path, changed("log_hours"))
    assert stale(hours, "duplicate_records") == []
    assert stale(hours, "log_hours") == DAYS


def test_changed_rules_classify_every_day_anew_and_type_nothing(built: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.warehouse.definition.operation_rules", lambda: "other rules")
    assert stale(built.warehouse, "request_operations") == DAYS
    assert stale(built.warehouse, "tokens") == []
    assert built.warehouse.stage() == []


def test_changed_macro_makes_stale_what_uses_it_and_what_rests_on_that(
    built: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    macros = {**shared_macros(), "graph_segment": "another text"}
    monkeypatch.setattr("pipelines.warehouse.definition.shared_macros", lambda: macros)
    assert stale(built.warehouse, "request_operations") == stale(built.warehouse, "caller_attributions") == DAYS
    assert stale(built.warehouse, "duplicate_records") == []


def test_going_back_to_the_query_before_needs_no_work(built: Folder, changed: Callable[[str], Models]) -> None:
    build_all(Warehouse(built.path, changed("log_hours")))
    assert stale(built.warehouse) == []
