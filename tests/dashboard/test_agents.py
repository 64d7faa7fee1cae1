"""The list of agents and the page of each, in a browser."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from pipelines.dashboard.text import number, percent
from pipelines.outputs.panels import panels, read_panel
from pipelines.warehouse.ask import open_reader
from tests.dashboard.browser import Look, look

SAID_TWICE = (
    "kind, shapes, requests, users_served, user_writes, app_only_user_writes, clarity, first_seen_at, last_seen_at"
)
DAYS = {"first_day": date(2026, 2, 1), "last_day": date(2026, 3, 5)}


@pytest.fixture(scope="module")
def busiest(data: Path) -> dict[str, Any]:
    """The agent that wrote most on users' data for its users, as the published table has it."""
    query = "select * from agents where kind = 'users_agent' order by user_writes desc, app_id limit 1"
    with open_reader(data) as connection:
        found: dict[str, Any] = connection.sql(query).pl().row(0, named=True)
    return found


def metrics(page: Page) -> dict[str, str]:
    """The numbers at the top of a page, by their labels."""
    labels, values = (page.get_by_test_id(f"stMetric{part}").all_inner_texts() for part in ("Label", "Value"))
    return dict(zip(labels, values, strict=True))


def test_list_says_what_the_table_of_agents_says(data: Path) -> None:
    with open_reader(data) as connection:
        table = connection.sql(f"select tenant_id, app_id, {SAID_TWICE} from agents order by 1, 2").pl()
        rows = read_panel(connection, panels()["agents_registry"], DAYS)
    assert table.rows() == rows.select(table.columns).sort("tenant_id", "app_id").rows()
    assert rows["requests_by_day"].list.len().unique().to_list() == [33]
    assert rows["requests_by_day"].list.sum().to_list() == rows["requests"].to_list()


def test_an_agent_is_found_and_opened(window: Look, data: Path, busiest: dict[str, Any]) -> None:
    with open_reader(data) as connection:
        kinds = read_panel(connection, panels()["agents_registry"], DAYS)["kind"]
    page = window.open("agents")
    assert metrics(page)["Agents and apps"] == number(kinds.filter(kinds != "microsoft").len())
    assert window.barriers() == []
    window.shot("agents-light")

    page.get_by_label("Name or app id").fill(busiest["app_id"].upper())
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"q={busiest['app_id']}", re.IGNORECASE))
    window.settle()
    assert metrics(page)["Agents and apps"] == "1"

    window.choose("Open the page of")
    expect(page).to_have_url(re.compile(f"/agent\\?app={busiest['app_id']}"))
    expect(page.get_by_role("heading", name="Agent", exact=True)).to_be_visible()
    window.settle()
    shown = metrics(page)
    assert shown["Requests"] == number(busiest["requests"])
    assert shown["Users served"] == number(busiest["users_served"])
    assert shown["Writes on users' data"] == number(busiest["user_writes"])
    assert shown["Answerable"] == percent(busiest["clarity"])
    assert shown["Of these alone"] == number(busiest["app_only_user_writes"])
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(5)
    expect(page.get_by_role("link", name="Its requests")).to_have_attribute(
        "href", f"who_did_it?agent={busiest['app_id']}"
    )
    expect(page.get_by_role("link", name="Findings about it")).to_have_attribute(
        "href", f"findings?app={busiest['app_id']}"
    )
    assert window.barriers() == []
    window.shot("agent-light")


def test_link_narrows_the_list_and_keeps_the_days(window: Look, data: Path) -> None:
    with open_reader(data) as connection:
        rows = read_panel(connection, panels()["agents_registry"], {**DAYS, "first_day": date(2026, 3, 4)})
    alone = rows.filter((rows["app_only_user_writes"] > 0) & (rows["kind"] == "app"))
    users = rows.filter((rows["kind"] == "users_agent") & rows["shapes"].list.contains("on_behalf_of"))
    page = window.open("agents?from=2026-03-04&kind=users_agent&shape=on_behalf_of")
    assert 0 < users.height < rows.height
    assert metrics(page)["Agents and apps"] == number(users.height)
    assert "kind=users_agent&shape=on_behalf_of" in page.url

    page = window.open("agents?from=2026-03-04&kind=app&alone=true")
    assert metrics(page)["Agents and apps"] == number(alone.height)
    assert metrics(page)["Wrote on users' data alone"] == number(alone.height)
    page.get_by_text("Wrote on users' data alone").first.click()
    expect(page).not_to_have_url(re.compile("alone"))
    assert "from=2026-03-04" in page.url

    page = window.open(f"agent?from=2026-03-04&app={alone['app_id'][0]}")
    expect(page.get_by_role("heading", name="Writes on users' data with no human on the token")).to_be_visible()
    assert metrics(page)["Of these alone"] == number(alone["app_only_user_writes"][0])
    expect(page.get_by_role("link", name="All agents")).to_have_attribute("href", "agents?from=2026-03-04")


def test_what_nobody_knows_is_said_in_words(window: Look) -> None:
    page = window.open("agents?q=$x$[a](https://evil.example.com)&kind=nonsense")
    expect(page.get_by_text("No agent or app fits these filters.")).to_be_visible()
    page = window.open("agent?app=<img src=x onerror=\"document.title='owned'\">&from=2026-03-04")
    expect(page.get_by_text("No log, inventory or registry names an app <img src=x")).to_be_visible()
    page = window.open("agent")
    expect(page.get_by_text("Choose an agent")).to_be_visible()


def test_dark_theme_keeps_nobody_out_either(browser: Browser, address: str, busiest: dict[str, Any]) -> None:
    with look(browser, address, "dark") as window:
        for name, link in {"agents": "agents", "agent": f"agent?app={busiest['app_id']}"}.items():
            window.open(link)
            assert window.barriers() == []
            window.shot(f"{name}-dark")
        assert (window.errors, window.elsewhere) == ([], [])
