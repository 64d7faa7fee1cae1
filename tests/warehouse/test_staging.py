"""Staging: every landed file parsed once, whole, into its days; whatever a record holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import duckdb
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.catalog.detect import Detector
from pipelines.catalog.fields import Fields
from pipelines.catalog.logs import LOGS
from pipelines.warehouse.models import Models
from pipelines.warehouse.staging import StagingError, stage
from pipelines.warehouse.warehouse import Warehouse

if TYPE_CHECKING:
    from tests.warehouse.conftest import Folder, Json


def staged(folder: Folder, model: str, columns: str) -> list[tuple[Any, ...]]:
    """Rows of a records model in the lake, of all parsers, sorted."""
    with duckdb.connect() as connection:
        return connection.execute(
            f"select {columns} from read_parquet($files, hive_partitioning = true) order by all",
            {"files": f"{folder.warehouse.lake.folder}/{model}/*/*.parquet"},
        ).fetchall()


def test_landed_file_is_parsed_once(folder: Folder, request_record: Callable[..., Json]) -> None:
    (entry,) = folder.land(request_record("a"), request_record("b"))
    heard: list[object] = []
    (parsed,) = folder.warehouse.stage(on_parsed=heard.append)
    assert heard == [parsed]
    assert (parsed.landed_file, parsed.rows, parsed.days) == (entry.file, 2, {"2026-03-02": 2})
    assert folder.warehouse.stage() == []
    folder.land(request_record("c"))
    assert [again.rows for again in folder.warehouse.stage()] == [1]


def test_only_the_wanted_sources_are_parsed(folder: Folder, request_record: Any, sign_in_record: Any) -> None:
    folder.land(request_record("a"), sign_in_record("b"))
    assert [parsed.model for parsed in folder.warehouse.stage(["diagnostic_sign_ins"])] == ["sign_in_records"]
    assert [parsed.model for parsed in folder.warehouse.stage()] == ["graph_activity_records"]


@pytest.mark.parametrize("name", ["graph_activity_records", "diagnostic_graph_activity"])
def test_changed_query_parses_anew_and_stands_alone(
    folder: Folder, changed: Callable[[str], Models], request_record: Callable[..., Json], name: str
) -> None:
    folder.land(request_record("a"))
    folder.warehouse.stage()
    other = Warehouse(folder.path, changed(name))
    assert [parsed.rows for parsed in other.stage()] == [1]
    model = other.models["graph_activity_records"]
    assert len(other.snapshot().files(model, "2026-03-02")) == 1
    assert other.snapshot().files(model, "2026-03-02") != folder.warehouse.snapshot().files(model, "2026-03-02")


def test_going_back_to_a_query_whose_files_were_swept_parses_anew(
    folder: Folder, request_record: Callable[..., Json]
) -> None:
    folder.land(request_record("a"))
    folder.warehouse.stage()
    for path in folder.warehouse.lake.folder.glob("*/*/*.parquet"):
        path.unlink()
    assert [parsed.rows for parsed in folder.warehouse.stage()] == [1]
    folder.warehouse.run()
    assert folder.ask("select request_id from staged_graph_activity") == [("a",)]


def test_query_of_another_table_changes_nothing(
    folder: Folder, changed: Callable[[str], Models], request_record: Callable[..., Json]
) -> None:
    folder.land(request_record("a"))
    folder.warehouse.stage()
    assert Warehouse(folder.path, changed("graph_sign_ins")).stage() == []


def test_other_number_of_rows_than_landed_lines_fails_and_enters_nothing(
    folder: Folder, request_record: Callable[..., Json], sign_in_record: Callable[..., Json]
) -> None:
    requests, sign_ins = folder.land(request_record("a"), sign_in_record("b"))
    lost = requests.model_copy(update={"rows": 2})
    lake = folder.warehouse.lake
    with pytest.raises(StagingError, match=f"{requests.file} holds 2 lines, but 1 rows came out of it"):
        stage(lake, folder.path / "landing", [lost, sign_ins], folder.warehouse.models)
    assert [landed_file for landed_file, _ in lake.ledger().entries] == [sign_ins.file], "the other is done"
    assert {name.split("/")[0] for name in folder.lake_files()} == {"sign_in_records"}
    assert [parsed.landed_file for parsed in folder.warehouse.stage()] == [requests.file]


def test_file_that_is_not_there_is_named(folder: Folder, request_record: Callable[..., Json]) -> None:
    (entry,) = folder.land(request_record("a"))
    (folder.path / "landing" / entry.file).unlink()
    with pytest.raises(StagingError, match=entry.file):
        folder.warehouse.stage()
    assert folder.lake_files() == set()


def test_records_of_several_days_are_split(folder: Folder, request_record: Callable[..., Json]) -> None:
    days = ["2026-03-02", "2026-03-01", "2026-03-02", "never"]
    folder.land(*(request_record(str(number), timeGenerated=day) for number, day in enumerate(days)))
    (parsed,) = folder.warehouse.stage()
    assert parsed.days == {"2026-03-01": 1, "2026-03-02": 2, "undated": 1}
    assert parsed.cast_failures == {"requested_at": 1}
    rows = staged(folder, "graph_activity_records", "day, request_id")
    assert rows == [("2026-03-01", "1"), ("2026-03-02", "0"), ("2026-03-02", "2"), ("undated", "3")]


def test_same_record_in_two_logs_stands_in_two_files(folder: Folder, sign_in_record: Callable[..., Json]) -> None:
    record = sign_in_record("a")
    folder.land(record, {**record, "category": "NonInteractiveUserSignInLogs"})
    folder.warehouse.stage()
    rows = staged(folder, "sign_in_records", "category, sign_in_id")
    assert rows == [("AADNonInteractiveUserSignInLogs", "a"), ("SigninLogs", "a")]


def test_every_row_names_the_landed_file_that_holds_it(folder: Folder, request_record: Callable[..., Json]) -> None:
    entries = [folder.land(request_record(name))[0] for name in "ab"]
    folder.warehouse.stage()
    rows = staged(folder, "graph_activity_records", "request_id, landed_file")
    assert rows == [("a", entries[0].file), ("b", entries[1].file)]


def test_files_of_one_kind_are_parsed_together_and_entered_each(
    folder: Folder, request_record: Callable[..., Json]
) -> None:
    entries = [folder.land(request_record(name), request_record(name, "2026-03-03"))[0] for name in "abc"]
    parsed = folder.warehouse.stage()
    assert {each.landed_file for each in parsed} == {entry.file for entry in entries}
    assert [each.days for each in parsed] == [{"2026-03-02": 1, "2026-03-03": 1}] * 3
    assert len(folder.lake_files()) == 2, "one file a day"
    assert all(folder.warehouse.lake.ledger().has(each.landed_file, each.parser) for each in parsed)


def test_files_of_other_tenants_are_not_parsed_together(folder: Folder) -> None:
    row = {"Type": "MicrosoftGraphActivityLogs", "TimeGenerated": "2026-03-02T08:00:00Z", "DurationMs": 1}
    for tenant in ("t1", "t2"):
        folder.land({**row, "RequestId": tenant}, tenant_id=tenant)
    folder.warehouse.stage()
    assert staged(folder, "graph_activity_records", "request_id, tenant_id") == [("t1", "t1"), ("t2", "t2")]


def test_one_bad_file_does_not_keep_its_neighbours_back(folder: Folder, request_record: Callable[..., Json]) -> None:
    bad, *good = [folder.land(request_record(name))[0] for name in "abc"]
    (folder.path / "landing" / bad.file).write_bytes(b"no zstd")
    with pytest.raises(StagingError, match=bad.file):
        folder.warehouse.stage()
    assert {landed_file for landed_file, _ in folder.warehouse.lake.ledger().entries} == {each.file for each in good}
    assert staged(folder, "graph_activity_records", "request_id") == [("b",), ("c",)]


def test_unsupported_and_unreadable_lines_are_not_typed(folder: Folder) -> None:
    folder.land({"Workload": "Exchange", "RecordType": 1})
    folder.land_unreadable(b"{")
    assert folder.warehouse.stage() == []


def test_record_with_the_same_field_twice_stops_nothing(folder: Folder) -> None:
    envelope = b'{"category":"MicrosoftGraphActivityLogs","properties":{%s}}'
    double = envelope % b'"requestId":"a","requestId":"b","appId":"\xc3\xa9"'
    folder.land(double, envelope % b'"requestId":"c","durationMs":12345678901234567890123')
    assert [parsed.rows for parsed in folder.warehouse.stage()] == [2]
    rows = staged(folder, "graph_activity_records", "request_id, app_id, cast_failures")
    assert rows == [("b", "é", None), ("c", None, "duration")]


def test_record_of_the_largest_size_is_typed(folder: Folder, request_record: Callable[..., Json]) -> None:
    line = orjson.dumps(request_record("large", requestUri=""))
    uri = b"x" * (16 * 2**20 - len(line))
    folder.land(line.replace(b'"requestUri":""', b'"requestUri":"' + uri + b'"'), request_record("small"))
    folder.warehouse.stage()
    rows = staged(folder, "graph_activity_records", "request_id, length(uri)")
    assert rows == [("large", len(uri)), ("small", None)]


json_values = st.one_of(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    st.sampled_from([0, -1, 2**64 - 1, -(2**63), [], [1, None, "a", {"id": [1]}], {}, {"a": {"b": [None]}}]),
    st.sampled_from(
        ["", "0", "-1", "1e300", "9" * 30, "infinity", "epoch", "99999-01-01", "{}", "[1]", '{"a"', "null"]
    ),
)


def objects_of(fields: Fields) -> st.SearchStrategy[Json]:
    """Objects with some of the fields, of any value; where an object belongs there stands one."""
    values = st.dictionaries(st.sampled_from(fields.read), json_values, max_size=8)
    inner = st.fixed_dictionaries({name: objects_of(each) for name, each in fields.objects.items()})
    return st.builds(lambda outer, objects: outer | objects, values, inner)


@st.composite
def recognised(draw: st.DrawFn) -> Json:
    """A record that is recognised, with anything at all in its fields."""
    log = draw(st.sampled_from([LOGS[0], LOGS[5], LOGS[6]]))
    shape = draw(st.sampled_from(["diagnostic", "log_analytics"]))
    record = draw(objects_of(log.fields[shape]))  # type: ignore[index]
    if shape == "log_analytics":
        return record | {"Type": log.name}
    return record | {"category": log.category}


@given(st.lists(recognised(), min_size=4, max_size=8))
@settings(max_examples=20)
def test_whatever_stands_in_a_recognised_record_it_is_typed(
    make_folder: Callable[[Path], Folder], records: list[Json]
) -> None:
    with TemporaryDirectory() as path:
        folder = make_folder(Path(path))
        known = [each for each in records if Detector().detect(each).kind.shape]
        entries = folder.land(*known)
        assert sum(parsed.rows for parsed in folder.warehouse.stage()) == sum(entry.rows for entry in entries)
