"""The triage queue and a finding of it, in a browser: what is shown, what is written, and who may."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from pipelines.access.pseudonyms import published_pseudonyms
from pipelines.cases.events import Suppressed
from pipelines.cases.log import read_cases, read_entries
from pipelines.cli.triaging import actor
from pipelines.dashboard.text import LONGEST, number
from pipelines.outputs.findings import Filter, list_findings
from pipelines.warehouse.ask import open_reader
from pipelines.warehouse.warehouse import Warehouse
from tests.dashboard.browser import COMMAND, Look, dashboard_of, free_port, look, serving

RULE = "app_only_mail_send"
FILTERS = f"rule={RULE}&severity=critical"


@pytest.fixture(scope="module")
def data(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the data folder, to write in."""
    own = Path(shutil.copytree(data, tmp_path_factory.mktemp("findings") / "data"))
    Warehouse(own).run()  # its tables are those of the copy then
    return own


@pytest.fixture(scope="module")
def address(browser: Browser, data: Path) -> Iterator[str]:  # noqa: ARG001 - no server without a browser
    """The address of the dashboard over that copy."""
    with dashboard_of(data) as served:
        yield served


def queue(data: Path, **given: Any) -> list[str]:
    """The ids of the findings that the command line lists, in its order."""
    return [row["finding_id"] for row in list_findings(data, Filter(**given))[0]]


def events(data: Path, before: int) -> list[dict[str, Any]]:
    """What was written since there were so many events, with who did it."""
    return [{"actor": entry.actor, **entry.what.model_dump()} for entry in read_entries(data, before - 1)]


def count(data: Path) -> int:
    return len(list(read_entries(data)))


def press(window: Look, button: str) -> None:
    window.settle().get_by_role("button", name=button, exact=True).locator("visible=true").click()


def test_the_gravest_come_first_and_one_is_opened_by_keyboard(window: Look, data: Path) -> None:
    with open_reader(data) as connection:
        tally = connection.sql("select severity, count(*) from findings group by severity").fetchall()
    wanted = queue(data, rule=RULE, severity="critical")
    page = window.open("findings")
    values = page.get_by_test_id("stMetricValue").all_inner_texts()
    assert values[:3] == [number(dict(tally)[severity]) for severity in ("critical", "high", "medium")]
    assert values[4] == number(sum(found for _, found in tally))
    expect(page.get_by_role("heading", name="Rules that were not evaluated")).to_be_visible()
    assert window.barriers() == []
    window.shot("findings-light")

    page = window.open(f"findings?{FILTERS}")
    expect(page.get_by_text(f"{len(wanted)} found.")).to_be_visible()
    window.choose("Open a finding")
    expect(page).to_have_url(re.compile(f"finding={wanted[0]}"))
    for title in ("What it means", "Why it fires", "Known false positives", "What to do", "ATT&CK techniques"):
        expect(page.get_by_text(title, exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Evidence")).to_be_visible()
    expect(page.get_by_role("heading", name="What happened to it")).to_be_visible()
    expect(page.get_by_role("link", name="All findings")).to_have_attribute("href", f"findings?{FILTERS}")
    window.settle()
    assert window.barriers() == []
    window.shot("finding-light")

    page = window.open(f"findings?finding={queue(data, rule='app_only_user_write')[0]}")
    with open_reader(data) as connection:
        ((why,),) = connection.sql("select why from rules where rule_id = 'app_only_user_write'").fetchall()
    assert len(why) > LONGEST
    expect(page.get_by_text(why)).to_be_visible()


def test_what_is_said_stands_in_the_log_and_in_the_queue_at_once(window: Look, data: Path) -> None:
    finding_id, before = queue(data, rule=RULE)[0], count(data)
    page = window.open(f"findings?finding={finding_id}")
    window.choose("Status", "in progress")
    page.get_by_label("Assignee", exact=True).fill("kim")
    page.keyboard.press("Enter")
    page.get_by_label("Comment").fill("<b>asked</b> [the owner](https://evil.example.com)")
    press(window, "Save")
    expect(page.get_by_text("1 finding changed.")).to_be_visible()
    expect(page.get_by_text("CRITICAL · in progress · kim has it")).to_be_visible()
    assert [(event["actor"], event["kind"]) for event in events(data, before)] == [
        (actor(None), kind) for kind in ("status", "assigned", "commented")
    ]
    page = window.open("findings?status=in_progress&assignee=kim")
    expect(page.get_by_text("1 found.")).to_be_visible()


def test_a_suppression_hides_until_it_is_ended(window: Look, data: Path) -> None:
    finding_id, before = queue(data, rule=RULE, severity="critical")[-1], count(data)
    page = window.open(f"findings?finding={finding_id}")
    page.get_by_text("It is expected: suppress it").click()
    press(window, "Suppress")
    expect(page.get_by_text("owner is empty")).to_be_visible()
    assert count(data) == before
    page.get_by_label("Owner, who answers for it").fill("Messaging team")
    page.get_by_label("Reason, why such findings are expected").fill("A migration")
    press(window, "Suppress")
    expect(page.get_by_text("1 finding suppressed.")).to_be_visible()
    assert finding_id not in queue(data)

    page = window.open("findings?status=suppressed")
    expect(page.get_by_text("1 found.")).to_be_visible()
    page.get_by_text("End a suppression", exact=True).click()
    window.choose("Suppression")
    page.get_by_label("Why it ends").fill("It is over")
    press(window, "End it")
    expect(page.get_by_text("The suppression was ended.")).to_be_visible()
    expect(page.get_by_text("No finding fits these filters.")).to_be_visible()
    assert [event["kind"] for event in events(data, before)] == ["suppressed", "unsuppressed"]
    assert finding_id in queue(data)


def test_a_wide_scope_and_many_are_asked_for_first(window: Look, data: Path) -> None:
    ids, before = queue(data, rule=RULE, severity="high"), count(data)
    page = window.open(f"findings?rule={RULE}&severity=high")
    page.get_by_text("Status, assignee, comment").click()
    page.get_by_label("Comment").locator("visible=true").fill("Seen by all of us")
    press(window, "Save")
    expect(page.get_by_text("say first that you are sure")).to_be_visible()
    assert count(data) == before
    page.get_by_text(f"Yes, do it to all {len(ids)} findings").locator("visible=true").click()
    press(window, "Save")
    expect(page.get_by_text(f"{len(ids)} findings changed.")).to_be_visible()
    assert sorted(event["finding_id"] for event in events(data, before)) == sorted(ids)

    before = count(data)
    page = window.open(f"findings?finding={ids[0]}")
    page.get_by_text("It is expected: suppress it").click()
    window.choose("Wider than this finding: everything of the same", "rule")
    page.keyboard.press("Escape")
    of_rule = len(queue(data, rule=RULE))
    expect(page.get_by_text(f"Yes, hide {of_rule} open now")).to_be_visible()
    page.get_by_label("Owner, who answers for it").fill("Messaging team")
    page.get_by_label("Reason, why such findings are expected").fill("A migration")
    press(window, "Suppress")
    expect(page.get_by_text("say first that you are sure")).to_be_visible()
    page.get_by_text(f"Yes, hide {of_rule} open now").click()
    press(window, "Suppress")
    expect(page.get_by_text("A scope was suppressed.")).to_be_visible()
    (made,) = (each.what for each in read_cases(data).suppressions.values() if each.what.finding_id is None)
    assert isinstance(made, Suppressed)
    assert (made.rule_id, made.tenant_id, made.app_id) == (RULE, None, None)
    assert queue(data, rule=RULE) == []


def test_what_nobody_knows_is_said_in_words(window: Look) -> None:
    page = window.open("findings?finding=<img src=x onerror=\"document.title='owned'\">")
    expect(page.get_by_text("Nobody ever saw a finding <img src=x")).to_be_visible()
    page = window.open("findings?app=$x$[a](https://evil.example.com)&rule=nonsense&severity=bad")
    expect(page.get_by_text("No finding fits these filters.")).to_be_visible()


def test_a_viewer_is_offered_nothing_and_meets_nobody(browser: Browser, data: Path, tmp_path: Path) -> None:
    config = tmp_path / "whoseagent.toml"
    config.write_text('[dashboard]\nlocal_role = "viewer"\n')
    port = free_port()
    users = {user.user_id: user for user in published_pseudonyms(data).users()}
    finding = next(row for row in list_findings(data, Filter())[0] if row["target_user_id"] in users)
    names = published_pseudonyms(data).called(users[finding["target_user_id"]])
    arguments = ["--data", str(data), "--config", str(config), "dashboard", "--port", str(port), "--no-browser"]
    with serving([*COMMAND, *arguments], port) as address, look(browser, address, "dark") as window:
        page = window.open("findings")
        assert window.barriers() == []
        expect(page.get_by_text("Work on all")).to_have_count(0)
        window.shot("findings-dark")
        page = window.open(f"findings?user={names[0]}")
        expect(page.get_by_text("that filter is ignored")).to_be_visible()
        page = window.open(f"findings?finding={finding['finding_id']}")
        expect(page.get_by_text("What it means")).to_be_visible()
        assert page.get_by_role("button", name="Save").count() == 0
        assert [name for name in names if name in page.content()] == []
        assert window.barriers() == []
        window.shot("finding-dark")
        assert (window.errors, window.elsewhere) == ([], [])
