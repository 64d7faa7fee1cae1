"""What was asked of each log, and how much of it came, is kept with the cursors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.catalog.logs import LOGS
from pipelines.landing.cursors import CursorFile
from pipelines.landing.log_collections import LogCollection, collections
from pipelines.sources import graph_logs
from pipelines.sources.collecting import collect
from pipelines.sources.inventory import Inventory
from pipelines.sources.slices import CollectError, Period
from pipelines.sources.storage_account import StorageAccount
from pipelines.warehouse import state
from pipelines.warehouse.warehouse import Warehouse
from tests.sources.graph_tenant import NOW, TENANT, Clock, inventory, logs, sign_in
from tests.sources.test_inventory import directory
from tests.sources.test_storage import AUDITS, REQUESTS, archive, hour, line
from tests.tenant_server.graph import Server, Tenant, serving, status
from tests.tenant_server.log_analytics import LogAnalyticsServer
from tests.tenant_server.log_analytics_rig import NOW as RIG_NOW
from tests.tenant_server.log_analytics_rig import Rig

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.landing.stretches import Stretch
    from tests.emulator import Emulator

OTHER_WORKSPACE = "0f8fad5b-0000-4000-8000-00000000a002"
AUDITS_PATH = "auditLogs/directoryAudits"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST = NOW.replace(minute=0) - DAY
FORBIDDEN = status(403, name="Authorization_RequestDenied", message="Insufficient privileges")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Tenant({"interactiveUser": [sign_in(1, NOW - 3 * HOUR)]}, directory())) as server:
        yield server


def pull(folder: Path, server: Server, now: datetime = NOW, period: Period | None = None) -> None:
    collect(folder, logs(server, Clock(now), first_days=1), period)


def by_log(folder: Path) -> dict[str, LogCollection]:
    return {each.log: each for each in collections(folder)}


def stretches(folder: Path, log: str = "AuditLogs") -> list[tuple[Stretch, bool]]:
    return by_log(folder)[log].stretches


def test_all_that_came_was_asked_for_and_pulled_whether_or_not_there_was_a_record(
    tmp_path: Path, server: Server
) -> None:
    pull(tmp_path, server)
    pull(tmp_path, server, NOW + HOUR)
    kept = by_log(tmp_path)
    assert len(kept) == 5
    assert kept["AuditLogs"].source_name == "auditLogs/directoryAudits directoryAudits"
    for each in kept.values():
        assert (each.tenant_id, each.source) == (TENANT, "graph")
        assert each.stretches == [((FIRST, NOW + HOUR), True)]
        assert each.asked_at == each.succeeded_at
        assert NOW + HOUR <= (each.succeeded_at or NOW) < NOW + 2 * HOUR


def test_what_failed_was_asked_for_and_not_pulled_until_it_comes(tmp_path: Path, server: Server) -> None:
    pull(tmp_path, server)
    server.tenant.refuse[AUDITS_PATH] = FORBIDDEN
    pull(tmp_path, server, NOW + 2 * HOUR)
    assert stretches(tmp_path) == [((FIRST, NOW), True), ((NOW, NOW + 2 * HOUR), False)]
    assert stretches(tmp_path, "SigninLogs") == [((FIRST, NOW + 2 * HOUR), True)]
    failing = by_log(tmp_path)["AuditLogs"]
    assert (failing.asked_at, failing.succeeded_at) == (NOW + 2 * HOUR, NOW)
    server.tenant.refuse.clear()
    pull(tmp_path, server, NOW + 3 * HOUR)
    assert stretches(tmp_path) == [((FIRST, NOW + 3 * HOUR), True)]
    assert by_log(tmp_path)["AuditLogs"].succeeded_at == NOW + 3 * HOUR


def test_log_that_never_came_has_no_success(tmp_path: Path, server: Server) -> None:
    server.tenant.refuse[AUDITS_PATH] = FORBIDDEN
    pull(tmp_path, server)
    assert stretches(tmp_path) == [((FIRST, NOW), False)]
    assert by_log(tmp_path)["AuditLogs"].succeeded_at is None


def test_what_graph_keeps_no_more_stays_asked_for(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph_logs, "KEPT_DAYS", 2)  # of 30 days each hour would be asked for
    pull(tmp_path, server)
    later = NOW + 4 * DAY
    pull(tmp_path, server, later)
    kept_since = later.replace(minute=0) - 2 * DAY + HOUR
    assert stretches(tmp_path) == [((FIRST, NOW), True), ((NOW, kept_since), False), ((kept_since, later), True)]
    assert (by_log(tmp_path)["AuditLogs"].succeeded_at or NOW) >= later


def test_period_is_a_stretch_of_its_own_and_no_newer_success(tmp_path: Path, server: Server) -> None:
    pull(tmp_path, server)
    period = Period(FIRST - 5 * DAY, FIRST - 4 * DAY)
    pull(tmp_path, server, NOW + HOUR, period)
    assert stretches(tmp_path) == [((period.first, period.last), True), ((FIRST, NOW), True)]
    assert by_log(tmp_path)["AuditLogs"].asked_at == NOW


def test_cursor_is_never_further_than_what_is_kept_as_pulled(tmp_path: Path, server: Server) -> None:
    """A kill may cut the file anywhere: what the cursor has passed by would be a hole for ever."""
    pull(tmp_path, server)
    file = CursorFile(tmp_path, logs(server).name)
    lines = file.path.read_bytes().splitlines(keepends=True)
    for length in range(len(lines)):
        file.path.write_bytes(b"".join(lines[:length]))
        cursor = file.read().get("directoryAudits")
        if cursor:
            (((first, last), is_pulled),) = stretches(tmp_path)
            assert (first, is_pulled) == (FIRST, True)
            assert datetime.fromisoformat(cursor["until"]) <= last


def test_directory_has_a_success_and_no_window(tmp_path: Path, server: Server) -> None:
    collect(tmp_path, inventory(server, Clock(NOW)))
    users = by_log(tmp_path)["Users"]
    assert (users.source, users.stretches, users.succeeded_at) == ("inventory", [], NOW)
    assert "Drives" in by_log(tmp_path)


def test_source_that_cannot_be_read_at_all_is_unknown_until_it_can(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Any:
        raise CollectError("no permission")

    with monkeypatch.context() as patch:
        patch.setattr(Inventory, "slices", refuse)
        collect(tmp_path, inventory(server, Clock(NOW)))
    assert [(each.log, each.source, each.succeeded_at) for each in collections(tmp_path)] == [
        ("unknown", "inventory", None)
    ]
    collect(tmp_path, inventory(server, Clock(NOW)))
    assert "unknown" not in by_log(tmp_path)


def test_workspace_is_asked_up_to_what_may_not_show_yet_and_a_table_that_is_not_there_is_not_expected(
    tmp_path: Path,
) -> None:
    with LogAnalyticsServer(tmp_path) as server:
        rig = Rig(tmp_path / "data", server)
        for log in LOGS:
            if log.name != "AuditLogs":
                server.add(OTHER_WORKSPACE, log.name)
        rig.collect(workspace=OTHER_WORKSPACE, lookback=DAY)
    kept = by_log(tmp_path / "data")
    assert (len(kept), "AuditLogs" in kept) == (6, False)
    last = RIG_NOW - timedelta(minutes=5)
    assert kept["SigninLogs"].stretches == [((last - DAY, last), True)]
    assert kept["SigninLogs"].succeeded_at == RIG_NOW
    assert kept["SigninLogs"].source_name == f"{OTHER_WORKSPACE}/SigninLogs"


def test_container_is_asked_from_its_first_day_and_one_that_refuses_is_not_pulled(
    tmp_path: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    for name in (AUDITS, REQUESTS):
        emulator.make_container(name)
        emulator.write(name, hour(now - 5 * DAY), line(1))
    ask = StorageAccount.folders

    def refuse_audits(account: StorageAccount, container: str, prefix: str = "") -> list[str]:
        if container == AUDITS:
            raise CollectError("refused")
        return ask(account, container, prefix)

    monkeypatch.setattr(StorageAccount, "folders", refuse_audits)
    collect(tmp_path, archive(emulator.url))
    kept = by_log(tmp_path)
    ((stretch, is_pulled),) = kept["MicrosoftGraphActivityLogs"].stretches
    assert is_pulled
    assert stretch[0] == datetime(*(now - 5 * DAY).timetuple()[:3], tzinfo=UTC)
    assert now <= stretch[1] == kept["MicrosoftGraphActivityLogs"].succeeded_at
    assert [is_pulled for _, is_pulled in kept["AuditLogs"].stretches] == [False]
    assert kept["AuditLogs"].succeeded_at is None


def test_tables_say_of_each_hour_whether_it_was_looked_at_and_a_newer_success_is_published(
    tmp_path: Path, server: Server
) -> None:
    warehouse = Warehouse(tmp_path)
    pull(tmp_path, server)
    warehouse.run()
    state.publish(warehouse)
    assert state.is_published(warehouse)
    hours = "select hour, landed, is_expected, is_pulled, is_waiting from completeness where log = 'SigninLogs'"
    found = {row[0]: row[1:] for row in warehouse.rows(hours)}
    assert len(found) == 25
    with_record = (NOW - 3 * HOUR).replace(minute=0, tzinfo=None)
    assert found.pop(with_record) == (1, True, True, False)
    assert set(found.values()) == {(0, True, True, False)}
    server.tenant.refuse[AUDITS_PATH] = FORBIDDEN
    pull(tmp_path, server, NOW + 2 * HOUR)
    assert not state.is_published(warehouse)
    state.publish(warehouse)
    newest = "select log, last_success_at from collections where is_pulled and log in ('AuditLogs', 'SigninLogs')"
    at = NOW.replace(tzinfo=None)
    assert dict(warehouse.rows(newest)) == {"AuditLogs": at, "SigninLogs": at + 2 * HOUR}
    assert [row[:3] for row in warehouse.check("expected_hours_are_pulled").rows] == [(TENANT, "AuditLogs", 3)]
