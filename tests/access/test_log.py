import json
import signal
from datetime import date
from pathlib import Path

import pytest

from pipelines.access.entry import AccessLogError
from pipelines.access.events import AskedSql, Exported, Looked, Refused, SignedOff
from pipelines.access.key import PseudonymKeyError, pseudonym_key
from pipelines.access.labels import User
from pipelines.access.log import AccessLog, read_access, verify_access
from pipelines.access.people import People
from pipelines.access.pseudonyms import Pseudonyms
from pipelines.access.reveal import reveal
from pipelines.access.roles import Act, NotAllowedError
from tests.access.conftest import KIM, LEE, OBJECT, TENANT
from tests.cases.conftest import Python, python
from tests.cli.conftest import Whoseagent, whoseagent

__all__ = ["python", "whoseagent"]

LOOKS_ALWAYS = """
import pathlib, sys
from pipelines.access.events import Looked
from pipelines.access.log import AccessLog
from pipelines.access.roles import Role, Viewer
log = AccessLog(pathlib.Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    (entry,) = log.write(Viewer("lee", Role.VIEWER, is_signed_in=False), Looked(page="overview"))
    print(entry.event_id, flush=True)
"""
MAKES_KEY = """
import pathlib, sys
from pipelines.access.key import pseudonym_key
print(pseudonym_key(pathlib.Path(sys.argv[1])).hex())
"""


def test_what_several_processes_write_while_one_is_killed_stands_there_once(python: Python, tmp_path: Path) -> None:
    killed, last = python(LOOKS_ALWAYS, tmp_path, 1000), python(LOOKS_ALWAYS, tmp_path, 20)
    assert killed.stdout is not None
    acknowledged = [killed.stdout.readline().decode().strip() for _ in range(20)]
    killed.send_signal(signal.SIGKILL)
    acknowledged += killed.stdout.read().decode().split("\n")[:-1]
    killed.stdout.close()
    killed.wait()
    acknowledged += last.communicate()[0].decode().split()
    AccessLog(tmp_path).write(KIM, Exported(what="findings"), AskedSql(query="select 1"))
    written = [entry.event_id for entry in read_access(tmp_path)]
    assert set(acknowledged) <= set(written)
    assert len(set(written)) == len(written)
    assert verify_access(tmp_path).problems == []
    for path in (tmp_path / "access", tmp_path / "access" / "events.ndjson"):
        assert path.stat().st_mode & 0o077 == 0


def test_who_cannot_be_written_down_is_told_so_and_shown_nothing(tmp_path: Path) -> None:
    log = AccessLog(tmp_path)
    log.write(KIM, Looked(page="overview"))
    (tmp_path / "access" / "head.json").unlink()
    (tmp_path / "access" / "head.json").mkdir()
    with pytest.raises(AccessLogError, match=r"cannot be written .*so nothing is shown"):
        log.write(KIM, Looked(page="overview"))
    (tmp_path / "in the way").write_text("")
    with pytest.raises(AccessLogError, match="so nothing is shown; check the permissions"):
        AccessLog(tmp_path / "in the way").write(KIM, Looked(page="overview"))


def test_who_may_not_is_refused_and_that_is_written_down(tmp_path: Path) -> None:
    log = AccessLog(tmp_path)
    log.check(KIM, Act.REVEAL)
    with pytest.raises(NotAllowedError):
        log.check(LEE, Act.ASK_SQL)
    log.refuse_sign_in({"preferred_username": "x" * 500}, NotAllowedError("no role"))
    refused, stranger = read_access(tmp_path)
    assert (refused.actor, refused.role, refused.what) == (
        LEE.name,
        LEE.role,
        Refused(what="ask in SQL", reason="the role viewer may not ask in SQL; that takes the role analyst"),
    )
    assert (len(stranger.actor), stranger.role) == (200, None)


def test_a_reveal_needs_a_reason_and_stands_in_the_log_before_it_is_told(tmp_path: Path) -> None:
    people = People()
    people.add(User(TENANT, OBJECT), OBJECT)
    people.add(User(TENANT, OBJECT), "alex@contoso.com")
    pseudonyms = Pseudonyms(b"k" * 32, people)
    log, alex = AccessLog(tmp_path), pseudonyms.of_label("alex@contoso.com", TENANT)
    with pytest.raises(NotAllowedError, match="say why"):
        reveal(log, KIM, pseudonyms, alex, " \n")
    with pytest.raises(NotAllowedError, match="no user"):
        reveal(log, KIM, pseudonyms, "user-AAAAAAAAAAAA", "ticket 1")
    with pytest.raises(NotAllowedError, match="reviewer"):
        reveal(log, LEE, pseudonyms, alex, "ticket 1")
    assert [entry.what.kind for entry in read_access(tmp_path)] == ["refused"]
    assert reveal(log, KIM, pseudonyms, alex, "ticket 1") == [OBJECT, "alex@contoso.com"]
    last = list(read_access(tmp_path))[-1]
    assert last.what.model_dump() == {
        "kind": "revealed",
        "pseudonym": alex,
        "user": f"{OBJECT} alex@contoso.com",
        "reason": "ticket 1",
    }
    (tmp_path / "access" / "head.json").unlink()
    with pytest.raises(AccessLogError, match="removed entries would go unnoticed"):
        reveal(log, KIM, pseudonyms, alex, "ticket 2")


def test_the_verb_lists_it_and_verify_finds_changes(whoseagent: Whoseagent, tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert "nobody looked at anything" in whoseagent("access").out
    log = AccessLog(data)
    log.write(KIM, Looked(page="overview", filters={"app_id": "x\x1b[31m"}))
    month = (date(2026, 3, 1), date(2026, 3, 31))
    signed = {"control": "AC-2", "first_day": month[0], "last_day": month[1], "statement": "reviewed"}
    log.write(KIM, SignedOff.model_validate({**signed, "answer_sha256": "0f" * 32}))
    log.write(LEE, Looked(page="agents"))
    shown = whoseagent("access").out
    assert "overview" in shown
    assert "\x1b" not in shown
    found = json.loads(whoseagent("access", "--json", "--actor", "KIM@contoso.com").out)
    assert [(each["seq"], each["kind"]) for each in found] == [(0, "looked"), (1, "signed_off")]
    assert json.loads(whoseagent("access", "--json", "--actor", OBJECT).out) == found
    assert json.loads(whoseagent("access", "--json", "--to", "2026-01-01").out) == []
    assert len(json.loads(whoseagent("access", "--json", "--from", "2026-01-01").out)) == 3
    assert "3 events of access: intact; head sha256 of access" in whoseagent("verify").out
    events = data / "access" / "events.ndjson"
    events.write_bytes(events.read_bytes().replace(b"agents", b"people"))
    ended = whoseagent("verify")
    assert ended.code == 1
    assert "NOT intact; restore access/events.ndjson" in ended.err
    with pytest.raises(AccessLogError, match="whoseagent verify"):
        AccessLog(data).write(KIM, Looked(page="overview"))


def test_the_key_is_made_once_and_its_owners_alone(
    python: Python, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    makers = [python(MAKES_KEY, tmp_path) for _ in range(3)]
    assert {maker.communicate()[0].decode().strip() for maker in makers} == {pseudonym_key(tmp_path).hex()}
    path = tmp_path / "access" / "key"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(PseudonymKeyError, match="others may read"):
        pseudonym_key(tmp_path)
    path.chmod(0o600)
    path.write_text("short")
    with pytest.raises(PseudonymKeyError, match="access/key is no key"):
        pseudonym_key(tmp_path)
    monkeypatch.setenv("WHOSEAGENT_PSEUDONYM_KEY", "0f" * 32)
    assert pseudonym_key(tmp_path) == b"\x0f" * 32
