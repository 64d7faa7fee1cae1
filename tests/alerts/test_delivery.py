"""What happens when a receiver is down, slow, busy or unwilling, and what is sent again."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from pipelines.alerts.delivery import deliver
from pipelines.alerts.ledger import DeliveryBusyError, Ledger
from pipelines.alerts.routes import FileRoute, SyslogRoute, WebhookRoute
from pipelines.alerts.sending import DeliveryError, Patience
from tests.alerts.conftest import Place
from tests.alerts.receivers import WebReceiver, web_receiver
from tests.alerts.samples import alert


def hook_at(url: str) -> WebhookRoute:
    return WebhookRoute(kind="webhook", name="hook", url=url, min_severity="info")


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_receiver_that_recovers_gets_it_within_the_run(
    status: int, web: WebReceiver, hook: WebhookRoute, tmp_path: Path, patience: Patience
) -> None:
    web.answers = [(status, {}), (status, {})]
    (done,) = deliver(tmp_path, [hook], [alert()], patience)
    assert (done.sent, done.failures, len(web.requests)) == (1, [], 3)
    assert len({request.headers["Idempotency-Key"] for request in web.requests}) == 1


def test_the_wait_that_a_receiver_asks_for_is_kept(
    web: WebReceiver, hook: WebhookRoute, tmp_path: Path, patience: Patience, slept: list[float]
) -> None:
    web.answers = [(429, {"Retry-After": "17"})]
    (done,) = deliver(tmp_path, [hook], [alert()], patience)
    assert (done.sent, slept) == (1, [17])


@pytest.mark.parametrize("wait", ["3600", "Wed, 21 Oct 2093 07:28:00 GMT"])
def test_a_receiver_that_asks_to_wait_for_long_gets_it_in_the_next_run(
    wait: str, web: WebReceiver, hook: WebhookRoute, tmp_path: Path, patience: Patience
) -> None:
    web.answers = [(503, {"Retry-After": wait})]
    (done,) = deliver(tmp_path, [hook], [alert()], patience)
    assert (done.sent, done.waiting, len(web.requests)) == (0, 1, 1)
    assert "answered 503 Service Unavailable, and asks to wait" in done.failures[0]
    (done,) = deliver(tmp_path, [hook], [alert()], patience)
    assert (done.sent, done.failures) == (1, [])


def test_a_receiver_that_is_down_is_tried_a_few_times_and_keeps_no_other_from_its_alerts(
    nowhere: int, tmp_path: Path, patience: Patience, slept: list[float], place: Callable[[str], Place]
) -> None:
    file = place("file")
    down = WebhookRoute(kind="webhook", name="hook", url=f"http://127.0.0.1:{nowhere}", min_severity="info")
    failed, sent = deliver(tmp_path, [down, file.route], [alert(1), alert(2)], patience)
    assert (failed.sent, failed.waiting, len(slept)) == (0, 2, 3)
    assert failed.failures[0].startswith("127.0.0.1 cannot be reached: ")
    assert (sent.sent, len(file.received())) == (2, 2)


def test_a_receiver_that_never_answers_is_given_up_and_gets_it_in_the_next_run(
    web: WebReceiver, hook: WebhookRoute, tmp_path: Path
) -> None:
    web.may_answer.clear()
    (done,) = deliver(tmp_path, [hook], [alert()], Patience(attempts=2, attempt_seconds=0.2, sleep=lambda _: None))
    assert done.failures == ["127.0.0.1 did not answer within 0.2 seconds"]
    web.may_answer.set()
    (done,) = deliver(tmp_path, [hook], [alert()])
    assert (done.sent, done.failures) == (1, [])


def test_a_route_that_takes_too_long_leaves_the_rest_for_the_next_run(
    web: WebReceiver, hook: WebhookRoute, tmp_path: Path
) -> None:
    times = iter(range(0, 1000, 25))
    slow = Patience(sleep=lambda _: None, clock=lambda: next(times))
    (done,) = deliver(tmp_path, [hook], [alert(number) for number in range(1, 6)], slow)
    assert (done.sent, done.waiting, len(web.requests)) == (2, 3, 2)
    assert "it is slow: after 60 seconds the rest waits" in done.failures[0]


def test_what_a_receiver_refuses_for_good_keeps_nothing_else_from_it(
    web: WebReceiver, hook: WebhookRoute, tmp_path: Path, patience: Patience
) -> None:
    web.answers = [(400, {})]
    (done,) = deliver(tmp_path, [hook], [alert(1), alert(2)], patience)
    assert (done.sent, done.waiting, len(web.requests)) == (1, 1, 2)
    assert done.failures == ["127.0.0.1 answered 400 Bad Request"]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_receiver_that_refuses_everything_is_asked_once(
    status: int, web: WebReceiver, hook: WebhookRoute, tmp_path: Path, patience: Patience
) -> None:
    web.answers = [(status, {})] * 9
    (done,) = deliver(tmp_path, [hook], [alert(1), alert(2)], patience)
    assert (done.sent, len(web.requests)) == (0, 1)


def test_redirects_are_not_followed(web: WebReceiver, hook: WebhookRoute, tmp_path: Path, patience: Patience) -> None:
    with web_receiver() as other:
        web.answers = [(307, {"Location": f"{other.url}/elsewhere"})]
        (done,) = deliver(tmp_path, [hook], [alert()], patience)
        assert "answered 307" in done.failures[0]
        assert "redirects are not followed" in done.failures[0]
        assert other.requests == []


def test_messages_for_people_keep_a_distance(
    place: Callable[[str], Place], tmp_path: Path, patience: Patience, slept: list[float]
) -> None:
    deliver(tmp_path, [place("slack").route], [alert(1), alert(2), alert(3)], patience)
    assert slept == [1, 1]


def test_a_route_gets_what_it_wants_by_severity_and_rule(web: WebReceiver, tmp_path: Path, patience: Patience) -> None:
    alerts = [alert(1), alert(2, severity="low"), alert(3, rule_id="another"), alert(4, severity="high")]
    route = WebhookRoute(kind="webhook", name="hook", url=web.url, rules=("app_only_user_write",), min_severity="high")
    deliver(tmp_path, [route], alerts, patience)
    assert [orjson.loads(body)["alert"]["event_id"][-1] for body in web.bodies] == ["1", "4"]


def test_the_certificate_of_a_receiver_is_checked(
    certificate: Path, tmp_path: Path, patience: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHOSEAGENT_ROUTE_SECRET_HOOK", "x")
    with web_receiver(certificate) as web:
        (done,) = deliver(tmp_path, [hook_at(web.url)], [alert()], patience)
        assert done.failures == ["127.0.0.1 cannot be reached: its certificate is not trusted: self-signed certificate"]
        trusting = hook_at(web.url).model_copy(update={"ca_file": certificate})
        (done,) = deliver(tmp_path, [trusting], [alert()], patience)
        assert (done.sent, len(web.requests)) == (1, 1)


def test_a_missing_secret_is_named(tmp_path: Path, patience: Patience) -> None:
    (done,) = deliver(tmp_path, [hook_at("http://127.0.0.1:9/")], [alert()], patience)
    assert done.failures == ["WHOSEAGENT_ROUTE_SECRET_HOOK is not set: it holds the secret that signs the requests"]


def test_failures_and_deliveries_are_remembered(
    web: WebReceiver, hook: WebhookRoute, tmp_path: Path, patience: Patience
) -> None:
    web.answers = [(403, {})]
    deliver(tmp_path, [hook], [alert()], patience)
    history = Ledger(tmp_path).read()["hook"]
    assert (history.failure, history.sent) == ("127.0.0.1 answered 403 Forbidden", set())
    deliver(tmp_path, [hook], [alert()], patience)
    history = Ledger(tmp_path).read()["hook"]
    assert (history.failure, history.sent) == (None, {alert().event_id})


def test_a_line_that_a_crash_tore_sends_once_more_and_spoils_no_other(
    web: WebReceiver, hook: WebhookRoute, tmp_path: Path, patience: Patience
) -> None:
    deliver(tmp_path, [hook], [alert(1)], patience)
    path = Ledger(tmp_path).path
    path.write_bytes(path.read_bytes()[:-9])
    deliver(tmp_path, [hook], [alert(1)], patience)
    deliver(tmp_path, [hook], [alert(1)], patience)
    keys = [request.headers["Idempotency-Key"] for request in web.requests]
    assert keys == [alert(1).event_id] * 2
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_written_down_is_not_sent(
    web: WebReceiver, hook: WebhookRoute, tmp_path: Path, patience: Patience
) -> None:
    Ledger(tmp_path).path.mkdir(parents=True)
    with pytest.raises(DeliveryError, match=r"deliveries\.ndjson cannot be written"):
        deliver(tmp_path, [hook], [alert()], patience)
    assert web.requests == []


def test_two_processes_do_not_deliver_at_the_same_time(
    web: WebReceiver, hook: WebhookRoute, tmp_path: Path, patience: Patience
) -> None:
    with Ledger(tmp_path).opened(), pytest.raises(DeliveryBusyError, match="another process sends alerts"):
        deliver(tmp_path, [hook], [alert()], patience)
    assert web.requests == []


def test_a_kill_between_sending_and_writing_down_sends_once_more_with_the_same_key(
    web: WebReceiver, hook: WebhookRoute, tmp_path: Path, patience: Patience
) -> None:
    web.may_answer.clear()
    code = (
        "import sys; from pathlib import Path; from pipelines.alerts.delivery import deliver\n"
        "from tests.alerts.samples import alert; from tests.alerts.test_delivery import hook_at\n"
        "deliver(Path(sys.argv[1]), [hook_at(sys.argv[2])], [alert()])"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path), hook.url])
    assert web.has_request.wait(60)
    process.send_signal(signal.SIGKILL)
    process.wait()
    web.may_answer.set()
    (done,) = deliver(tmp_path, [hook], [alert()], patience)
    assert done.sent == 1
    assert {request.headers["Idempotency-Key"] for request in web.requests} == {alert().event_id}


def test_a_syslog_server_that_is_down_is_said(nowhere: int, tmp_path: Path, patience: Patience) -> None:
    route = SyslogRoute(kind="syslog", name="log", host="127.0.0.1", port=nowhere, protocol="tcp")
    (done,) = deliver(tmp_path, [route], [alert()], patience)
    assert (done.waiting, done.failures) == (1, ["127.0.0.1 cannot be reached: Connection refused"])


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path, patience: Patience) -> None:
    route = FileRoute(kind="file", name="file", path=tmp_path / "missing" / "alerts.ndjson")
    (done,) = deliver(tmp_path, [route], [alert()], patience)
    assert done.failures == [f"{route.path} cannot be written: No such file or directory"]
