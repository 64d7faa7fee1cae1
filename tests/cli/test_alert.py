"""`whoseagent alert`, and the alerts of `whoseagent run`."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import orjson
import pytest

from pipelines.cases.events import Opened
from pipelines.cases.log import CaseLog
from tests.alerts.receivers import WebReceiver, web_receiver
from tests.cli.conftest import Whoseagent

REQUEST = {
    "category": "MicrosoftGraphActivityLogs",
    "time": "2026-03-02T08:00:00Z",
    "properties": {
        "requestId": "0f9c5e3b-3d0b-4f0e-9d53-0c8f6f7f2a01",
        "timeGenerated": "2026-03-02T08:00:00Z",
        "tenantId": "11111111-2222-4333-8444-555555555555",
        "requestMethod": "DELETE",
        "requestUri": "https://graph.microsoft.com/v1.0/users/5b1c2d3e-0000-4000-8000-00000000000a/messages/AAMkADAx0001",
        "responseStatusCode": 204,
        "appId": "3b0f9c5e-3d0b-4f0e-9d53-0c8f6f7f2a11",
        "servicePrincipalId": "0b5d9f3a-7c11-4c0e-9a55-3f6e2d8c1b44",
        "C_Idtyp": "app",
    },
}


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebReceiver]:
    """A receiver, and the settings that name it as the route `soc`."""
    monkeypatch.setenv("WHOSEAGENT_ROUTE_SECRET_SOC", "of the tests")
    with web_receiver() as receiver:
        (tmp_path / "whoseagent.toml").write_text(
            f'[[routes]]\nkind = "webhook"\nname = "soc"\nurl = "{receiver.url}/hook"\n'
        )
        yield receiver


def open_finding(data_folder: Path, title: str = "An app wrote") -> None:
    finding = Opened(
        finding_id="f", rule_id="r", title=title, severity="high", tenant_id="t", day=date(2026, 3, 2), summary="s"
    )
    CaseLog(data_folder).write("whoseagent", lambda _cases, _now: [finding])


def test_a_test_alert_reaches_the_route_and_is_no_delivery(whoseagent: Whoseagent, web: WebReceiver) -> None:
    assert whoseagent("alert", "test", "SOC") == (0, "soc (webhook): the receiver took the test alert\n", "")
    (body,) = web.bodies
    assert orjson.loads(body)["alert"]["reason"] == "test"
    assert orjson.loads(whoseagent("alert", "status", "--json").out)["routes"][0]["last_delivery"] is None


def test_a_test_that_fails_says_why(whoseagent: Whoseagent, web: WebReceiver) -> None:
    web.answers = [(404, {})]
    ended = whoseagent("alert", "test", "soc")
    assert (ended.code, ended.err) == (1, "whoseagent: soc: 127.0.0.1 answered 404 Not Found\n")
    ended = whoseagent("alert", "test", "other")
    assert (ended.code, ended.err) == (2, "whoseagent: there is no route other; the routes are soc\n")


def test_without_routes_the_verbs_say_how_to_add_one(whoseagent: Whoseagent) -> None:
    for verb in (("test", "soc"), ("send",), ("status",)):
        ended = whoseagent("alert", *verb)
        assert ended.code == 2
        assert "add [[routes]] to whoseagent.toml" in ended.err


def test_what_is_due_is_sent_once_and_failures_are_shown(
    whoseagent: Whoseagent, web: WebReceiver, tmp_path: Path
) -> None:
    open_finding(tmp_path / "data")
    web.answers = [(403, {})]
    ended = whoseagent("alert", "send")
    assert (ended.code, ended.out) == (1, "soc (webhook): nothing sent, 1 waiting for the next time\n")
    assert ended.err == "whoseagent: warning: alerts to soc: 127.0.0.1 answered 403 Forbidden\n"
    (state,) = orjson.loads(whoseagent("alert", "status", "--json").out)["routes"]
    assert (state["waiting"], state["last_failure"].split(" ", 1)[1]) == (1, "127.0.0.1 answered 403 Forbidden")
    assert whoseagent("alert", "send") == (0, "soc (webhook): 1 alert in 1 message sent\n", "")
    assert whoseagent("alert", "send") == (0, "soc (webhook): nothing sent\n", "")
    assert "soc" in whoseagent("alert", "status").out
    (state,) = orjson.loads(whoseagent("alert", "status", "--json").out)["routes"]
    assert (state["waiting"], state["last_failure"]) == (0, None)


def test_a_run_sends_what_it_found_and_a_receiver_that_fails_does_not_fail_it(
    whoseagent: Whoseagent, web: WebReceiver, tmp_path: Path
) -> None:
    (tmp_path / "export.ndjson").write_bytes(orjson.dumps(REQUEST) + b"\n")
    whoseagent("import", "export.ndjson")
    web.answers = [(401, {})]
    ended = whoseagent("run")
    assert (ended.code, "sent:" in ended.out) == (0, False)
    assert "warning: alerts to soc: 127.0.0.1 answered 401" in ended.err
    ended = whoseagent("run", "--json")
    assert ended.code == 0
    assert orjson.loads(ended.out)["alerts"][0]["sent"] == 1
    sent = orjson.loads(web.bodies[-1])["alert"]
    assert (sent["rule_id"], sent["request_count"]) == ("app_only_user_write", 1)
    assert sent["what_to_do"].startswith("Ask the owner of the app")
    whoseagent("run")
    assert len(web.requests) == 2
