"""What holds for every kind of route, each with a real receiver."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.alerts.delivery import deliver, send_test
from pipelines.alerts.sending import Patience
from tests.alerts.conftest import PLACES, Place
from tests.alerts.samples import ALEX, BELLA, FORBIDDEN, TARGET, USER, alert, hostile_alert

MakePlace = Callable[..., Place]

every_kind = pytest.mark.parametrize("kind", PLACES)


@every_kind
def test_new_findings_arrive_once_however_often_they_are_due(
    kind: str, place: MakePlace, tmp_path: Path, patience: Patience
) -> None:
    to = place(kind)
    for _ in range(3):
        (done,) = deliver(tmp_path, [to.route], [alert(1)], patience)
        assert not done.failures
    (text,) = to.received()
    assert f"f{1:015x}" in text
    assert "app_only_user_write" in text
    (done,) = deliver(tmp_path, [to.route], [alert(1), alert(2, reason="reopened")], patience)
    assert (done.due, done.sent) == (1, 1)


@every_kind
def test_hostile_texts_arrive_harmless(kind: str, place: MakePlace, tmp_path: Path, patience: Patience) -> None:
    to = place(kind)
    (done,) = deliver(tmp_path, [to.route], [hostile_alert()], patience)
    assert (done.sent, done.failures) == (1, [])
    (text,) = to.received()
    assert len(text.encode()) < 28_000
    allowed = {"email": "\n", "syslog": "\ufeff", "udp": "\ufeff"}.get(kind, "")
    assert [character for character in FORBIDDEN if character in text and character not in allowed] == []
    assert "\\u00" not in text, "an escaped control character comes back where the JSON is read"


@every_kind
def test_a_route_that_asks_for_it_gets_no_upn(kind: str, place: MakePlace, tmp_path: Path, patience: Patience) -> None:
    to = place(kind, redact=True)
    others = alert(
        summary=f"{ALEX.upper()} and guest_fabrikam.com#EXT#@example.com, o'brien@example.com%20", agent_name=BELLA
    )
    deliver(tmp_path, [to.route], [others], patience)
    (text,) = to.received()
    assert TARGET in text
    assert f"{USER} and" in text
    for part in (ALEX, BELLA, "alex", "guest", "brien", "example.com"):
        assert part not in text.lower().replace("soc@example.com", "")


@every_kind
def test_many_findings_at_once(kind: str, place: MakePlace, tmp_path: Path, patience: Patience) -> None:
    to = place(kind)
    alerts = [alert(number, severity="low") for number in range(1, 31)] + [alert(31)]
    (done,) = deliver(tmp_path, [to.route], alerts, patience)
    assert (done.sent, done.failures) == (31, [])
    to.wait_for(31)
    received = to.received()
    if kind in ("webhook", "teams", "slack", "email"):
        (digest,) = received
        assert "31 findings at once: 1 critical, 30 low" in digest
        assert digest.index(f"f{31:015x}") < digest.index(f"f{1:015x}")
    else:
        told = "\n".join(received)
        assert all(f"f{number:015x}" in told for number in range(1, 32))
    (done,) = deliver(tmp_path, [to.route], alerts, patience)
    assert (done.due, to.received()) == (0, received)


@every_kind
def test_a_digest_of_hostile_findings_arrives_harmless(
    kind: str, place: MakePlace, tmp_path: Path, patience: Patience
) -> None:
    to = place(kind)
    (done,) = deliver(tmp_path, [to.route], [hostile_alert(number) for number in range(1, 31)], patience)
    assert (done.sent, done.failures) == (30, [])
    allowed = {"email": "\n", "syslog": "\ufeff", "udp": "\ufeff"}.get(kind, "")
    for text in to.received():
        assert [character for character in FORBIDDEN if character in text and character not in allowed] == []


@every_kind
def test_a_test_says_that_it_is_one(kind: str, place: MakePlace, patience: Patience) -> None:
    to = place(kind)
    assert send_test(to.route, patience) is None
    (text,) = to.received()
    assert "TEST, no finding" in text or '"reason":"test"' in text
