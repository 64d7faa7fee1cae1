"""The page that says who did it, in a browser."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from pipelines.access.log import read_access
from pipelines.access.pseudonyms import published_pseudonyms
from pipelines.dashboard.answer import answer_to
from pipelines.dashboard.graph import Graph
from pipelines.dashboard.text import number, plain
from pipelines.warehouse.ask import answer, open_reader
from tests.dashboard.browser import Look, look
from tests.dashboard.data import HOSTILE
from tests.dashboard.test_access import _keep, named

ONE_OF_A_KIND = """
select requests.*, count(*) over (partition by app_id) as of_app
from attributed_requests as requests
where {condition}
order by request_at desc, request_id
limit 1
"""


def request_of(data: Path, condition: str) -> dict[str, Any]:
    """The newest request that fits, as the published table has it."""
    with open_reader(data) as connection:
        found: dict[str, Any] = connection.sql(ONE_OF_A_KIND.format(condition=condition)).pl().row(0, named=True)
    return found


def diagram(page: Page) -> str:
    """What stands in the diagram."""
    drawing = page.get_by_test_id("stGraphVizChart").locator("svg")
    expect(drawing).to_be_visible()
    return " ".join(drawing.locator("text").all_text_contents())


def test_a_search_leads_to_one_request_and_its_original(window: Look, data: Path) -> None:
    wanted = request_of(data, "actor_class = 'human_via_agent' and front_end_app_id is not null")
    before = len(list(read_access(data)))
    page = window.open("who_did_it")
    page.get_by_label("Agent", exact=True).fill(wanted["app_id"].upper())
    page.get_by_role("button", name="Search these days").click()
    expect(page).to_have_url(re.compile(f"agent={wanted['app_id'].upper()}"))
    in_all = "select count(*) from attributed_requests where app_id = "
    with answer(data, f"{in_all}'{wanted['app_id']}'") as rows:
        ((of_app,),) = next(rows.batches()[1])
    expect(page.get_by_text(re.compile(f"^{number(of_app)} in all"))).to_be_visible()
    window.settle()
    assert window.barriers() == []
    window.shot("who-search-light")

    window.open(f"who_did_it?agent={wanted['app_id']}&id={wanted['request_id'].upper()}")
    expect(page.get_by_text("is a request id.")).to_be_visible()
    assert plain(wanted["statement"]) in page.inner_text("body").replace("\u2060", "")
    drawn = diagram(page)
    assert f"hop {wanted['chain_grade']}" in drawn
    assert "exact: token id" in drawn
    expect(page.get_by_role("link", name="Back to the list")).to_have_attribute(
        "href", f"who_did_it?agent={wanted['app_id']}"
    )
    page.get_by_role("button", name="Show the original").click()
    expect(page.get_by_text("laid out for reading")).to_contain_text(wanted["evidence"][0]["landed_file"])
    laid_out = page.get_by_test_id("stCode").filter(has_text=wanted["request_id"], has_not_text="select").first
    expect(laid_out).to_be_visible()
    window.settle()
    assert window.barriers() == []
    window.shot("who-one-light")
    did = [entry.what for entry in list(read_access(data))[before:]]
    assert [each.kind for each in did if each.kind != "looked"] == ["searched", "searched", "saw_original"]
    assert did[-1].record_id == wanted["request_id"]  # type: ignore[union-attr]


def test_a_request_is_opened_by_keyboard(window: Look, data: Path) -> None:
    wanted = request_of(data, "user_upn is not null and actor_class = 'human_via_agent'")
    page = window.open(f"who_did_it?user={wanted['user_upn'].upper()}&agent={wanted['app_id']}")
    window.choose("Open a request")
    expect(page).to_have_url(re.compile(f"id={wanted['request_id']}"))
    expect(page.get_by_role("heading", name="The chain")).to_be_visible()
    assert wanted["user_upn"].split("@")[0] in diagram(page)


def test_nobody_is_named_where_nobody_can_be_known(window: Look, data: Path) -> None:
    wanted = request_of(data, "actor_class = 'unknown'")
    page = window.open(f"who_did_it?id={wanted['request_id']}")
    expect(page.get_by_role("heading", name="Nobody can be known")).to_be_visible()
    assert "no sign-in matched" in diagram(page)
    page.get_by_label("Id of a request").fill(f"<img src=x onerror=alert(1)> {HOSTILE[1]}"[:200])
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("was not found: no request and no sign-in has this id")).to_be_visible()


def test_a_session_shows_its_requests_and_a_chain_for_each_token(browser: Browser, address: str, data: Path) -> None:
    session = request_of(data, "actor_class = 'human_via_agent' and session_id is not null")["session_id"]
    with look(browser, address, "dark") as window:
        page = window.open(f"who_did_it?id={session}")
        expect(page.get_by_text(f"{session} is a session id.")).to_be_visible()
        expect(page.get_by_label("Open a request")).to_be_visible()
        assert diagram(page)
        assert window.barriers() == []
        window.shot("who-session-dark")
        assert (window.errors, window.elsewhere) == ([], [])


def test_a_viewer_sees_a_request_without_people_and_may_not_search(browser: Browser, viewers: str, data: Path) -> None:
    wanted = request_of(data, "actor_class = 'human_via_agent' and root_sign_in_id is not null")
    with look(browser, viewers) as window:
        frames: list[bytes] = []
        window.page.on("websocket", lambda socket: _keep(socket, frames))
        page = window.open(f"who_did_it?id={wanted['request_id']}")
        assert "user-" in diagram(page)
        expect(page.get_by_text("may not see original records")).to_be_visible()
        assert named(frames, published_pseudonyms(data)) == set()
        sent = b"".join(frames)
        assert wanted["root_ip_address"].encode() not in sent
        assert wanted["root_device"].encode() not in sent
        window.shot("who-viewer-light")
        window.open(f"who_did_it?agent={wanted['app_id']}")
        expect(page.get_by_text("the role viewer may not search")).to_be_visible()
        assert list(read_access(data))[-1].what.kind == "refused"
        assert page.get_by_test_id("stDataFrame").count() == 0
        assert (window.errors, window.elsewhere) == ([], [])


@pytest.mark.parametrize("actor", ["agent_user", "autonomous_agent", "app_only", "first_party", "unknown"])
def test_only_a_humans_request_has_a_human(actor: str, data: Path) -> None:
    human = answer_to(request_of(data, "actor_class = 'human_direct'"))[0]
    assert "@" in human.said
    part = answer_to(request_of(data, f"actor_class = '{actor}'"))[0]
    assert part.said in ("Nobody", "Nobody can be known")


def test_names_cannot_leave_their_box() -> None:
    graph = Graph()
    graph.box('a"]; evil [label="b', "\\", "&lt;b&gt;\n\\N", colour="#ffffff")
    (_, line) = graph.dot().split("edge", 1)
    label = re.search(r'label="((?:[^"\\]|\\.)*)", fillcolor="#ffffff"', line)
    assert label is not None
    assert label[1].startswith('a\\"]; evil [label=\\"b')
    assert "&amp;lt;b&amp;gt; \\\\N" in label[1]
