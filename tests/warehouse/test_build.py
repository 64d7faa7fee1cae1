"""Building a model's day: once for the same inputs, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.warehouse.build import BuildError, Built

if TYPE_CHECKING:
    from tests.warehouse.conftest import Folder, Json

HEADER = """/*
description: Made up for a test, with the bounds of its day.
kind: partition
grain: [requests]
not_null: [requests]
lookback_hours: 2
*/
"""
BOUNDS = (
    HEADER
    + """select
    count(*) as requests, -- how many
    $window_start as window_start, -- from here
    $window_end as window_end, -- up to here
    $lookback_start as lookback_start -- as far back as here
from graph_activity_records
"""
)
FAILING = HEADER + "select error(min(uri)) as requests -- never\nfrom graph_activity_records\n"


@pytest.fixture
def staged(folder: Folder, request_record: Callable[..., Json]) -> Folder:
    folder.land(request_record("a"), request_record("a", clientRequestId="x"), request_record("b", "2026-03-03"))
    folder.warehouse.stage()
    return folder


def test_same_inputs_are_not_built_again(staged: Folder) -> None:
    built: list[Built] = []
    assert staged.warehouse.build("duplicate_records", ["2026-03-02", "2026-03-03"], built.append) == built
    assert built == [
        Built("duplicate_records", "2026-03-02", 1, is_new=True),
        Built("duplicate_records", "2026-03-03", 0, is_new=True),
    ]
    files = staged.lake_files()
    assert [each.is_new for each in staged.warehouse.build("duplicate_records", ["2026-03-02"])] == [False]
    assert [each.rows for each in staged.warehouse.build("duplicate_records", ["2026-03-02"])] == [1]
    assert staged.lake_files() == files


def test_late_data_builds_a_file_beside_the_old_one(staged: Folder, request_record: Callable[..., Json]) -> None:
    staged.warehouse.build("duplicate_records", ["2026-03-02"])
    before = staged.lake_files()
    staged.land(request_record("a", clientRequestId="longer than the others"))
    staged.warehouse.stage()
    assert staged.warehouse.build("duplicate_records", ["2026-03-02"]) == [
        Built("duplicate_records", "2026-03-02", 2, is_new=True)
    ]
    assert before < staged.lake_files()


def test_query_is_given_the_half_open_bounds_of_its_day(folder_with: Any, request_record: Callable[..., Json]) -> None:
    folder: Folder = folder_with("bounds", BOUNDS)
    folder.land(request_record("a"), request_record("b", timeGenerated="never"))
    folder.warehouse.stage()
    folder.warehouse.build("bounds", ["2026-03-02", "undated"])
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select requests, window_start::varchar, window_end::varchar, lookback_start::varchar "
            "from read_parquet($files) order by all",
            {"files": f"{folder.warehouse.lake.folder}/bounds/*/*.parquet"},
        ).fetchall()
    dated = (1, "2026-03-02 00:00:00", "2026-03-03 00:00:00", "2026-03-01 22:00:00")
    assert rows == [dated, (1, None, None, None)]


def test_failing_query_names_model_and_day_and_leaves_nothing(folder_with: Any, request_record: Any) -> None:
    folder: Folder = folder_with("failing", FAILING)
    folder.land(request_record("a", requestUri="the reason"))
    folder.warehouse.stage()
    before = folder.lake_files()
    with pytest.raises(BuildError, match=r"failing could not be built for 2026-03-02: .*the reason"):
        folder.warehouse.build("failing", ["2026-03-02"])
    assert folder.lake_files() == before
    assert folder.warehouse.lake.discard_leftovers() == 0


def test_what_a_model_reads_is_built_before_it(staged: Folder) -> None:
    assert staged.warehouse.build("log_hours", ["2026-03-02"])[0].rows == 1
    (duplicates,) = staged.warehouse.build("duplicate_records", ["2026-03-02"])
    assert not duplicates.is_new
