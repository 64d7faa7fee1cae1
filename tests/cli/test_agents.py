"""`whoseagent agents`: the registry that people keep, beside the one in the settings."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.known_apps import known_apps
from pipelines.settings import Settings
from tests.cli.conftest import Whoseagent

APP = "3b0f9c5e-3d0b-4f0e-9d53-0c8f6f7f2a11"
OTHER = "8c1d7a42-6f55-4f0a-8f58-5b2f1b6f9d02"
UNTIL = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
REVIEW = ["--owner", "Messaging team", "--reason", "Approved", "--until", UNTIL]


def test_an_app_is_registered_listed_and_taken_out(whoseagent: Whoseagent, tmp_path: Path) -> None:
    ended = whoseagent("agents", "register", APP, "--name", "Mail helper", "--sanctioned", *REVIEW)
    assert ended.code == 0
    assert "the next `whoseagent run` goes by it" in ended.err
    (row,) = json.loads(whoseagent("agents", "list", "--json").out)
    assert (row["app_id"], row["is_sanctioned"], row["from"], row["holds"]) == (APP, True, "registry", "yes")
    known = {app["app_id"]: app for app in known_apps(Settings(), tmp_path / "data")}
    assert (known[APP]["name"], known[APP]["is_agent"], known[APP]["is_sanctioned"]) == ("Mail helper", True, True)
    assert "Mail helper" in whoseagent("agents").out
    assert whoseagent("agents", "unregister", APP, "--reason", "Retired").code == 0
    assert "no app is registered" in whoseagent("agents").out
    ended = whoseagent("agents", "unregister", APP, "--reason", "Retired")
    assert (ended.code, ended.out) == (1, "")


def test_the_settings_win_and_that_is_said(whoseagent: Whoseagent, tmp_path: Path) -> None:
    (tmp_path / "whoseagent.toml").write_text(f'[[agents]]\napp_id = "{APP}"\nname = "Ours"\nsanctioned = false\n')
    ended = whoseagent("agents", "register", APP, "--sanctioned", *REVIEW)
    assert "what they say holds" in ended.err
    whoseagent("agents", "register", OTHER, "--no-agent", *REVIEW)
    rows = json.loads(whoseagent("agents", "list", "--json").out)
    assert [(row["app_id"], row["from"], row["holds"]) for row in rows] == [
        (APP, "settings", "yes"),
        (APP, "registry", "no: the settings say otherwise"),
        (OTHER, "registry", "yes"),
    ]


def test_wrong_use_is_one_line_and_exit_2(whoseagent: Whoseagent) -> None:
    for arguments in (
        ["register", "Mail helper", *REVIEW],
        ["register", APP, "--owner", "o", "--reason", "r", "--until", "2020-01-01"],
        ["register", APP, "--owner", " ", "--reason", "r", "--until", UNTIL],
        ["unregister", APP],
    ):
        ended = whoseagent("agents", *arguments)
        assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, "", 1)
