from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli.accounts import Account
from pipelines.cli.demonstration import differences
from pipelines.cli.imports import Totals
from pipelines.demo import Summary
from tests.cli.conftest import Whoseagent


def test_the_demo_finds_what_was_written(whoseagent: Whoseagent) -> None:
    ended = whoseagent("demo", "--days", 1, "--users", 3, "--keep", "export")
    assert (ended.code, "as written: yes" in ended.out) == (0, True), ended.out + ended.err
    assert "MicrosoftGraphActivityLogs (diagnostic): " in ended.out
    assert "fields never seen before: properties.newFieldFromMicrosoft (1)" in ended.out
    assert "every landed line is accounted for" in ended.out
    assert Path("export/graph").is_dir()
    assert sorted(path.name for path in Path("data").iterdir()) == ["demo"]
    assert whoseagent("--data", "data/demo", "verify").code == 0


LOG = "AuditLogs"
DAY = date(2026, 3, 2)
SUMMARY = Summary(
    distinct={LOG: {DAY: 4}}, written={LOG: {"csv": 5}}, redelivered=1, overlapping=0, without_time=0,
    bad_lines=1, unsupported=0, files=("audit.csv",),
)  # fmt: skip
TOTALS = Totals(inputs=1, lines=Counter({(LOG, "csv"): 5, ("unreadable", ""): 1}))
ACCOUNTS = [
    Account("audit.csv", LOG, "csv", landed=5, typed=4, duplicates=1, quarantined=0, unsupported=0, waiting=0),
    Account("audit.csv", "unreadable", "", landed=1, typed=0, duplicates=0, quarantined=1, unsupported=0, waiting=0),
]
PER_DAY: dict[tuple[str, str | None], int] = {(LOG, "2026-03-02"): 4}


def test_what_came_out_as_written_has_no_differences() -> None:
    assert list(differences(SUMMARY, TOTALS, ACCOUNTS, PER_DAY)) == []


@pytest.mark.parametrize(
    ("changed", "per_day", "message"),
    [
        ({}, {(LOG, "2026-03-02"): 3}, "events, AuditLogs 2026-03-02: 4 written, 3 found"),
        ({}, PER_DAY | {(LOG, None): 1}, "sign-ins without a time: 0 written, 1 found"),
        ({}, PER_DAY | {("SigninLogs", "2026-03-02"): 1}, "events, SigninLogs 2026-03-02: 0 written, 1 found"),
        ({"overlapping": 1}, PER_DAY, "duplicates: 2 written, 1 found"),
        ({"bad_lines": 0}, PER_DAY, "bad lines: 0 written, 1 found"),
        ({"unsupported": 1}, PER_DAY, "unsupported records: 1 written, 0 found"),
        ({"files": ()}, PER_DAY, "files: 0 written, 1 found"),
        ({"written": {LOG: {"graph": 5, "csv": 5}}}, PER_DAY, "records landed, AuditLogs graph: 5 written, 0 found"),
    ],
)
def test_what_came_out_otherwise_is_named(
    changed: dict[str, Any], per_day: dict[tuple[str, str | None], int], message: str
) -> None:
    assert list(differences(replace(SUMMARY, **changed), TOTALS, ACCOUNTS, per_day)) == [message]


def test_a_lost_line_is_a_difference() -> None:
    lost = [replace(ACCOUNTS[0], typed=3), ACCOUNTS[1]]
    assert list(differences(SUMMARY, TOTALS, lost, PER_DAY)) == ["not every landed line is accounted for"]


def test_what_is_no_demonstration_is_not_removed(whoseagent: Whoseagent) -> None:
    Path("data/demo").mkdir(parents=True)
    Path("data/demo/evidence").touch()
    ended = whoseagent("demo", "--days", 1, "--users", 1)
    assert ended.code == 2
    assert "move it away first" in ended.err
    assert Path("data/demo/evidence").exists()


def test_an_export_is_kept_only_where_nothing_is(whoseagent: Whoseagent) -> None:
    Path("export").mkdir()
    Path("export/file").touch()
    ended = whoseagent("demo", "--keep", "export")
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
