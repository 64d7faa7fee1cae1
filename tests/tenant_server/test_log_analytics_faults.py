"""Whatever goes wrong on the way, a query is repeated until its answer is whole, or its table fails and says why."""

import random
from collections import Counter
from datetime import timedelta
from itertools import repeat
from pathlib import Path

import pytest
from azure.core.exceptions import ClientAuthenticationError

from pipelines.catalog.logs import LOGS
from pipelines.sources.slices import Period
from pipelines.sources.workspace import ATTEMPTS, Limits
from tests.tenant_server.log_analytics import Fault, LogAnalyticsServer, Status
from tests.tenant_server.log_analytics_rig import NOW, WORKSPACE, Rig

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PERIOD = Period(NOW - HOUR, NOW)


@pytest.fixture
def loaded(rig: Rig) -> Rig:
    """A workspace with an hour of rows in two tables."""
    for number in range(30):
        rig.add(number, at=NOW - HOUR + number * MINUTE)
    rig.add(*range(5), at=NOW - HOUR, table="SigninLogs")
    return rig


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "86400"}, 86_400.0),
        ({"Retry-After": "Wed, 04 Mar 2026 12:01:30 GMT"}, 90.0),
        ({"x-ms-retry-after-ms": "1500"}, 1.5),
    ],
)
def test_throttled_query_waits_as_long_as_it_is_told(loaded: Rig, header: dict[str, str], seconds: float) -> None:
    loaded.server.faults = [Status(429, header)]
    assert loaded.collect(PERIOD).failures == []
    assert loaded.slept == [seconds]
    assert loaded.landed() == Counter(range(30))


@pytest.mark.parametrize("header", [{}, {"Retry-After": "soon"}])
def test_throttled_query_that_is_not_told_how_long_waits_longer_each_time(loaded: Rig, header: dict[str, str]) -> None:
    loaded.server.faults = list(repeat(Status(429, header), 4))
    assert loaded.collect(PERIOD).failures == []
    assert len(loaded.slept) == 4
    assert all(2**number / 2 <= slept <= 2**number for number, slept in enumerate(loaded.slept, 1))


def test_throttling_may_take_longer_than_faults_may(loaded: Rig) -> None:
    loaded.server.faults = list(repeat(Status(429, {"Retry-After": "1"}), 3 * ATTEMPTS))
    assert loaded.collect(PERIOD).failures == []
    assert loaded.landed("SigninLogs") == Counter(range(5))


@pytest.mark.parametrize("fault", [Status(500), Status(502), Status(503), Status(504), "reset", "truncated"])
def test_fault_is_tried_again_and_nothing_is_lost(loaded: Rig, fault: Fault) -> None:
    loaded.server.faults = [fault, None, None, None, None, fault]
    assert loaded.collect(PERIOD).failures == []
    assert len(loaded.slept) == 2
    assert loaded.landed() == Counter(range(30))
    assert loaded.landed("SigninLogs") == Counter(range(5))


def test_service_that_says_when_it_is_back_is_believed(loaded: Rig) -> None:
    loaded.server.faults = [Status(503, {"Retry-After": "3600"})]
    assert loaded.collect(PERIOD).failures == []
    assert loaded.slept == [3600.0]


def test_fault_that_stays_fails_its_table_and_the_others_go_on(loaded: Rig) -> None:
    loaded.server.faults = list(repeat(Status(500), ATTEMPTS))
    (failure,) = loaded.collect(PERIOD).failures
    assert failure.key == "SigninLogs"
    assert "HTTP 500: Fault: on demand, 8 times" in failure.message
    assert loaded.landed() == Counter(range(30))
    assert loaded.collect(PERIOD).failures == []
    assert loaded.landed("SigninLogs") == Counter(range(5))


@pytest.mark.parametrize("faults", [["partial"], [Status(504), Status(504)]])
def test_window_whose_answer_is_partial_or_takes_too_long_is_split(loaded: Rig, faults: list[Fault]) -> None:
    loaded.server.faults = [*[None] * 5, *faults]
    assert loaded.collect(PERIOD).failures == []
    halves = [query for query in loaded.queries() if "datetime(2026-03-04T11:30:00Z)" in query]
    assert len(halves) == 2
    assert loaded.landed() == Counter(range(30))


def test_redirect_is_not_followed(loaded: Rig, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with LogAnalyticsServer(tmp_path / "other") as other:
        loaded.server.faults = [Status(307, {"Location": f"{other.endpoint}/v1/workspaces/{WORKSPACE}/query"})]
        (failure,) = loaded.collect(PERIOD).failures
    assert "redirects (HTTP 307); no token is sent elsewhere" in failure.message
    assert other.asked == []


def test_where_there_is_no_token_nothing_is_asked(loaded: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: str, **__: object) -> None:
        raise ClientAuthenticationError("please run az login\nwith many more lines")

    monkeypatch.setattr(loaded.credential, "get_token", refuse)
    failures = loaded.collect(PERIOD).failures
    assert [failure.key for failure in failures] == [log.name for log in LOGS]
    assert failures[0].message.endswith("please run az login")
    assert loaded.server.asked == []


def test_refused_query_says_why(loaded: Rig) -> None:
    loaded.server.faults = [Status(400, {}, "the table plan does not support this"), Status(401)]
    first, second = loaded.collect(PERIOD).failures
    assert "refuses the query: HTTP 400: Fault: the table plan does not support this" in first.message
    assert "is the cloud in the settings right?" in second.message
    assert loaded.slept == []


def test_nobody_listening_is_a_failure_in_words(tmp_path: Path) -> None:
    with LogAnalyticsServer(tmp_path) as server:
        rig = Rig(tmp_path / "data", server)
    failures = rig.collect(PERIOD).failures
    assert len(failures) == len(LOGS)
    assert "the connection failed" in failures[0].message


@pytest.mark.parametrize("seed", range(20))
def test_no_row_is_lost_or_doubled_whatever_goes_wrong(loaded: Rig, seed: int) -> None:
    chosen = random.Random(seed)  # noqa: S311 - reproducible
    kinds: list[Fault] = [
        None, None, None, Status(429), Status(429, {"Retry-After": "900"}), Status(500), Status(502), Status(503),
        Status(504), "reset", "truncated", "partial",
    ]  # fmt: skip
    loaded.server.faults = chosen.choices(kinds, k=60)
    for _ in range(12):
        if not loaded.collect(PERIOD, limits=Limits(rows=chosen.choice([7, 12, 100]))).failures:
            break
        loaded.now = NOW
    assert loaded.landed() == Counter(range(30))
    assert loaded.landed("SigninLogs") == Counter(range(5))


@pytest.mark.parametrize("fault", ["truncated", "reset", "partial", Status(500)])
def test_nothing_is_kept_of_a_long_answer_that_is_not_whole(rig: Rig, fault: Fault) -> None:
    rig.add(*range(5000), at=NOW - HOUR)
    rig.add(*range(5000, 10_000), at=NOW - HOUR / 4)
    rig.server.faults = [*[None] * 5, fault]
    assert rig.collect(PERIOD).failures == []
    assert [number for number, times in rig.landed().items() if times != 1] == []
    assert len(rig.landed()) == 10_000
