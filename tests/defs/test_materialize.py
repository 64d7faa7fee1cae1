"""Partitions materialised in-process on a small data folder."""

import dagster as dg
import pytest

from pipelines.defs.days import range_tags
from pipelines.landing.writer import Kind
from pipelines.warehouse.warehouse import Warehouse
from tests.defs.conftest import Land, Materialize, sign_in


def metadata(result: dg.ExecuteInProcessResult, key: str) -> list[dict[str, object]]:
    """The metadata of each materialisation of an asset."""
    materialized = [
        event.step_materialization_data.materialization for event in result.get_asset_materialization_events()
    ]
    return [
        {"partition": each.partition, **{name: value.value for name, value in each.metadata.items()}}
        for each in materialized
        if each.asset_key.to_user_string() == key
    ]


def test_a_day_is_built_and_published(land: Land, materialize: Materialize, warehouse: Warehouse) -> None:
    land(sign_in(1, "2026-03-02T10:00:00Z"), sign_in(2, "2026-03-02T11:00:00Z"))
    result = materialize("2026-03-02")
    assert result.success
    assert warehouse.rows("select user_upn, day::varchar from sign_ins") == [("alex@example.com", "2026-03-02")] * 2
    (source,) = metadata(result, "staging/diagnostic_sign_ins")
    assert (source["rows"], source["files"], source["days"], source["cast_failures"]) == (2, 1, 1, 0)
    (hours,) = metadata(result, "correlation/log_hours")
    assert (hours["rows"], hours["days_built"], hours["days_unchanged"]) == (2, 1, 0)
    (files,) = metadata(result, "marts/landed_files")
    assert files["dagster/row_count"] == 1


def test_a_second_run_changes_nothing(land: Land, materialize: Materialize) -> None:
    land(sign_in(1, "2026-03-02T10:00:00Z"))
    materialize("2026-03-02")
    again = materialize("2026-03-02")
    assert metadata(again, "staging/diagnostic_sign_ins")[0]["files"] == 0
    assert metadata(again, "correlation/log_hours")[0]["days_unchanged"] == 1
    assert metadata(again, "publish/warehouse")[0]["is_new"] is False


def test_a_range_is_one_run_that_says_each_days_rows(land: Land, materialize: Materialize) -> None:
    land(sign_in(1, "2026-03-02T10:00:00Z"), sign_in(2, "2026-03-04T10:00:00Z"), sign_in(3, "2026-03-04T11:00:00Z"))
    result = materialize(tags=dict(range_tags("2026-03-02", "2026-03-04")))
    for key in ("staging/sign_in_records", "marts/sign_ins"):
        rows = {each["partition"]: each["dagster/partition_row_count"] for each in metadata(result, key)}
        assert rows == {"2026-03-02": 1, "2026-03-03": 0, "2026-03-04": 2}


def test_records_without_a_time_come_with_any_day(land: Land, materialize: Materialize, warehouse: Warehouse) -> None:
    land(sign_in(1, "2026-03-02T10:00:00Z"), sign_in(2, "no time at all"), sign_in(2, "no time at all"))
    assert materialize("2026-03-02").success
    assert warehouse.rows("select count(*), count(day) from sign_ins") == [(2, 1)]
    assert warehouse.snapshot().stale_days(warehouse.models.values()) == []


def test_unreadable_lines_are_set_aside(land: Land, materialize: Materialize, warehouse: Warehouse) -> None:
    land(b"{", kind=Kind("unreadable", "", reason="invalid_json"))
    result = materialize("2026-03-02")
    assert metadata(result, "staging/quarantine")[0]["rows"] == 1
    assert warehouse.rows("select reason, line from quarantine") == [("invalid_json", b"{")]


def test_an_empty_data_folder_publishes_empty_tables(materialize: Materialize, warehouse: Warehouse) -> None:
    result = materialize("2026-03-02")
    assert result.success
    assert metadata(result, "landing/imported_files")[0]["newest"] == "nothing has landed yet"
    assert warehouse.rows("select count(*) from sign_ins") == [(0,)]


def test_a_file_that_cannot_be_typed_fails_once_with_its_name(
    land: Land, materialize: Materialize, warehouse: Warehouse
) -> None:
    land(sign_in(1, "2026-03-02T10:00:00Z"))
    (entry,) = warehouse.landed()
    (warehouse.data_folder / "landing" / entry.file).unlink()
    result = materialize("2026-03-02", may_fail=True)
    assert not result.success
    assert not [event for event in result.all_events if event.is_step_up_for_retry]
    with pytest.raises(dg.Failure, match=entry.file):
        materialize("2026-03-02")
