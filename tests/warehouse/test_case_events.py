"""The published views over the events of cases: always live, whatever time it is, and not broken by a torn line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.cases.events import Commented, StatusSet
from pipelines.cases.log import CaseLog, utc_now

if TYPE_CHECKING:
    from tests.warehouse.conftest import Folder


@pytest.fixture
def published(folder: Folder) -> Folder:
    folder.warehouse.run()
    return folder


def test_an_event_shows_at_once_in_a_file_published_before(published: Folder) -> None:
    assert published.ask("select count(*) from finding_states") == [(0,)]
    log = CaseLog(published.path)
    text = "two\nlines \x1b[31m \u202e \x00 ' \" end"
    log.write(
        "kim", lambda _, __: [StatusSet(finding_id="f", status="resolved"), Commented(finding_id="f", comment=text)]
    )
    assert published.ask("select status, last_comment from finding_states") == [("resolved", text)]


def test_a_torn_last_line_breaks_no_reader(published: Folder) -> None:
    CaseLog(published.path).write("kim", lambda _, __: [StatusSet(finding_id="f", status="resolved")])
    events = published.path / "cases" / "events.ndjson"
    whole = events.read_bytes()
    line = whole.splitlines()[0]
    for length in (1, 2, len(line) // 2, len(line) - 1):
        events.write_bytes(whole + line[:length])
        assert published.ask("select count(*) from case_events") == [(1,)]


def test_the_time_of_the_question_is_utc_in_every_time_zone(published: Folder) -> None:
    CaseLog(published.path).write("kim", lambda _, __: [StatusSet(finding_id="f", status="resolved")])
    with duckdb.connect(str(published.warehouse.path), read_only=True) as connection:
        connection.execute("set timezone = 'Asia/Tokyo'")
        ((asked_at, event_at),) = connection.execute("select asked_at, event_at from case_events").fetchall()
    now = utc_now().replace(tzinfo=None)
    assert abs((now - asked_at).total_seconds()) < 600
    assert event_at <= asked_at


def test_the_views_open_from_any_folder(published: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    CaseLog(published.path).write("kim", lambda _, __: [StatusSet(finding_id="f", status="resolved")])
    monkeypatch.chdir(tmp_path)
    assert published.ask("select count(*) from case_events") == [(1,)]
