"""Stored views: readers get the rows of a file, which are those of the view's own query at every publication."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import duckdb
import pytest

from pipelines.warehouse.models import Models, of_kind
from pipelines.warehouse.slices import slices
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


def test_a_large_day_is_written_in_slices_and_has_the_same_rows(
    folder: Folder, request_record: Callable[..., Json], monkeypatch: pytest.MonkeyPatch
) -> None:
    callers = [str(UUID(int=number)) for number in range(12)]
    folder.land(*(request_record(caller, appId=caller) for caller in callers))
    folder.warehouse.run()
    whole = folder.ask("from settled_requests order by request_id")
    assert len(whole) == len(callers)
    for most in (1, 3, 6):
        monkeypatch.setattr("pipelines.warehouse.slices.MOST_CALLERS", most)
        shutil.rmtree(folder.path / "lake" / "settled_requests")
        folder.warehouse.run()
        assert folder.ask("from settled_requests order by request_id") == whole


@pytest.mark.parametrize(("most", "count"), [(2000, 1), (1000, 1), (999, 2), (300, 4), (100, 16), (1, 16)])
def test_every_caller_is_in_one_slice(models: Models, monkeypatch: pytest.MonkeyPatch, most: int, count: int) -> None:
    monkeypatch.setattr("pipelines.warehouse.slices.MOST_CALLERS", most)
    with duckdb.connect() as connection:
        connection.execute(
            "create table caller_attributions as select md5(range::varchar) as caller_id from range(1000)"
        )
        conditions = slices(connection, models["settled_requests"], "true")
        tests = " + ".join(f"({condition})::int" for condition in conditions)
        assert connection.execute(f"select distinct {tests} from caller_attributions").fetchall() == [(1,)]
        assert slices(connection, models["request_counts"], "true") == ["true"]
    assert len(conditions) == count


def test_files_are_read_where_they_are(folder: Folder, request_record: Callable[..., Json]) -> None:
    folder.land(request_record("a"))
    folder.warehouse.run()
    assert "attributed_requests" not in definition_of(folder.warehouse)
    (file,) = files(folder)
    assert file.name in definition_of(folder.warehouse)


def files(folder: Folder) -> set[Path]:
    return set((folder.path / "lake" / NAME).glob("day=*/*.parquet"))
