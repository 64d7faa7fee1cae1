"""Stored views: readers get the rows of a file, which are those of the view's own query at every publication."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.warehouse.models import of_kind
from pipelines.warehouse.warehouse import Warehouse

if TYPE_CHECKING:
    from tests.warehouse.conftest import Folder, Json

APP = "11111111-2222-4333-8444-cccccccccccc"
NAME = "request_counts"


def definition_of(warehouse: Warehouse) -> str:
    ((text,),) = warehouse.rows(f"select sql from duckdb_views() where view_name = '{NAME}'")
    return str(text)


def test_late_records_and_new_knowledge_are_counted(folder: Folder, request_record: Callable[..., Json]) -> None:
    folder.land(request_record("a", appId=APP), request_record("b", "2026-03-12", appId=APP))
    folder.warehouse.run()
    before = files(folder)
    folder.warehouse.run()
    assert files(folder) == before
    folder.land(request_record("c", appId=APP, timeGenerated="2026-03-02T09:00:00Z"))
    folder.warehouse.run()
    counts = f"select day::varchar, is_self, sum(requests) from {NAME} group by all order by all"
    assert folder.ask(counts) == [("2026-03-02", False, 2), ("2026-03-12", False, 1)]
    knowing = {"app_id": APP, "name": "Collector", "is_agent": False, "is_own": True, "is_first_party": False}
    warehouse = Warehouse(folder.path, apps=[{**knowing, "owner": None, "is_sanctioned": None}])
    warehouse.run()
    assert warehouse.rows(counts) == [("2026-03-02", True, 2), ("2026-03-12", True, 1)]


def test_what_has_no_file_is_answered_all_the_same(folder: Folder, request_record: Callable[..., Json]) -> None:
    folder.land(request_record("a"), request_record("b", timeGenerated="never"))
    folder.warehouse.run()
    days = f"select day::varchar, sum(requests) from {NAME} group by all order by all"
    assert folder.ask(days) == [("2026-03-02", 1)]
    folder.land(request_record("c", "2026-03-03"))
    folder.warehouse.stage()
    for model in of_kind(folder.warehouse.models, "partition"):
        folder.warehouse.build(model.name, folder.warehouse.snapshot().stale_days([model]))
    folder.warehouse.publish()
    assert folder.ask(days) == [("2026-03-02", 1), ("2026-03-03", 1)]
    for file in files(folder):
        file.unlink()
    folder.warehouse.publish()
    assert folder.ask(days) == [("2026-03-02", 1), ("2026-03-03", 1)]
    assert "read_parquet" not in definition_of(folder.warehouse)


def test_files_are_read_where_they_are(folder: Folder, request_record: Callable[..., Json]) -> None:
    folder.land(request_record("a"))
    folder.warehouse.run()
    assert "attributed_requests" not in definition_of(folder.warehouse)
    (file,) = files(folder)
    assert file.name in definition_of(folder.warehouse)


def files(folder: Folder) -> set[Path]:
    return set((folder.path / "lake" / NAME).glob("day=*/*.parquet"))
