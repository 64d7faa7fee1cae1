"""What is in a workspace lands: late rows too, in as many parts as it takes, and nothing is left out unnoticed."""

import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.catalog.logs import LOGS
from pipelines.landing.cursors import CursorFile
from pipelines.landing.manifest import entries
from pipelines.sources.query_window import Window
from pipelines.sources.slices import Period, Remark
from pipelines.sources.workspace import Limits
from tests.tenant_server.log_analytics import LogAnalyticsServer
from tests.tenant_server.log_analytics_rig import NOW, TENANT, TOKEN, WORKSPACE, Kept, Rig

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def each_once(*ids: int) -> Counter[int]:
    return Counter(ids)


def watermark(rig: Rig, table: str = "AuditLogs") -> str | None:
    cursor = CursorFile(rig.data_folder, f"log_analytics/{WORKSPACE}").read().get(table)
    return cursor["ingested_before"] if cursor else None


def test_rows_land_with_all_columns_and_values_as_they_came(rig: Rig) -> None:
    rig.server.add(WORKSPACE, "AuditLogs", [(NOW - HOUR, {"Id": "1", "Level": "4", "CorrelationId": "x"})])
    rig.add(2, at=NOW - HOUR)
    result = rig.collect()
    assert (result.failures, result.notes) == ([], [])
    assert result.lines == {("AuditLogs", "log_analytics"): 2}
    (found,) = [fields for fields in rig.records() if fields["Id"] == "2"]
    assert found["TimeGenerated"].endswith(".1234567Z")
    assert found["InitiatedBy"] == '{"user":{"id":null}}'
    assert (found["Type"], found["DurationMs"], found["CorrelationId"]) == ("AuditLogs", 0, "")
    (other,) = [fields for fields in rig.records() if fields["Id"] == "1"]
    assert list(other) == list(found)
    assert other["DurationMs"] is None
    assert {token for _, token in rig.server.asked} == {f"Bearer {TOKEN}"}
    assert set(rig.credential.scopes) == {(f"{rig.server.endpoint}/.default",)}
    (entry,) = entries(rig.data_folder)
    assert (entry.source.type, entry.source.tenant_id) == ("log_analytics", TENANT)
    assert entry.source.name == f"{WORKSPACE}/AuditLogs"
    assert entry.source.window is not None
    assert entry.source.window[0] < "2026-03-04T11:00:00Z" < entry.source.window[1]


def test_first_collect_goes_back_a_week_and_the_next_goes_on_with_an_overlap(rig: Rig) -> None:
    rig.collect()
    asked = rig.queries()
    assert "ingestion_time() >= datetime(2026-02-25T11:55:00Z)" in asked[0]
    assert "ingestion_time() < datetime(2026-03-04T11:55:00Z)" in asked[-1]
    assert len(asked) < 15
    assert watermark(rig) == "2026-03-04T11:55:00Z"
    rig.now += HOUR
    rig.collect()
    (again,) = rig.queries()
    assert ">= datetime(2026-03-04T11:45:00Z)" in again
    assert "< datetime(2026-03-04T12:55:00Z)" in again


def test_each_table_is_asked_alone_t28(rig: Rig) -> None:
    rig.collect()
    assert {query.partition("\n")[0] for query, _ in rig.server.asked} == {log.name for log in LOGS}


def test_late_rows_of_days_ago_are_pulled_t21(rig: Rig) -> None:
    rig.add(1, at=NOW - HOUR)
    rig.collect()
    rig.now += HOUR
    rig.add(2, at=NOW + MINUTE, event_at=NOW - 3 * DAY)
    rig.collect()
    assert rig.landed() == each_once(1, 2)


def test_row_that_showed_only_after_its_ingestion_time_was_passed_is_pulled(rig: Rig) -> None:
    rig.collect()
    rig.add(1, at=NOW - 9 * MINUTE)
    rig.now += HOUR
    rig.collect()
    assert rig.landed() == each_once(1)


def test_second_collect_at_the_same_time_asks_nothing_and_changes_nothing(rig: Rig) -> None:
    rig.add(1, at=NOW - HOUR)
    rig.collect()
    landed = entries(rig.data_folder)
    rig.server.asked.clear()
    assert rig.collect().slices == 0
    assert (rig.server.asked, entries(rig.data_folder)) == ([], landed)


def test_windows_grow_where_there_is_little_and_what_was_learnt_is_kept(rig: Rig) -> None:
    for number in range(60):
        rig.add(number, at=NOW - 2 * HOUR + number * MINUTE)
    rig.collect(limits=Limits(rows=20))
    assert rig.landed() == Counter(range(60))
    cursor = CursorFile(rig.data_folder, f"log_analytics/{WORKSPACE}").read().get("AuditLogs")
    assert cursor is not None
    assert cursor["window_seconds"] < HOUR.total_seconds()


@pytest.mark.parametrize("limits", [Limits(rows=10), Limits(bytes=3000)])
def test_window_with_more_than_one_answer_holds_is_split_and_nothing_is_lost(rig: Rig, limits: Limits) -> None:
    for number in range(60):
        rig.add(number, at=NOW - HOUR + number * 20 * timedelta(seconds=1))
    result = rig.collect(limits=limits)
    assert result.failures == []
    assert rig.landed() == Counter(range(60))


def test_answers_that_the_service_cuts_are_not_taken_for_whole(rig: Rig) -> None:
    rig.server.most_rows = 10
    for number in range(60):
        rig.add(number, at=NOW - HOUR + number * 20 * timedelta(seconds=1))
    assert rig.collect().failures == []
    assert rig.landed() == Counter(range(60))


def test_rows_that_came_in_at_the_same_moment_are_told_apart_by_their_event_time(rig: Rig) -> None:
    for number in range(60):
        rig.add(number, at=NOW - HOUR, event_at=NOW - DAY + number * MINUTE)
    result = rig.collect(limits=Limits(rows=20))
    assert result.failures == []
    assert rig.landed() == Counter(range(60))
    assert any("hash(TimeGenerated, 4) == 3" in query for query in rig.queries())


def test_window_that_cannot_be_split_further_fails_and_the_others_go_on(rig: Rig) -> None:
    rig.add(*range(60), at=NOW - HOUR)
    rig.add(1, at=NOW - HOUR, table="SigninLogs")
    result = rig.collect(limits=Limits(rows=20))
    (failure,) = result.failures
    assert failure.key == "AuditLogs"
    assert "cannot be split further" in failure.message
    assert rig.landed() == {}
    assert (watermark(rig) or "") < "2026-03-04T11:00:00Z"
    assert rig.landed("SigninLogs") == each_once(1)
    assert rig.collect().failures == [], "once there is more room, it goes on where it stood"
    assert rig.landed() == Counter(range(60))


def test_sum_of_parts_must_be_the_whole(rig: Rig) -> None:
    for number in range(12):
        rig.add(number, at=NOW - HOUR + number * 5 * MINUTE)
    period = Period(NOW - HOUR, NOW)
    # SigninLogs and the three tables after it, then AuditLogs: too many, counted, and one of its halves lacks a row.
    rig.server.faults = [*[None] * 5, None, None, "lost row"]
    (failure,) = rig.collect(period, limits=Limits(rows=10)).failures
    assert "its parts have 11 rows together, the whole 12 before and 12 after" in failure.message
    assert rig.landed() == {}


def test_rows_that_show_between_the_two_counts_are_no_failure(rig: Rig) -> None:
    for number in range(12):
        rig.add(number, at=NOW - HOUR + number * 5 * MINUTE)
    rig.server.faults = [*[None] * 5, None, "lost row"]  # the first count
    assert rig.collect(Period(NOW - HOUR, NOW), limits=Limits(rows=10)).failures == []
    assert rig.landed() == Counter(range(12))


def test_table_that_the_workspace_does_not_have_is_named_and_no_failure(rig: Rig) -> None:
    rig.server.add("w2", "AuditLogs", [(NOW - HOUR, {"Id": "1", "Type": "AuditLogs", "ActivityDisplayName": "x"})])
    result = rig.collect(workspace="w2")
    assert result.failures == []
    assert {note.key for note in result.notes} == {log.name for log in LOGS} - {"AuditLogs"}
    assert "SigninLogs; a diagnostic setting" in result.notes[0].message
    assert rig.landed() == each_once(1)
    assert CursorFile(rig.data_folder, "log_analytics/w2").read().get("SigninLogs") is None


def test_period_is_pulled_by_event_time_and_leaves_the_watermark_alone(rig: Rig) -> None:
    rig.add(1, at=NOW - 20 * DAY, event_at=NOW - 21 * DAY)
    rig.add(2, at=NOW - HOUR)
    rig.collect()
    before = watermark(rig)
    rig.collect(Period(NOW - 30 * DAY, NOW - 10 * DAY))
    assert rig.landed() == each_once(1, 2)
    assert watermark(rig) == before
    again = rig.collect(Period(NOW - 30 * DAY, NOW - 10 * DAY))
    assert (again.known, rig.landed()) == (1, each_once(1, 2))
    assert entries(rig.data_folder)[-1].source.name.endswith("/AuditLogs by TimeGenerated")


def test_plan_says_what_would_be_pulled_and_asks_nothing(rig: Rig) -> None:
    cursors = Kept(SigninLogs={"ingested_before": "2026-03-04T11:00:00Z", "window_seconds": 60})
    plan = rig.collector().plan(cursors, None)
    assert plan[0] == "SigninLogs ingested 2026-03-04T10:50:00Z to 2026-03-04T11:55:00Z"
    assert plan[5] == "AuditLogs ingested 2026-02-25T11:55:00Z to 2026-03-04T11:55:00Z"
    (first, *_) = rig.collector().plan(cursors, Period(NOW - DAY, NOW + DAY))
    assert first == "SigninLogs generated 2026-03-03T12:00:00Z to 2026-03-04T12:00:00Z"
    assert rig.server.asked == []


def test_kill_between_landing_and_cursor_loses_and_doubles_nothing(rig: Rig) -> None:
    rig.add(1, 2, at=NOW - HOUR)
    code = f"""
import os
from pathlib import Path
from pipelines.landing.cursors import CursorFile
from pipelines.sources.workspace import Workspace
from pipelines.sources.log_analytics import LogAnalytics
from pipelines.sources.collecting import collect
from tests.tenant_server.log_analytics_rig import NOW, TENANT, WORKSPACE, Credential
put = CursorFile.put
def put_or_die(self, cursors):
    if "AuditLogs" in cursors and cursors["AuditLogs"]["ingested_before"] > "2026-03-04T11:00:00Z":
        os._exit(9)
    put(self, cursors)
CursorFile.put = put_or_die
queries = Workspace(WORKSPACE, Credential(), {rig.server.endpoint!r}, ca_file={rig.server.ca_file!r})
collect(Path({str(rig.data_folder)!r}), LogAnalytics(queries, TENANT, clock=lambda: NOW))
"""
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=root).returncode == 9
    assert rig.landed() == each_once(1, 2)
    assert rig.collect().known == 2
    assert rig.landed() == each_once(1, 2)
    assert watermark(rig) == "2026-03-04T11:55:00Z"


def test_certificate_of_another_host_is_refused_and_no_token_is_sent(tmp_path: Path) -> None:
    with LogAnalyticsServer(tmp_path, host_of_certificate="api.example.com") as server:
        rig = Rig(tmp_path / "data", server)
        result = rig.collect()
    assert {failure.key for failure in result.failures} == {log.name for log in LOGS}
    assert "the certificate of https://127.0.0.1" in result.failures[0].message
    assert server.asked == []
    assert rig.slept == [], "it does not get better by trying again"


def test_halves_hold_everything_once() -> None:
    window = Window("AuditLogs", "TimeGenerated", NOW, NOW + 3 * timedelta(seconds=1))
    early, late = window.halves() or (window, window)
    assert (early.first, early.last, late.first, late.last) == (NOW, late.first, early.last, window.last)
    shares = [Window("AuditLogs", "TimeGenerated", NOW, NOW + timedelta(seconds=1))]
    while halves := shares[0].halves():
        shares = [*shares[1:], *halves]
    assert {(share.share, share.shares) for share in shares if share.shares == 64} <= {(n, 64) for n in range(64)}


def test_workspace_that_may_not_be_read_says_which_role_to_grant(rig: Rig) -> None:
    rig.server.forbidden = True
    failures = rig.collect().failures
    assert {failure.key for failure in failures} == {log.name for log in LOGS}
    assert "grant the collecting app Log Analytics Data Reader" in failures[0].message
    assert rig.slept == []


def test_workspace_that_is_not_there_is_named(rig: Rig) -> None:
    failures = rig.collect(workspace="nowhere").failures
    assert isinstance(failures[0], Remark)
    assert "there is no workspace nowhere" in failures[0].message
