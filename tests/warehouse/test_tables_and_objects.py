"""Small tables that views read, and records that are no events and so have no event day."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.landing.manifest import Manifest
from pipelines.warehouse import state
from pipelines.warehouse.base_tables import Provided
from pipelines.warehouse.measure import measure_days
from pipelines.warehouse.parser import connect
from pipelines.warehouse.relations import Relations
from pipelines.warehouse.warehouse import Warehouse
from tests.small_models import DAYLESS, small_models

if TYPE_CHECKING:
    from tests.warehouse.conftest import Folder, Json


def audit(audit_id: str) -> Json:
    fields = {"id": audit_id, "activityDateTime": "2026-03-07T08:00:00Z", "activityDisplayName": "Update user"}
    return {"category": "AuditLogs", "tenantId": "t", "time": "2026-03-07T08:10:00Z", "properties": fields}


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_folder: Callable[[Path], Folder]) -> Folder:
    """A data folder of the small models."""
    folder = make_folder(tmp_path / "data")
    folder.warehouse = Warehouse(folder.path, small_models(tmp_path, monkeypatch))
    return folder


@pytest.fixture
def published(house: Folder, request_record: Callable[..., Json]) -> Folder:
    house.land(request_record("a"), request_record("b", "2026-03-03"))
    house.land(audit("x"), audit("y"))
    house.warehouse.run()
    return house


def test_views_read_tables_and_tables_read_views(published: Folder) -> None:
    rows = published.ask("select request_id, day::varchar, objects, files from requests_and_objects order by all")
    assert rows == [("a", "2026-03-02", 2, 2), ("b", "2026-03-03", 2, 2)]
    tables = {name for (name,) in published.ask("select table_name from duckdb_tables()")}
    assert tables == {"files", "object_count"}, "what only tables read is gone"


def test_records_that_are_no_events_make_no_day(published: Folder) -> None:
    snapshot = published.warehouse.snapshot()
    assert snapshot.days == snapshot.built_days == ["2026-03-02", "2026-03-03"]
    assert {file.split("/")[1] for file in published.lake_files() if file.startswith(DAYLESS)} == {"day=undated"}
    assert not any("undated" in file for file in published.lake_files() if not file.startswith(DAYLESS))


def test_their_lines_are_accounted_for_and_their_day_is_null(published: Folder) -> None:
    assert published.ask("select landed, parsed from files") == [(2, 2), (2, 2)]
    assert published.ask(f"select count(*), count(day) from {DAYLESS}") == [(2, 0)]


def test_they_are_read_whatever_days_are_asked_for(published: Folder) -> None:
    warehouse = published.warehouse
    view = warehouse.models["requests_and_objects"]
    for day in ("2026-03-02", "2026-03-09"):
        with connect() as connection:
            Relations(warehouse.snapshot(), connection, warehouse.provided).declare([view.name], [day])
            assert connection.execute("select objects from object_count").fetchall() == [(2,)]
    measured = measure_days(warehouse.snapshot(), view, ["2026-03-02"], warehouse.provided)
    assert (measured.rows_by_day, measured.nulls) == ({"2026-03-02": 1}, {"objects": 0})


def test_objects_alone_can_be_published(house: Folder) -> None:
    house.land(audit("x"))
    house.warehouse.run()
    assert house.ask("select object_id from objects") == [("x",)]
    assert house.ask("select * from requests_and_objects") == []


def test_new_objects_make_no_day_stale_and_the_publication_stale(house: Folder, request_record: Any) -> None:
    house.land(request_record("a"))
    house.warehouse.run()
    state.publish(house.warehouse)
    house.land(audit("x"))
    house.warehouse.stage()
    assert house.warehouse.snapshot().stale_days(house.warehouse.models.values()) == []
    assert not state.is_published(house.warehouse)


def test_a_model_that_needs_no_base_table_does_not_pay_for_one(published: Folder) -> None:
    def refuse() -> Manifest:
        raise AssertionError("the manifest was read")

    snapshot, models = published.warehouse.snapshot(), published.warehouse.models
    assert measure_days(snapshot, models["objects"], [], Provided(refuse)).rows == 2
    with pytest.raises(AssertionError, match="manifest was read"):
        measure_days(snapshot, models["files"], [], Provided(refuse))
