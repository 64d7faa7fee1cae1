import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.cli.accounts import Account, print_accounts, say_conclusion
from pipelines.warehouse.models import load_models
from tests.cli.conftest import Whoseagent
from tests.cli.test_import import AUDIT, OFFICE, TENANT, write

SECOND_DAY = {"time": "2026-03-03T10:00:00Z", "category": "AuditLogs", "tenantId": TENANT, "properties": {
    "id": "Directory_2", "activityDateTime": "2026-03-03T10:00:00Z", "activityDisplayName": "x", "initiatedBy": {},
}}  # fmt: skip


def test_a_run_accounts_for_every_line_and_can_be_asked(whoseagent: Whoseagent, tmp_path: Path) -> None:
    again = AUDIT | {"correlationId": "delivered again"}
    file = write(tmp_path / "in\x1b.json", AUDIT, again, OFFICE, SECOND_DAY)
    with file.open("a") as stream:
        stream.write("{broken}\n")
    whoseagent("import", file)
    ended = whoseagent("run")
    assert "every landed line is accounted for: 5 in all" in ended.out
    assert "set aside: no usable records: 1 line; of a kind not read yet: 1 record" in ended.out
    assert "built: 2026-03-02, 2026-03-03" in ended.out
    assert "total" in ended.out
    assert "\x1b" not in ended.out + ended.err
    asked = whoseagent("sql", "select count(*) as n from staged_directory_audits", "--format", "csv")
    assert asked.out == "n\n2\n"
    again_ended = whoseagent("run", "--json")
    found = json.loads(again_ended.out)
    assert found["run"]["days_built"] == []
    total = {key: value for key, value in found["total"].items() if isinstance(value, int)}
    assert total == {
        "landed": 5, "typed": 2, "duplicates": 1, "quarantined": 1, "unsupported": 1, "waiting": 0, "expired": 0,
    }  # fmt: skip


def test_days_that_were_not_asked_for_wait_and_are_named(whoseagent: Whoseagent, tmp_path: Path) -> None:
    whoseagent("import", write(tmp_path / "in.json", AUDIT, SECOND_DAY))
    ended = whoseagent("run", "--to", "2026-03-02")
    assert "built: 2026-03-02" in ended.out
    assert "waiting: 2026-03-03" in ended.out


def test_a_first_run_that_a_check_stops_names_the_check(
    whoseagent: Whoseagent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = load_models()
    twice = replace(models["log_hours"], sql="({0}) union all ({0})".format(models["log_hours"].sql))
    monkeypatch.setattr("pipelines.defs.run.load_models", lambda: {**models, "log_hours": twice})
    whoseagent("import", write(tmp_path / "in.json", AUDIT))
    ended = whoseagent("run")
    assert (ended.code, (tmp_path / "data" / "warehouse.duckdb").exists()) == (1, False)
    assert "FAILED check grain (correlation/log_hours)" in ended.err
    assert "nothing is published yet; repair what failed, then run again" in ended.err
    assert "accounted for:" not in ended.out


def test_a_changed_settings_file_changes_what_is_published(whoseagent: Whoseagent, tmp_path: Path) -> None:
    app_id = "3b0f9c5e-3d0b-4f0e-9d53-0c8f6f7f2a11"
    config, registered = tmp_path / "whoseagent.toml", f"select name from known_apps where app_id = '{app_id}'"
    whoseagent("import", write(tmp_path / "in.json", AUDIT))
    config.write_text(f'[[agents]]\napp_id = "{app_id}"\nname = "Mail helper"\n')
    whoseagent("run")
    assert whoseagent("sql", registered, "--format", "csv").out == "name\nMail helper\n"
    assert "nothing to do" in whoseagent("run").out
    config.write_text(f'[[agents]]\napp_id = "{app_id}"\nname = "Post helper"\n')
    assert "nothing new has landed; published anew" in whoseagent("run").out
    assert whoseagent("sql", registered, "--format", "csv").out == "name\nPost helper\n"


def test_a_list_of_apps_that_is_not_there_is_one_line(whoseagent: Whoseagent, tmp_path: Path) -> None:
    whoseagent("import", write(tmp_path / "in.json", AUDIT))
    (tmp_path / "whoseagent.toml").write_text('first_party_apps = "missing.csv"\n')
    ended = whoseagent("run")
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "setting first_party_apps: missing.csv: no such file or directory" in ended.err


def account(**changes: int) -> Account:
    numbers = {"landed": 3, "typed": 1, "duplicates": 1, "quarantined": 1, "unsupported": 0, "waiting": 0}
    return Account("export.json", "AuditLogs", "csv", **(numbers | changes))


@pytest.mark.parametrize(
    "changes", [{"landed": 4}, {"typed": 2}, {"waiting": 1, "typed": 0}, {"typed": -1, "duplicates": 3}]
)
def test_a_line_that_is_not_accounted_for_is_loud(capsys: pytest.CaptureFixture[str], changes: dict[str, int]) -> None:
    assert account().is_balanced
    assert not account(**changes).is_balanced
    say_conclusion([account(), account(**changes)])
    captured = capsys.readouterr()
    assert "NOT every line is accounted for" in captured.err
    assert "every landed line" not in captured.out


def test_the_accounts_of_many_files_are_cut_but_not_their_total(capsys: pytest.CaptureFixture[str]) -> None:
    print_accounts([account()] * 99 + [account(landed=1003)])
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[2].startswith("export.json AuditLogs csv 1,003")
    assert "60 more 180 60 60 60 0" in lines
    assert lines[-1] == "total 1,300 100 100 100 0"
