"""What is particular to each kind of route."""

import gzip
import hmac
import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest
from azure.core.credentials import AccessToken
from py_ocsf_models import OCSF_VERSION
from py_ocsf_models.events.findings.detection_finding import DetectionFinding

from pipelines.alerts import ocsf, sentinel, slack, syslog, teams
from pipelines.alerts.delivery import deliver, send_test
from pipelines.alerts.message import Message
from pipelines.alerts.routes import EmailRoute, SentinelRoute, SyslogRoute, WebhookRoute
from pipelines.alerts.sending import DeliveryError, Patience
from tests.alerts.conftest import SECRET, Place
from tests.alerts.receivers import WebReceiver, mail_receiver, syslog_receiver, web_receiver
from tests.alerts.samples import alert, hostile_alert

MESSAGES = {
    "one": Message((alert(),)),
    "bare": Message((alert(app_id=None, agent_name=None, user_upn=None, last_seen=None, techniques=()),)),
    "hostile": Message((hostile_alert(),)),
    "digest": Message(tuple(alert(number) for number in range(1, 40)), is_digest=True),
    "hostile digest": Message(tuple(hostile_alert(number) for number in range(1, 40)), is_digest=True),
}

every_message = pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)


@pytest.fixture(scope="session")
def card_schema() -> dict[str, Any]:
    """The published schema of adaptive cards 1.5."""
    text = (resources.files("adaptive_cards") / "schemas" / "schema-1.5.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def test_the_signature_can_be_checked_and_covers_time_and_body(
    web: WebReceiver, hook: WebhookRoute, tmp_path: Path, patience: Patience
) -> None:
    deliver(tmp_path, [hook], [alert()], patience)
    (request,) = web.requests
    at, _, signature = request.headers["X-Whoseagent-Signature"].partition(",v1=")
    at = at.removeprefix("t=")
    expected = hmac.new(SECRET.encode(), at.encode() + b"." + request.body, sha256).hexdigest()
    assert hmac.compare_digest(signature, expected)
    assert abs(time.time() - int(at)) < 300
    assert orjson.loads(request.body)["alert"]["event_id"] == request.headers["Idempotency-Key"]


@every_message
def test_the_card_fits_its_published_schema_and_teams(message: Message, card_schema: dict[str, Any]) -> None:
    body = teams.render(message)
    assert len(body) < 28 * 1024
    (attachment,) = orjson.loads(body)["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    jsonschema.Draft6Validator(card_schema).validate(card)
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}, "other blocks read Markdown"
    assert not any(part in body.decode() for part in ("{{", "${", "https://evil"))


def test_a_card_that_is_wrong_does_not_fit_the_schema(card_schema: dict[str, Any]) -> None:
    card = orjson.loads(teams.render(MESSAGES["one"]))["attachments"][0]["content"]
    card["body"][0]["inlines"][0]["wight"] = "bolder"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft6Validator(card_schema).validate(card)


@every_message
def test_events_fit_the_models_of_ocsf_to_the_last_field(message: Message) -> None:
    assert ocsf.VERSION == OCSF_VERSION
    for event in ocsf.render(message):
        assert DetectionFinding.model_validate(event).model_dump(mode="json", exclude_unset=True) == event


def test_an_event_says_what_the_finding_is() -> None:
    (event,) = ocsf.render(Message((alert(reason="reopened"),)))
    assert (event["class_uid"], event["type_uid"], event["severity_id"]) == (2004, 200402, 5)
    assert event["time"] == 1772443800000
    assert event["finding_info"]["attacks"][0]["sub_technique"]["uid"] == "T1098.002"
    assert event["metadata"]["uid"] == alert().event_id


@every_message
def test_slack_gets_plain_text_within_its_limits(message: Message) -> None:
    document = orjson.loads(slack.render(message))
    assert len(document["blocks"]) <= 50
    for block in document["blocks"]:
        assert block["text"]["type"] == "plain_text"
        assert 0 < len(block["text"]["text"]) <= (150 if block["type"] == "header" else 3000)
    texts = [document["text"], *(block["text"]["text"] for block in document["blocks"])]
    assert not any(mark in text for text in texts for mark in ("<", ">"))


@pytest.mark.parametrize("largest", [2048, 8192])
def test_a_syslog_record_is_no_larger_than_it_may_be_and_stays_one_record(largest: int) -> None:
    for sent in (alert(), hostile_alert(), replace(hostile_alert(), summary="é" * 999)):
        record = syslog.render(sent, largest)
        assert len(record) <= largest
        text = record.decode()
        assert text.startswith("<106>1 2026-03-02T09:30:00Z - whoseagent - new [whoseagent@32473 ")
        data, _, said = text.partition("] \ufeff")
        assert said.startswith(sent.heading[:50])
        assert data.count('="') == data.replace('\\"', "").count('" ') + 1
        assert f'event_id="{sent.event_id}"' in data
        assert not re.search(r"(?<!\\)\]", data)


def test_syslog_goes_over_plain_connections_too(tmp_path: Path, patience: Patience) -> None:
    with syslog_receiver() as receiver:
        route = SyslogRoute(kind="syslog", name="log", host="127.0.0.1", port=receiver.port, protocol="tcp")
        deliver(tmp_path, [route], [alert(1), alert(2)], patience)
        assert len(receiver.records()) == 2


def test_syslog_over_tls_trusts_nobody_it_was_not_told_to(
    certificate: Path, tmp_path: Path, patience: Patience
) -> None:
    with syslog_receiver(certificate) as receiver:
        route = SyslogRoute(kind="syslog", name="log", host="127.0.0.1", port=receiver.port)
        (done,) = deliver(tmp_path, [route], [alert()], patience)
        assert done.failures == ["the certificate of 127.0.0.1 is not trusted: self-signed certificate"]


def email_route(port: int, certificate: Path, **more: Any) -> EmailRoute:
    return EmailRoute.model_validate({
        "kind": "email", "name": "post", "host": "127.0.0.1", "port": port, "user": "alerts", "ca_file": certificate,
        "from": "alerts@example.com", "to": ["soc@example.com", "lead@example.com"], **more,
    })  # fmt: skip


@pytest.fixture
def right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHOSEAGENT_ROUTE_SECRET_POST", "right")


@pytest.mark.usefixtures("right")
@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_letter_goes_encrypted_to_all_its_readers(
    tls: str, certificate: Path, tmp_path: Path, patience: Patience
) -> None:
    with mail_receiver(certificate, starttls=tls == "starttls") as receiver:
        route = email_route(receiver.port, certificate, tls=tls)
        (done,) = deliver(tmp_path, [route], [alert()], patience)
        assert (done.sent, done.failures) == (1, [])
        (letter,) = receiver.letters
    assert (letter["From"], letter["To"]) == ("alerts@example.com", "soc@example.com, lead@example.com")
    assert letter["Subject"] == "whoseagent: App-only write to user data"
    assert letter["Message-ID"] == f"<{alert().event_id}@whoseagent.invalid>"
    assert letter.get_content_type() == "text/plain"


@pytest.mark.usefixtures("right")
def test_a_hostile_title_adds_no_header_and_no_reader(certificate: Path, tmp_path: Path, patience: Patience) -> None:
    with mail_receiver(certificate) as receiver:
        deliver(tmp_path, [email_route(receiver.port, certificate)], [hostile_alert()], patience)
        (letter,) = receiver.letters
        assert letter["Bcc"] is None
        assert letter.get_content_type() == "text/plain"
        assert "https://" not in letter.get_content()


@pytest.mark.usefixtures("right")
def test_a_letter_that_is_refused_for_now_is_sent_again(
    certificate: Path, tmp_path: Path, patience: Patience, slept: list[float]
) -> None:
    with mail_receiver(certificate) as receiver:
        receiver.answers = ["451 busy", "451 busy"]
        (done,) = deliver(tmp_path, [email_route(receiver.port, certificate)], [alert()], patience)
        assert (done.sent, len(slept), len(receiver.letters)) == (1, 2, 1)
        receiver.answers = ["554 never"]
        (done,) = deliver(tmp_path, [email_route(receiver.port, certificate)], [alert(2)], patience)
        assert done.failures == ["127.0.0.1 did not take the message: it answered 554"]


@pytest.mark.usefixtures("right")
def test_a_reader_that_the_server_does_not_know_is_named(certificate: Path, tmp_path: Path, patience: Patience) -> None:
    with mail_receiver(certificate) as receiver:
        receiver.unknown = {"lead@example.com"}
        (done,) = deliver(tmp_path, [email_route(receiver.port, certificate)], [alert()], patience)
        assert (done.sent, done.remarks) == (1, ["127.0.0.1 refused lead@example.com"])
        receiver.unknown |= {"soc@example.com"}
        (done,) = deliver(tmp_path, [email_route(receiver.port, certificate)], [alert(2)], patience)
        assert done.failures == ["127.0.0.1 refused every address in `to`: it answered 550"]


def test_a_wrong_password_is_said_and_not_shown(
    certificate: Path, tmp_path: Path, patience: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHOSEAGENT_ROUTE_SECRET_POST", "wrong-secret")
    with mail_receiver(certificate) as receiver:
        (done,) = deliver(tmp_path, [email_route(receiver.port, certificate)], [alert()], patience)
        assert done.failures == ["127.0.0.1 did not take the password of alerts"]
        assert b"wrong-secret" not in (tmp_path / "cases" / "deliveries.ndjson").read_bytes()


@pytest.mark.usefixtures("right")
def test_no_letter_goes_to_a_server_that_is_not_trusted_or_not_there(
    certificate: Path, nowhere: int, tmp_path: Path, patience: Patience
) -> None:
    with mail_receiver(certificate) as receiver:
        (done,) = deliver(tmp_path, [email_route(receiver.port, certificate, ca_file=None)], [alert()], patience)
        assert done.failures == ["127.0.0.1 has a certificate that is not trusted: self-signed certificate"]
        assert receiver.letters == []
    (done,) = deliver(tmp_path, [email_route(nowhere, certificate)], [alert()], patience)
    assert done.failures == ["127.0.0.1 cannot be reached: Connection refused"]


def test_a_url_of_a_secret_is_checked_and_never_shown(
    place: Callable[[str], Place], monkeypatch: pytest.MonkeyPatch, patience: Patience
) -> None:
    route = place("slack").route
    for url in (
        "http://hooks.example.com/services/T0/B0/hidden",
        "file:///etc/hidden",
        "https://a:hidden@example.com/",
    ):
        monkeypatch.setenv("WHOSEAGENT_ROUTE_SECRET_SLACK", url)
        with pytest.raises(DeliveryError, match="WHOSEAGENT_ROUTE_SECRET_SLACK") as error:
            send_test(route, patience)
        assert "hidden" not in str(error.value)


class Credential:
    """Gives a token for anything, and keeps for what."""

    def __init__(self) -> None:
        self.scopes: list[str] = []

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.scopes += scopes
        return AccessToken("eyJ-of-a-test", 2**40)


def sentinel_route(url: str, certificate: Path) -> SentinelRoute:
    return SentinelRoute.model_validate({
        "kind": "sentinel", "name": "sentinel", "endpoint": url, "rule_id": "dcr-00000000000000000000000000000001",
        "stream": "Custom-WhoseagentAlerts_CL", "tenant_id": "11111111-2222-4333-8444-555555555555",
        "ca_file": certificate,
    })  # fmt: skip


def test_sentinel_gets_rows_by_the_ingestion_api(certificate: Path, patience: Patience) -> None:
    credential = Credential()
    with web_receiver(certificate) as web:
        web.answers = [(204, {})]
        messages = Message((alert(1), hostile_alert(2)))
        sentinel.send(sentinel_route(web.url, certificate), messages, patience, credential)
        (request,) = web.requests
    assert request.path.startswith(
        "/dataCollectionRules/dcr-00000000000000000000000000000001/streams/Custom-WhoseagentAlerts_CL"
    )
    assert request.headers["Authorization"] == "Bearer eyJ-of-a-test"
    assert credential.scopes == ["https://monitor.azure.com/.default"]
    rows = orjson.loads(gzip.decompress(request.body))
    assert [row["EventId"] for row in rows] == [alert(1).event_id, alert(2).event_id]


@pytest.mark.parametrize(
    ("answer", "may_pass", "said"),
    [
        ((429, {"Retry-After": "30"}), True, "answered 429"),
        ((503, {}), True, "answered 503"),
        ((403, {}), False, "Monitoring Metrics Publisher"),
        ((307, {"Location": "https://127.0.0.1:9/"}), False, "answered 307"),
    ],
)
def test_what_azure_monitor_refuses_is_said(
    answer: tuple[int, dict[str, str]], may_pass: bool, said: str, certificate: Path, patience: Patience
) -> None:
    with web_receiver(certificate) as web:
        web.answers = [answer] * 20
        with pytest.raises(DeliveryError, match=said) as error:
            sentinel.send(sentinel_route(web.url, certificate), MESSAGES["one"], patience, Credential())
        assert len(web.requests) == 1
    assert (error.value.may_pass, error.value.retry_after) == (may_pass, 30 if answer[0] == 429 else None)


def test_no_token_goes_to_a_server_that_is_not_trusted(certificate: Path, patience: Patience) -> None:
    with web_receiver(certificate) as web:
        route = sentinel_route(web.url, certificate).model_copy(update={"ca_file": None})
        with pytest.raises(DeliveryError, match="cannot be reached") as error:
            sentinel.send(route, MESSAGES["one"], patience, Credential())
        assert error.value.may_pass
        assert web.requests == []
