"""Publication: documented, readable by older clients from anywhere, and swapped in under its readers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.warehouse import publish as publishing
from pipelines.warehouse.models import of_kind
from pipelines.warehouse.warehouse import Warehouse

if TYPE_CHECKING:
    from tests.warehouse.conftest import Folder, Json

READER = """
import sys, duckdb
while True:
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        staged = connection.execute("select count(*) from staged_graph_activity").fetchall()[0][0]
        counted = connection.execute("select sum(distinct_records) from completeness").fetchall()[0][0]
    print(staged, counted, flush=True)
"""


@pytest.fixture
def published(folder: Folder, request_record: Callable[..., Json], sign_in_record: Callable[..., Json]) -> Folder:
    folder.land(request_record("a"), request_record("a", clientRequestId="x"), request_record("b", "2026-03-03"))
    folder.land(sign_in_record("s"), request_record("c", timeGenerated="never"))
    folder.warehouse.run()
    return folder


def test_every_table_and_column_is_documented(published: Folder) -> None:
    tables = published.ask("select table_name from information_schema.tables")
    names = {name for (name,) in tables}
    kinds = of_kind(published.warehouse.models, "records", "partition", "view", "table")
    assert names == {model.name for model in kinds} | {"quarantine", "case_events"}
    undocumented = """
        select view_name as name from duckdb_views() where not internal and coalesce(comment, '') = ''
        union all select table_name from duckdb_tables() where coalesce(comment, '') = ''
        union all
        select table_name || '.' || column_name from duckdb_columns() where not internal and coalesce(comment, '') = ''
    """
    assert published.ask(undocumented) == []


def test_what_a_killed_publication_left_goes_with_the_next_run(published: Folder) -> None:
    data = published.warehouse.data_folder
    for name in (".warehouse-1-ab.duckdb", ".warehouse-1-ab.duckdb.wal"):
        (data / name).write_bytes(b"half of it")
    with published.warehouse.only_run():
        pass
    assert list(data.glob(".warehouse-*")) == []


def test_what_a_model_of_an_older_version_left_is_swept_when_it_is_old(published: Folder) -> None:
    lake = published.warehouse.lake
    old, young = (lake.partition("older_model", "2026-03-02", f"{name}.parquet") for name in ("old", "young"))
    current = sorted(lake.folder.glob("tokens/day=*/*"))
    old.parent.mkdir(parents=True)
    for file in (old, young):
        file.touch()
    os.utime(old, (0, 0))
    published.warehouse.publish()
    assert (old.exists(), young.exists()) == (False, True)
    assert sorted(lake.folder.glob("tokens/day=*/*")) == current != []


def test_older_clients_can_read_it(published: Folder) -> None:
    ((tags,),) = published.ask("select tags from duckdb_databases() where database_name = 'warehouse'")
    assert "v1.2.0" in str(tags)


def test_views_open_from_any_folder(published: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert published.ask("select count(*) from staged_graph_activity") == [(3,)]
    assert published.ask("select day::varchar, sign_in_id from sign_ins") == [("2026-03-02", "s")]


def test_duplicates_are_left_out_and_counted(published: Folder) -> None:
    rows = published.ask("select request_id, client_request_id, day::varchar from staged_graph_activity order by all")
    assert rows == [("a", "x", "2026-03-02"), ("b", None, "2026-03-03"), ("c", None, None)]
    counted = published.ask("select sum(landed), sum(typed), sum(duplicates), sum(waiting) from landed_files")
    assert counted == [(5, 4, 1, 0)]


def test_row_of_one_day_is_no_duplicate_for_its_place_on_another(folder: Folder, request_record: Any) -> None:
    """A landed file becomes a file of each day, and rows are numbered from 0 in every one of them."""
    repeated = [request_record("a"), request_record("a", appId="x")]
    folder.land(*repeated, request_record("b", "2026-03-03"), request_record("c", "2026-03-03"))
    folder.warehouse.run()
    assert folder.ask("select request_id from staged_graph_activity order by all") == [("a",), ("b",), ("c",)]


def test_nothing_has_landed(folder: Folder) -> None:
    folder.warehouse.run()
    tables = "select table_name from information_schema.tables where table_name not in ('rules', 'kept_days')"
    for (name,) in folder.ask(tables):
        assert folder.ask(f"select * from {name}") == []


def test_types_do_not_depend_on_what_has_landed(published: Folder, tmp_path: Path) -> None:
    types = "select table_name, column_name, data_type from information_schema.columns order by all"
    empty = Warehouse(tmp_path / "empty", published.warehouse.models)
    empty.run()
    with duckdb.connect(str(empty.path), read_only=True) as connection:
        assert connection.execute(types).fetchall() == published.ask(types)


def test_published_file_is_its_owners_alone_and_nothing_is_left_over(published: Folder) -> None:
    assert published.warehouse.path.stat().st_mode & 0o077 == 0
    assert {path.name for path in published.path.iterdir()} == {"cases", "landing", "lake", "warehouse.duckdb"}


def test_failed_publication_leaves_the_old_one(published: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    before = published.warehouse.path.read_bytes()
    monkeypatch.setattr(publishing, "comments", lambda *_: ["comment on table nowhere is 'x'"])
    with pytest.raises(duckdb.Error, match="nowhere"):
        published.warehouse.publish()
    assert published.warehouse.path.read_bytes() == before
    assert {path.name for path in published.path.iterdir()} == {"cases", "landing", "lake", "warehouse.duckdb"}


def test_old_state_stays_readable_while_a_new_one_is_published(published: Folder, request_record: Any) -> None:
    count = "select count(*) from staged_graph_activity"
    with duckdb.connect(str(published.warehouse.path), read_only=True) as reader:
        assert reader.execute(count).fetchall() == [(3,)]
        for name in "de":
            published.land(request_record(name))
            published.warehouse.run()
        assert reader.execute(count).fetchall() == [(3,)]
    assert published.ask(count) == [(5,)]


def test_every_reader_sees_one_whole_state(published: Folder, request_record: Any) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(published.warehouse.path)], stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        seen = [reader.stdout.readline()]
        for name in "defg":
            published.land(request_record(name))
            published.warehouse.run()
            seen.append(reader.stdout.readline())
        assert reader.poll() is None, "no read failed"
        reader.kill()
        seen += reader.stdout.read().splitlines()[:-1]
    # Two queries of one reader agree: of the records all but the undated one are in completeness, and the sign-in is.
    states = {tuple(map(int, line.split())) for line in seen}
    assert all(staged == counted for staged, counted in states)
    assert {staged for staged, _ in states} <= {3, 4, 5, 6, 7}


def test_path_with_a_quote_in_it(tmp_path: Path, request_record: Any, published: Folder) -> None:
    folder = type(published)(tmp_path / "it's here", published.warehouse.models)
    folder.land(request_record("a"), request_record("b", "2026-03-03"))
    folder.warehouse.run()
    assert folder.ask("select count(*) from staged_graph_activity") == [(2,)]
