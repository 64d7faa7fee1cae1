"""The overview page, in a browser."""

import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from pipelines.dashboard.text import percent
from pipelines.warehouse.ask import answer
from tests.dashboard.browser import Look, look

PANELS = (
    "Writes on users' data answerable to a human",
    "How sure the answers are",
    "Why no sign-in was found",
    "What stood on the tokens",
    "Open findings",
    "How fresh the logs are",
)


def test_headline_is_what_the_query_beside_it_answers(window: Look, data: Path) -> None:
    page = window.open()
    expect(page.get_by_test_id("stCode")).to_have_count(0)
    page.get_by_test_id("stMain").get_by_text("SQL", exact=True).first.click()
    expect(page.get_by_test_id("stCode")).to_have_count(1)
    query = page.get_by_test_id("stCode").first.inner_text()
    with answer(data, query) as rows:
        columns, batches = rows.batches()
        (found,) = (
            dict(zip([column.name for column in columns], row, strict=True)) for rows in batches for row in rows
        )
    assert 0 < found["answerable"] < found["user_writes"]
    headline = page.get_by_test_id("stMetricValue").all_inner_texts()
    assert headline[:3] == [percent(found["answerable_share"]), str(found["user_writes"]), str(found["app_only"])]


def test_every_panel_shows_and_keeps_nobody_out(window: Look) -> None:
    page = window.open()
    for title in PANELS:
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(5)
    expect(page.get_by_test_id("stDataFrame")).to_have_count(1)
    assert window.barriers() == []
    window.shot("overview-light")


def test_dark_theme_keeps_nobody_out_either(browser: Browser, address: str) -> None:
    with look(browser, address, "dark") as window:
        page = window.open()
        assert page.get_by_test_id("stApp").evaluate("shown => getComputedStyle(shown).colorScheme") == "dark"
        assert window.barriers() == []
        window.shot("overview-dark")
        assert (window.errors, window.elsewhere) == ([], [])


def test_link_and_filters_say_the_same(window: Look) -> None:
    page = window.open("?from=2026-03-04&tz=Europe/Berlin")
    expect(page.get_by_text("Times are those of Europe/Berlin")).to_be_visible()
    page.get_by_test_id("stMetricValue").nth(1).wait_for()
    of_one_day = page.get_by_test_id("stMetricValue").nth(1).inner_text()
    page.get_by_label("Tenant").click()
    page.get_by_role("option").nth(1).click()
    expect(page).to_have_url(re.compile(r"tenant=[0-9a-f-]{36}"))
    window.settle()
    assert "from=2026-03-04" in page.url
    expect(page.get_by_test_id("stMetricValue").nth(1)).not_to_have_text(of_one_day)


def test_hostile_link_is_ignored_with_a_note(window: Look) -> None:
    page = window.open(
        "?tenant=%3Cimg src=x onerror=alert(1)%3E&from=$x$&to=[a](https://evil.example.com)&tz=../../etc"
    )
    expect(page.get_by_test_id("stAlert")).to_have_count(4)
    expect(page.get_by_test_id("stAlert").first).to_contain_text("tenant=<img src=x onerror=alert(1)>")
    assert page.locator("[data-testid=stAlert] :is(a, img, .katex)").count() == 0
    expect(page.get_by_test_id("stMetric")).to_have_count(4)
