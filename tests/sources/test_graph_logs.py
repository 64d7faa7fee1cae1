"""Sign-ins and directory audits from Graph: nothing lost, nothing twice, whatever Graph does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from pipelines.catalog.logs import BY_EVENT_TYPE
from pipelines.landing.cursors import CursorFile
from pipelines.landing.manifest import entries
from pipelines.sources.collecting import Collected, collect
from pipelines.sources.graph_logs import KEPT_DAYS, POLLS
from pipelines.sources.slices import Period
from tests.sources.graph_tenant import NOW, TENANT, Clock, audit, landed, logs, sign_in
from tests.tenant_server.graph import PREFER, Handler, Json, Server, Tenant, cut, empty_first, reset, serving, status

KINDS = ("interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity")
HOUR = timedelta(hours=1)


def events() -> dict[str, list[Json]]:
    """A day of events, some of them exactly on the hour."""
    found: dict[str, list[Json]] = {}
    numbers = iter(range(10_000))
    for kind in KINDS:
        times = [NOW - HOUR * hours - timedelta(minutes=10 * part) for hours in range(1, 24) for part in (0, 3, 4)]
        found[kind] = [sign_in(next(numbers), at, kind) for at in times]
    found["directoryAudits"] = [audit(number, NOW - HOUR * number) for number in range(1, 24)]
    return found


@pytest.fixture
def tenant() -> Tenant:
    return Tenant(events(), page_size=2)


@pytest.fixture
def server(tenant: Tenant) -> Iterator[Server]:
    with serving(tenant) as server:
        yield server


def all_ids(tenant: Tenant) -> set[str]:
    return {event["id"] for kind in tenant.events.values() for event in kind}


def ids(data_folder: Path) -> Counter[str]:
    return Counter(record["id"] for record in landed(data_folder))


def pull(folder: Path, server: Server, clock: Clock | None = None, period: Period | None = None) -> Collected:
    return collect(folder, logs(server, clock, first_days=1), period)


def test_every_event_lands_once_under_its_log(tmp_path: Path, server: Server, tenant: Tenant) -> None:
    collected = pull(tmp_path, server)
    assert (collected.failures, collected.notes) == ([], [])
    assert ids(tmp_path) == Counter(all_ids(tenant))
    assert {key: count for (key, _), count in collected.lines.items()} == {
        **{BY_EVENT_TYPE[kind].name: 23 * 3 for kind in KINDS},
        "AuditLogs": 23,
    }
    assert {entry.source.tenant_id for entry in entries(tmp_path)} == {TENANT}


def test_kinds_are_polled_apart_in_windows_of_an_hour_t4(tmp_path: Path, server: Server, tenant: Tenant) -> None:
    """Only beta tells sign-ins apart, and one query gives one kind (T4); each page asks for new members (T6)."""
    pull(tmp_path, server)
    filters = [asked.query["$filter"] for asked in tenant.asked if "$skiptoken" not in asked.query]
    assert len(set(filters)) == len(POLLS) * (24 + 1)
    assert [sum(f"t eq '{kind}'" in each for each in filters) for kind in KINDS] == [24 + 1] * 4
    assert {asked.path for asked in tenant.asked} == {"auditLogs/signIns", "auditLogs/directoryAudits"}
    assert {asked.headers["prefer"] for asked in tenant.asked} == {PREFER}
    windows = [entry.source.window for entry in entries(tmp_path) if entry.log == "AuditLogs"]
    spans = [[datetime.fromisoformat(each) for each in window] for window in windows if window]
    assert all(last - first <= HOUR for first, last in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_repeated_collect_changes_nothing(tmp_path: Path, server: Server) -> None:
    pull(tmp_path, server)
    before = entries(tmp_path)
    again = pull(tmp_path, server)
    assert (entries(tmp_path), again.lines, again.known > 0) == (before, Counter(), True)


def test_no_more_than_five_requests_in_ten_seconds(tmp_path: Path, server: Server, tenant: Tenant) -> None:
    clock = Clock()
    pull(tmp_path, server, clock)
    assert (clock.now() - NOW).total_seconds() >= (len(tenant.asked) // 5 - 1) * 10


def test_late_sign_in_is_pulled_by_a_later_collect(tmp_path: Path, server: Server, tenant: Tenant) -> None:
    pull(tmp_path, server, Clock(NOW))
    late, very_late = sign_in(90_001, NOW - HOUR * 5), sign_in(90_002, NOW - HOUR * 40)
    tenant.events["interactiveUser"] += [late, very_late]
    pull(tmp_path, server, Clock(NOW + HOUR))
    found = ids(tmp_path)
    assert (found[late["id"]], found[very_late["id"]]) == (1, 0)
    pull(tmp_path, server, Clock(NOW + timedelta(days=1, minutes=20)))  # by then, it is 64 hours old
    assert ids(tmp_path)[very_late["id"]] == 1


def test_very_late_sign_ins_are_looked_for_once_a_day(tmp_path: Path, server: Server, tenant: Tenant) -> None:
    asked = []
    for hours in (0, 1, 23, 24, 25):
        tenant.asked.clear()
        collector = logs(server, Clock(NOW + HOUR * hours), first_days=1)
        cursors = CursorFile(tmp_path, collector.name).read()
        (line,) = (line for line in collector.plan(cursors, None) if line.startswith("directoryAudits"))
        collect(tmp_path, collector)
        pages = [each for each in tenant.asked if each.path == "auditLogs/directoryAudits"]
        slices = len([page for page in pages if "$skiptoken" not in page.query])
        assert line.endswith(f" {slices} slices")
        asked.append(slices)
    assert asked == [25, 8, 29, 50, 8]


@pytest.mark.parametrize("dies_at", [1, 100])
def test_kill_between_landing_and_cursor_loses_and_doubles_nothing(
    tmp_path: Path, server: Server, tenant: Tenant, dies_at: int
) -> None:
    code = f"""
import os
from pathlib import Path
from dataclasses import replace
from types import SimpleNamespace
from pipelines.sources.collecting import collect
from tests.sources.graph_tenant import logs

class Dying(type(logs(SimpleNamespace(endpoint={server.endpoint!r})))):
    def slices(self, cursors, period):
        for number, each in enumerate(super().slices(cursors, period)):
            yield replace(each, cursors=lambda: os._exit(9)) if number == {dies_at} else each

collector = logs(SimpleNamespace(endpoint={server.endpoint!r}), first_days=1)
collector.__class__ = Dying
collect(Path({str(tmp_path)!r}), collector)
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    assert subprocess.run([sys.executable, "-c", code], check=False, env=environment).returncode == 9
    assert ids(tmp_path) != Counter(all_ids(tenant))
    pull(tmp_path, server)
    assert ids(tmp_path) == Counter(all_ids(tenant))


@pytest.mark.parametrize("seed", range(3))
def test_faults_of_all_sorts_lose_nothing_and_add_nothing(
    tmp_path: Path, server: Server, tenant: Tenant, seed: int
) -> None:
    rng = Random(seed)  # noqa: S311
    faults = (
        status(429),
        status(429, Retry_After="1000"),
        status(429, Retry_After="1"),
        status(503),
        status(410),
        reset,
        cut,
        empty_first,
    )
    clock = Clock()
    for hours in (0, 1, 2):
        tenant.faults.clear()
        tenant.faults.extend(rng.choice(faults) if rng.random() < 0.1 else None for _ in range(2000))
        tenant.reorder = lambda found: Random(len(found)).sample(found, len(found))  # noqa: S311
        clock.time = NOW + HOUR * hours
        collected = pull(tmp_path, server, clock)
        for failure in collected.failures:
            assert "410" in failure.message  # on a first page, which has no place that could be forgotten
    tenant.faults.clear()
    assert pull(tmp_path, server, Clock(NOW + HOUR * 3)).failures == []
    assert set(ids(tmp_path)) == all_ids(tenant)


def test_window_that_is_too_much_for_graph_is_halved(tmp_path: Path, server: Server, tenant: Tenant) -> None:
    """A server that can only answer windows of up to a quarter of an hour."""

    def is_long(handler: Handler, body: bytes) -> None:
        condition = tenant.asked[-1].query["$filter"].split()
        first, last = datetime.fromisoformat(condition[2]), datetime.fromisoformat(condition[6])
        if last - first > timedelta(minutes=15):
            handler.error(504, "UnknownError", "")
        else:
            handler.reply(200, body)

    tenant.events = {"directoryAudits": tenant.events["directoryAudits"], "interactiveUser": []}
    tenant.refuse = {"auditLogs/directoryAudits": is_long}
    tenant.page_size = 10
    collected = collect(tmp_path, logs(server, first_days=1))
    assert collected.failures == []
    expected = {event["id"] for event in tenant.events["directoryAudits"]}
    assert ids(tmp_path) == Counter(expected)


def test_service_that_is_down_fails_the_poll_and_moves_no_cursor(
    tmp_path: Path, server: Server, tenant: Tenant
) -> None:
    tenant.refuse = {"servicePrincipal": status(503)}
    collected = pull(tmp_path, server)
    (failure,) = collected.failures
    assert failure.key == "servicePrincipal"
    assert "HTTP 503" in failure.message
    assert CursorFile(tmp_path, f"graph/{TENANT}").read().get("servicePrincipal") is None
    tenant.refuse = {}
    pull(tmp_path, server)
    assert ids(tmp_path) == Counter(all_ids(tenant))


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (("Authentication_MSGraphPermissionMissing", "The principal does not have it"), "AuditLog.Read.All"),
        (
            (
                "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
                "Neither tenant is B2C or tenant doesn't have premium license",
            ),
            "Microsoft Entra ID P1 or P2",
        ),
    ],
)
def test_refused_poll_says_what_to_do_and_the_others_go_on(
    tmp_path: Path, server: Server, tenant: Tenant, error: tuple[str, str], advice: str
) -> None:
    code, message = error
    tenant.refuse = {"auditLogs/signIns": status(403, name=code, message=message)}
    collected = pull(tmp_path, server)
    assert [failure.key for failure in collected.failures] == list(KINDS)
    assert all(advice in failure.message and message in failure.message for failure in collected.failures)
    assert collected.lines == {("AuditLogs", "graph"): 23}
    assert len([asked for asked in tenant.asked if asked.path == "auditLogs/signIns"]) == 4


def test_backfill_pulls_the_period_and_moves_no_cursor(tmp_path: Path, server: Server, tenant: Tenant) -> None:
    period = Period(NOW - HOUR * 30, NOW - HOUR * 10)
    pull(tmp_path, server, period=period)
    assert CursorFile(tmp_path, f"graph/{TENANT}").read().get("interactiveUser") is None
    inside = {
        event["id"]
        for kind in tenant.events.values()
        for event in kind
        if period.first
        <= datetime.fromisoformat(event.get("createdDateTime") or event["activityDateTime"])
        < period.last
    }
    assert ids(tmp_path) == Counter(inside)
    pull(tmp_path, server)
    assert set(ids(tmp_path)) == all_ids(tenant)


def test_what_graph_no_longer_keeps_is_said(tmp_path: Path, server: Server) -> None:
    pull(tmp_path, server)
    collector = logs(server, Clock(NOW + timedelta(days=KEPT_DAYS + 2)))
    cursors = CursorFile(tmp_path, collector.name).read()
    assert len(list(collector.slices(cursors, None))) == len(POLLS) * (KEPT_DAYS * 24)
    assert {note.key for note in collector.notes} == {poll.key for poll in POLLS}
    assert "2026-03-04T12:30:00Z to 2026-03-06T13:00:00Z cannot be collected" in collector.notes[0].message
