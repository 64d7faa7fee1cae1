"""The page for questions in SQL, in a browser."""

import io
import re
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser, Page, expect

from pipelines.access.log import read_access
from pipelines.dashboard.asking import ask
from pipelines.warehouse.ask import AskError
from tests.dashboard.browser import Look, look

FORMULA = "select '=1+1' as cell, 7 as number"


def ask_in(page: Page, query: str) -> None:
    """Types a question and asks it."""
    page.get_by_label("Question in SQL").fill(query)
    page.get_by_role("button", name="Ask", exact=True).click()


def taken(page: Page, label: str) -> bytes:
    """The file behind a button."""
    with page.expect_download() as download:
        page.get_by_role("button", name=label).click()
    return Path(download.value.path()).read_bytes()


def test_a_question_is_asked_when_somebody_says_so_and_taken_away(window: Look, data: Path) -> None:
    before = len(list(read_access(data)))
    page = window.open(f"sql?q={FORMULA.replace('+', '%2B').replace('=', '%3D')}")
    expect(page.get_by_label("Question in SQL")).to_have_value(FORMULA)
    assert [entry.what.kind for entry in list(read_access(data))[before:]] == ["looked"]
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("1 row, all of it.")).to_be_visible()
    window.settle()
    assert window.barriers() == []
    window.shot("sql-light")
    assert taken(page, "Download CSV").decode().splitlines() == ["cell,number", "'=1+1,7"]
    assert pl.read_parquet(io.BytesIO(taken(page, "Download Parquet"))).rows() == [("=1+1", 7)]
    did = [entry.what.kind for entry in list(read_access(data))[before:] if entry.what.kind != "looked"]
    assert did == ["asked_sql", "exported", "exported"]
    expect(page.get_by_label("Download as CSV").filter(visible=True)).to_have_count(0)


def test_what_is_no_question_is_said_in_words(window: Look) -> None:
    page = window.open("sql")
    ask_in(page, "copy (select 1) to '/tmp/x.csv'")
    expect(page.get_by_text("This was not answered: COPY is not possible")).to_be_visible()
    ask_in(page, "select '<img src=x onerror=alert(1)>' from nowhere")
    expect(page.get_by_text("This was not answered: Catalog Error")).to_be_visible()
    window.choose("Saved question")
    expect(page.get_by_label("Question in SQL")).to_have_value(re.compile(r"^(select|with)"))


def test_a_viewer_may_not_ask(browser: Browser, viewers: str, data: Path) -> None:
    with look(browser, viewers, "dark") as window:
        page = window.open("sql?q=select 1")
        expect(page.get_by_text("the role viewer may not ask in SQL")).to_be_visible()
        assert page.get_by_label("Question in SQL").count() == 0
        assert list(read_access(data))[-1].what.kind == "refused"


def test_dark_theme_keeps_nobody_out_either(browser: Browser, address: str) -> None:
    with look(browser, address, "dark") as window:
        page = window.open("sql")
        ask_in(page, "select * from attributed_requests")
        expect(page.get_by_text("Cut after 1,000 rows: there are more.")).to_be_visible()
        window.settle()
        assert window.barriers() == []
        window.shot("sql-dark")
        assert (window.errors, window.elsewhere) == ([], [])


def test_limits_are_kept_and_said(data: Path) -> None:
    few = ask(data, "from range(5)", most=4, seconds=10)
    assert (few.rows.num_rows, few.is_cut) == (4, True)
    assert not ask(data, "from range(5)", most=5, seconds=10).is_cut
    with pytest.raises(AskError, match="stopped after"):
        ask(
            data,
            "select count(*) from range(100000) a, range(1000000) b where a.range * b.range % 7 = 1",
            most=1,
            seconds=0.3,
        )
    with pytest.raises(AskError, match="two columns are called"):
        ask(data, "select 1 as a, 2 as a", most=1, seconds=10)
    for query in ("install httpfs", "attach 'x' as x", "set threads = 1", "from read_text('/etc/passwd')"):
        with pytest.raises(AskError):
            ask(data, query, most=1, seconds=10)
