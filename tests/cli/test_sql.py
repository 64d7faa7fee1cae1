import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.outputs.values import csv_cell, json_bytes
from tests.cli.conftest import Whoseagent

pytestmark = pytest.mark.usefixtures("published")


def test_a_table_shows_hostile_values_as_they_are_and_steers_no_terminal(whoseagent: Whoseagent) -> None:
    ended = whoseagent("sql", "from apps")
    assert ended.code == 0
    assert r"\x1b[31mRed\x1b]0;owned\x07\r\n\u202eevil" in ended.out
    assert "[bold]App[/bold]" in ended.out
    assert "NULL" in ended.out
    assert not {"\x1b", "\x07", "\r", "\u202e"} & set(ended.out)


def test_a_table_cuts_nothing_when_it_is_piped(whoseagent: Whoseagent) -> None:
    columns = ", ".join(f"repeat('x', 50) as column_{number}" for number in range(40))
    ended = whoseagent("sql", f"select {columns}")
    assert ended.out.count("x" * 50) == 40
    assert len(ended.out.splitlines()) == 3


def test_a_table_says_when_it_does_not_show_all_rows(whoseagent: Whoseagent) -> None:
    ended = whoseagent("sql", "from range(5)", "--limit", 3)
    assert ended.out.split()[-3:] == ["0", "1", "2"]
    assert "only the first 3 rows are shown" in ended.err
    assert whoseagent("sql", "from range(3)", "--limit", 3).err == ""


def test_csv_neutralises_formulas_and_keeps_numbers(whoseagent: Whoseagent) -> None:
    ended = whoseagent("sql", 'select name, requests, note as "=note" from apps', "--format", "csv")
    header, *rows = csv.reader(io.StringIO(ended.out, newline=""))
    assert header == ["name", "requests", "'=note"]
    assert rows[1] == ["'=cmd|calc", "-4", ""]
    assert rows[0][2] == "-5"
    assert rows[2] == ["[bold]App[/bold]", "5", "'@SUM(A1)"]


@given(st.text())
def test_no_csv_cell_of_text_begins_a_formula(text: str) -> None:
    cell = csv_cell(text)
    assert cell in (text, f"'{text}")
    assert not cell.startswith(("=", "@", "\t", "\r", "\n"))
    if cell.startswith(("+", "-")):
        float(cell)


def test_json_is_one_array_with_the_values_as_they_are(whoseagent: Whoseagent) -> None:
    ended = whoseagent("sql", "from apps", "--format", "json")
    rows = json.loads(ended.out)
    assert rows[0] == {"name": "\x1b[31mRed\x1b]0;owned\x07\r\n\u202eevil", "requests": 3, "note": "-5"}
    assert len(ended.out.splitlines()) == len(rows) + 2
    assert json.loads(whoseagent("sql", "from apps limit 0", "--format", "json").out) == []


def test_json_keeps_numbers_exact_and_times_in_utc(whoseagent: Whoseagent) -> None:
    query = """select 170141183460469231731687303715884105727::hugeint as huge, 1.10::decimal(4, 2) as price,
        timestamptz '2026-03-02 12:00:00+02' as seen_at, {'ids': ['a'], 'raw': '\\xff'::blob} as nested"""
    out = whoseagent("sql", query, "--format", "json").out
    assert '"huge":170141183460469231731687303715884105727,"price":1.10' in out
    assert '"seen_at":"2026-03-02T10:00:00Z"' in out
    assert r'"nested":{"ids":["a"],"raw":"\\xff"}' in out
    assert json_bytes({Decimal("1.5"): b"x"}) == b'{"1.5":"x"}'


@pytest.mark.parametrize("format_", ["json", "parquet"])
def test_two_columns_of_one_name_are_refused_where_one_would_be_lost(whoseagent: Whoseagent, format_: str) -> None:
    ended = whoseagent("sql", "select 1 as a, 2 as a", "--format", format_, "--out", "answer")
    assert (ended.code, Path("answer").exists()) == (2, False)
    assert "two columns are called a" in ended.err


@pytest.mark.parametrize("format_", ["csv", "json", "parquet"])
def test_out_is_written_whole_and_for_its_owner(whoseagent: Whoseagent, format_: str) -> None:
    ended = whoseagent("sql", "select name, requests from apps", "--format", format_, "--out", "answer")
    assert (ended.code, ended.out) == (0, "")
    with duckdb.connect() as connection:
        rows = connection.execute(f"select sum(requests) from read_{format_}('answer')").fetchall()
    assert rows == [(4,)]
    assert Path("answer").stat().st_mode & 0o777 == 0o600


def test_out_stays_as_it_was_when_the_question_fails_midway(whoseagent: Whoseagent) -> None:
    Path("answer").write_text("before")
    query = "select case when range < 50000 then '1' else 'x' end::integer as n from range(60000)"
    ended = whoseagent("sql", query, "--format", "csv", "--out", "answer")
    assert ended.code == 2
    assert Path("answer").read_text() == "before"
    assert sorted(path.name for path in Path().iterdir()) == ["answer", "data"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["select nope from apps"], '"nope" not found'),
        (["copy apps to 'x.csv'"], "COPY is not possible; only questions"),
        (["from read_text('/etc/passwd')"], "reads outside the published tables"),
        (["--file", "missing.sql"], "missing.sql cannot be read"),
        (["--saved", "nope"], "there is no saved question nope; the names are"),
        (["select 1", "--saved", "x"], "give one question"),
        ([], "give one question"),
        (["select 1", "--format", "xml"], "--format"),
        (["select 1", "--format", "parquet"], "--out F"),
        (["select 1", "--out", "x.csv"], "--format csv"),
        (["select 1", "--format", "csv", "--out", "no/x.csv"], "create it first"),
        (["select 1", "--format", "csv", "--out", "data"], "data is a folder"),
        (["select \x1b[31m"], r"\x1b[31m"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(whoseagent: Whoseagent, arguments: list[str], message: str) -> None:
    ended = whoseagent("sql", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert len(ended.err.splitlines()) == 1
    assert "\x1b" not in ended.err


def test_a_question_comes_from_standard_input_or_a_file(
    whoseagent: Whoseagent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("select 6 * 7 as answer"))
    assert "42" in whoseagent("sql", "-").out
    Path("question.sql").write_bytes(b"\xef\xbb\xbf-- why\nselect 6 * 7 as answer;\n")
    assert "42" in whoseagent("sql", "--file", "question.sql").out


def test_saved_questions_are_listed(whoseagent: Whoseagent) -> None:
    assert "what_was_set_aside" in whoseagent("sql", "--list").out


def test_nothing_published_is_exit_1_with_the_next_step(whoseagent: Whoseagent) -> None:
    ended = whoseagent("--data", "elsewhere", "sql", "select 1")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "whoseagent: nothing is published in elsewhere yet: run `whoseagent run` first\n"
