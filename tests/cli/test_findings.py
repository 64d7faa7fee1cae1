"""`whoseagent findings`: what is there, what it means, and what people make of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.cases.log import read_entries
from tests.cli.conftest import Whoseagent
from tests.cli.triage_data import APP, TENANT, publish_findings

HOSTILE = "\x1b[31mRed\x1b]0;owned\x07\r\n\u202eevil"
USER = "5b1c2d3e-0000-4000-8000-00000000000a"
Ids = Callable[..., list[str]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with four findings."""
    return publish_findings(
        tmp_path / "data",
        {"finding_id": "aaaa", "severity": "low"},
        {"finding_id": "bbbb", "severity": "critical", "target_user_id": USER, "target_user_upn": "Alex@contoso.com"},
        {"finding_id": "cccc", "day": "2026-03-03", "rule_id": "secret_added", "app_id": "other", "agent_name": "Bot"},
        {"finding_id": "dddd", "summary": HOSTILE, "agent_name": HOSTILE},
    )


@pytest.fixture
def ids(whoseagent: Whoseagent) -> Ids:
    """The ids of the findings that a list shows."""

    def listed(*arguments: str) -> list[str]:
        ended = whoseagent("findings", "list", "--json", *arguments)
        assert (ended.code, ended.err) == (0, "")
        return [row["finding_id"] for row in json.loads(ended.out)]

    return listed


@pytest.mark.usefixtures("data")
def test_open_findings_are_listed_gravest_first(whoseagent: Whoseagent, ids: Ids) -> None:
    assert ids() == ["bbbb", "cccc", "dddd", "aaaa"]
    ended = whoseagent("findings")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.index("bbbb") < ended.out.index("aaaa")
    assert "Mail helper sent mail." in ended.out


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--rule", "secret_added"], ["cccc"]),
        (["--severity", "high"], ["bbbb", "cccc", "dddd"]),
        (["--severity", "critical"], ["bbbb"]),
        (["--tenant", TENANT.upper()], ["bbbb", "cccc", "dddd", "aaaa"]),
        (["--tenant", "other"], []),
        (["--day", "2026-03-03"], ["cccc"]),
        (["--from", "2026-03-03"], ["cccc"]),
        (["--to", "2026-03-02"], ["bbbb", "dddd", "aaaa"]),
        (["--app", APP, "--severity", "high"], ["bbbb", "dddd"]),
        (["--app", "bot"], ["cccc"]),
        (["--user", "alex@contoso.com"], ["bbbb"]),
        (["--user", USER], ["bbbb"]),
        (["--user", "' or true --"], []),
        (["--assignee", "kim"], []),
        (["--status", "resolved"], []),
    ],
)
def test_filters(ids: Ids, arguments: list[str], expected: list[str]) -> None:
    assert ids(*arguments) == expected


def test_at_most_fifty_are_shown_and_the_rest_counted(whoseagent: Whoseagent, tmp_path: Path) -> None:
    publish_findings(tmp_path / "data", *({"finding_id": f"{number:04}"} for number in range(53)))
    ended = whoseagent("findings", "list")
    assert ended.out.count("Mail helper sent mail.") == 50
    assert "and 3 more findings" in ended.err


@pytest.mark.usefixtures("data")
def test_show_says_what_it_means_what_to_do_and_what_happened(whoseagent: Whoseagent) -> None:
    whoseagent("findings", "set", "bbbb", "--comment", "asked the owner", "--by", "kim")
    ended = whoseagent("findings", "show", "bbbb")
    assert (ended.code, ended.err) == (0, "")
    for text in ("critical: mail_sent happened", "It means this.", "It fires so.", "Ask the owner.", "Migrations."):
        assert text in ended.out
    assert "AuditLogs 1 in AuditLogs/graph/0.zst" in ended.out
    assert "Alex@contoso.com" in ended.out
    assert "whoseagent: opened" in ended.out
    assert "kim: commented comment=asked the owner" in ended.out
    shown = json.loads(whoseagent("findings", "show", "bbbb", "--json").out)
    assert (shown["rule"]["why"], shown["status"]) == ("It fires so.", "new")
    assert [event["kind"] for event in shown["history"]] == ["opened", "commented"]


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("arguments", [["show", "dddd"], ["list"], ["history", "dddd"]])
def test_hostile_text_does_not_steer_the_terminal(whoseagent: Whoseagent, arguments: list[str]) -> None:
    whoseagent("findings", "set", "dddd", "--comment", HOSTILE, "--assign", HOSTILE, "--by", HOSTILE)
    ended = whoseagent("findings", *arguments)
    assert ended.code == 0
    assert "Red" in ended.out
    assert not [char for char in ended.out if not char.isprintable() and char != "\n"]


def test_set_writes_what_is_not_so_already(whoseagent: Whoseagent, ids: Ids, data: Path) -> None:
    wish = ["findings", "set", "aaaa", "bbbb", "--status", "in_progress", "--assign", "kim", "--by", "lee"]
    assert "2 findings: 4 events written" in whoseagent(*wish).out
    assert "nothing to change" in whoseagent(*wish).out
    assert ids("--assignee", "kim") == ids("--status", "in_progress") == ["bbbb", "aaaa"]
    whoseagent("findings", "set", "aaaa", "--assign", "")
    assert ids("--assignee", "kim") == ["bbbb"]
    whoseagent("findings", "set", "aaaa", "--status", "false_positive")
    assert "aaaa" not in ids()
    assert {entry.actor for entry in read_entries(data)} >= {"lee", "whoseagent"}


def test_many_are_set_only_with_yes(whoseagent: Whoseagent, ids: Ids, data: Path) -> None:
    before = len(list(read_entries(data)))
    ended = whoseagent("findings", "set", "--severity", "high", "--status", "acknowledged")
    assert (ended.code, ended.out) == (2, "")
    assert "the filters find 3 findings; add --yes" in ended.err
    assert len(list(read_entries(data))) == before
    assert whoseagent("findings", "set", "--severity", "high", "--status", "acknowledged", "--yes").code == 0
    assert ids("--status", "acknowledged") == ["bbbb", "cccc", "dddd"]


def test_a_finding_that_is_not_there_is_exit_1_and_changes_nothing(whoseagent: Whoseagent, data: Path) -> None:
    before = len(list(read_entries(data)))
    for arguments in (["show", "nope"], ["history", "nope"], ["set", "aaaa", "nope", "--status", "resolved"]):
        ended = whoseagent("findings", *arguments)
        assert (ended.code, ended.out) == (1, "")
        assert "no finding nope" in ended.err
    assert len(list(read_entries(data))) == before


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["set", "aaaa"], "say what to set"),
        (["set", "--status", "resolved", "--yes"], "name findings"),
        (["set", "aaaa", "--status", "done"], "--status"),
        (["set", "aaaa", "--comment", "x" * 100_000], "comment has 100,000 characters; at most 10,000 are kept"),
        (["set", "aaaa", "--comment", " "], "comment is empty"),
        (["list", "--severity", "grave"], "--severity"),
        (["list", "--day", "2026-03-02", "--to", "2026-03-03"], "give --day, or --from and --to"),
        (["suppress", "aaaa", "--owner", "o", "--reason", "r"], "--until"),
        (["suppress", "--owner", "o", "--reason", "r", "--until", "2099-01-01", "--yes"], "name findings, or a scope"),
        (["suppress", "aaaa", "--owner", "o", "--reason", "r", "--until", "2099-01-01"], "more than a year away"),
        (["suppress", "aaaa", "--owner", "o", "--reason", "r", "--until", "2020-01-01"], "is over already"),
        (["suppress", "--rule", "x", "--owner", "o", "--reason", "r", "--until", "2099-01-01"], "there is no rule x"),
        (["suppress", "--app", "Bot", "--owner", "o", "--reason", "r", "--until", "2099-01-01"], "--app takes an id"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(whoseagent: Whoseagent, arguments: list[str], message: str) -> None:
    ended = whoseagent("findings", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert len(ended.err.splitlines()) == 1


def test_nothing_is_published_yet(whoseagent: Whoseagent) -> None:
    ended = whoseagent("findings")
    assert ended.code == 1
    assert "run `whoseagent run` first" in ended.err


@pytest.fixture
def soon() -> str:
    """A day within a year."""
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415

    return f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"


@pytest.mark.usefixtures("data")
def test_a_scope_is_suppressed_and_lifted(whoseagent: Whoseagent, ids: Ids, soon: str) -> None:
    review = ["--owner", "Messaging team", "--reason", "Migration", "--ticket", "CHG-1", "--until", soon]
    scope = ["findings", "suppress", "--rule", "mail_sent", "--app", APP.upper(), *review]
    assert whoseagent(*scope).code == 2
    (event,) = json.loads(whoseagent(*scope, "--yes", "--json").out)
    assert (event["kind"], event["app_id"], event["finding_id"]) == ("suppressed", APP, None)
    assert ids() == ["cccc"]
    assert ids("--status", "suppressed") == ["bbbb", "dddd", "aaaa"]
    (row,) = json.loads(whoseagent("findings", "suppressions", "--json").out)
    assert (row["hits"], row["is_active"], row["ticket"]) == (3, True, "CHG-1")
    lift = ["findings", "unsuppress", event["event_id"], "--reason", "over"]
    assert whoseagent(*lift).code == 0
    assert ids() == ["bbbb", "cccc", "dddd", "aaaa"]
    assert "no suppression" in whoseagent(*lift).err
    assert whoseagent(*lift).code == 1
    assert "false" in whoseagent("findings", "suppressions").out


def test_what_is_there_now_is_suppressed_one_by_one(whoseagent: Whoseagent, ids: Ids, data: Path, soon: str) -> None:
    review = ["--owner", "o", "--reason", "r", "--until", soon]
    assert whoseagent("findings", "suppress", "--severity", "critical", *review, "--yes").code == 0
    assert whoseagent("findings", "suppress", "aaaa", *review).code == 0
    assert ids("--status", "suppressed") == ["bbbb", "aaaa"]
    written: list[Any] = [entry.what for entry in read_entries(data) if entry.what.kind == "suppressed"]
    assert [what.finding_id for what in written] == ["bbbb", "aaaa"]


def test_a_finding_that_is_gone_can_still_be_shown(whoseagent: Whoseagent, ids: Ids, data: Path) -> None:
    publish_findings(data, {"finding_id": "cccc", "day": "2026-03-03", "rule_id": "secret_added"})
    assert ids() == ["cccc"]
    assert ids("--status", "closed") == ["bbbb", "dddd", "aaaa"]
    ended = whoseagent("findings", "show", "bbbb")
    assert ended.code == 0
    assert "no longer found" in ended.out
    assert "Mail helper sent mail." in ended.out


@pytest.mark.usefixtures("data")
def test_triage_shows_in_sql_at_once(whoseagent: Whoseagent) -> None:
    whoseagent("findings", "set", "aaaa", "--status", "resolved", "--assign", "kim")
    query = (
        "select f.status, s.assignee from findings f join finding_states s using (finding_id) where f.severity = 'low'"
    )
    assert json.loads(whoseagent("sql", query, "--format", "json").out) == [{"status": "resolved", "assignee": "kim"}]


def test_verify_tells_what_a_kill_leaves_apart(whoseagent: Whoseagent, data: Path) -> None:
    with (data / "cases" / "events.ndjson").open("ab") as events:
        events.write(b'{"version":1')
    ended = whoseagent("verify")
    assert ended.code == 1
    assert "the last line of cases/events.ndjson is incomplete" in ended.out
    assert "the next triage command mends that" in ended.err


def test_verify_names_what_was_changed_in_the_events(whoseagent: Whoseagent, data: Path) -> None:
    assert "4 events of cases: intact" in whoseagent("verify").out
    events = data / "cases" / "events.ndjson"
    events.write_bytes(events.read_bytes().replace(b"Bot", b"Tob"))
    ended = whoseagent("verify")
    assert ended.code == 1
    assert "entry 3 of cases/events.ndjson" in ended.out
    assert "NOT intact" in ended.err
    refused = whoseagent("findings", "set", "aaaa", "--status", "resolved")
    assert refused.code == 1
    assert "whoseagent verify" in refused.err
