import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.cli.conftest import Whoseagent
from tests.cli.test_import import write

TODAY = datetime.now(UTC).date()


def request(request_id: str, day: object) -> dict[str, object]:
    properties = {"requestId": request_id, "timeGenerated": f"{day}T08:00:00Z", "tenantId": "t"}
    return {"category": "MicrosoftGraphActivityLogs", "time": f"{day}T08:00:00Z", "properties": properties}


def test_old_evidence_goes_when_somebody_is_sure_and_what_is_held_stays(whoseagent: Whoseagent, tmp_path: Path) -> None:
    assert whoseagent("retain", "--days", 90).code == 1
    old, held = TODAY - timedelta(days=200), TODAY - timedelta(days=140)
    export = {day: write(tmp_path / f"{day}.json", request(f"r-{day}", day)) for day in (old, held, TODAY)}
    whoseagent("import", *export.values())
    assert whoseagent("run").code == 0

    refused = whoseagent("retain", "--days", 7, "--yes")
    assert (refused.code, "keep 31 or more, or add --force" in refused.err) == (2, True)
    assert "--days N, or days in [retention]" in whoseagent("retain").err
    hold = ("hold", "add", "case \x1b7", "--from", held, "--to", held, "--owner", "legal", "--reason", "claim")
    assert whoseagent(*hold).code == 0
    assert "is in force already" in whoseagent(*hold).err
    assert [each["name"] for each in json.loads(whoseagent("hold", "list", "--json").out)] == ["case \x1b7"]

    dry = whoseagent("retain", "--days", 90, "--hold", "case \x1b7", "--dry-run")
    assert dry.code == 0
    assert "keeps_days" in dry.out
    assert "held by case \\x1b7" in dry.out
    assert "nothing was removed: this was a dry run" in dry.out
    refused = whoseagent("retain", "--days", 90)
    assert (refused.code, "add --yes" in refused.err) == (2, True)
    check_one_log_at_a_time(whoseagent)
    landed = sorted((tmp_path / "data/landing").rglob("*.zst"))
    assert len(landed) == 3

    (tmp_path / "whoseagent.toml").write_text("[retention]\ndays = 90\n[retention.tables]\nSigninLogs = 400\n")
    done = whoseagent("retain", "--yes", "--by", "kim", "--json")
    assert done.code == 0
    answer = json.loads(done.out)
    assert len(answer["removed_files"]) == 1
    assert {(each["fate"], each["rows"]) for each in answer["files"]} == {("removed", 1), ("held", 1), ("kept", 1)}
    days = whoseagent("sql", "select day from attributed_requests order by day", "--format", "csv").out.split()
    assert days == ["day", f"{held}", f"{TODAY}"]
    reasons = "select removed_reason from landed_files where removed_at is not null"
    assert "older than 90 days; SigninLogs 400 days" in whoseagent("sql", reasons, "--format", "csv").out
    verified = whoseagent("verify")
    assert verified.code == 0
    assert "1 file removed by policy: gone, as the manifest says" in verified.out

    again = whoseagent("import", export[old])
    assert (again.code, "went by `whoseagent retain`, so did not land" in again.err) == (0, True)
    assert "1 new line" in whoseagent("import", export[old], "--again").out

    assert whoseagent("hold", "release", "case \x1b7", "--reason", "settled").code == 0
    assert whoseagent("hold", "release", "case \x1b7", "--reason", "settled").code == 1
    assert "no hold is in force" in whoseagent("hold").out


def check_one_log_at_a_time(whoseagent: Whoseagent) -> None:
    """What is asked of single logs, of a folder with requests of three days of which one is held and one is old."""
    misspelt = whoseagent("retain", "--days", 90, "--table", "SignInLog\x1b", "--dry-run")
    assert (misspelt.code, misspelt.out) == (2, "")
    assert "the logs are SigninLogs, " in misspelt.err
    assert "\x1b" not in misspelt.err
    elsewhere = json.loads(whoseagent("retain", "--days", 90, "--table", "AuditLogs", "--dry-run", "--json").out)
    assert [(each["fate"], each["files"], each["keeps_days"]) for each in elsewhere["files"]] == [("other", 3, None)]
    both = ("--table", "AuditLogs", "--table", "MicrosoftGraphActivityLogs")
    answer = json.loads(whoseagent("retain", "--days", 90, *both, "--dry-run", "--json").out)
    assert {each["fate"] for each in answer["files"]} == {"removed", "held", "kept"}
    since = datetime.fromisoformat(answer["evidence_from"]).date()
    assert {each["keeps_days"] for each in answer["files"]} == {(TODAY - since).days}

    unheld = whoseagent("retain", "--days", 90, "--hold", "case 8", "--yes")
    assert (unheld.code, "no hold 'case 8' is in force, so nothing is removed" in unheld.err) == (2, True)
