"""Text of logs, as it is shown."""

import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from pipelines.dashboard.server import command_line
from pipelines.dashboard.text import column_label, percent, plain
from pipelines.resources import resource_folder
from pipelines.settings import Settings
from tests.dashboard.browser import free_port, look, serving
from tests.dashboard.data import HOSTILE

PAGE = Path(__file__).with_name("hostile_page.py")
MADE_BY_MARKDOWN = "a, img:not([alt='']), script:not([src]), .katex, em, strong, del, table, blockquote"


@pytest.mark.parametrize(
    ("column", "label"),
    [
        ("sign_in_ip_address", "Sign-in IP address"),
        ("user_upn", "User UPN"),
        ("uri", "URI"),
        ("is_write", "Is write"),
        ("upnx", "Upnx"),
    ],
)
def test_columns_are_called_as_people_write_it(column: str, label: str) -> None:
    assert column_label(column) == label


def test_hostile_names_are_shown_as_they_are(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    command = command_line("127.0.0.1", port, Settings(data=tmp_path), None, opens_browser=False)
    command[command.index(str(resource_folder("dashboards") / "app.py"))] = str(PAGE)
    with serving([sys.executable, *command], port) as address, look(browser, address) as window:
        page = window.open()
        expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(1)
        texts = page.get_by_test_id("stMarkdownContainer")
        assert [found for text in texts.all() for found in text.locator(MADE_BY_MARKDOWN).all_inner_texts()] == []
        assert page.get_by_role("heading", level=2).first.inner_text() == HOSTILE[0]
        shown = page.inner_text("body").replace("\u2060", "")
        assert all(plain(name, 200).rstrip("…") in shown for name in HOSTILE[:5])
        assert page.title() != "owned"
        assert (window.errors, window.elsewhere) == ([], [])


@pytest.mark.parametrize(
    ("share", "shown"),
    [(None, "–"), (0, "0 %"), (1, "100 %"), (0.99999, "99.9 %"), (0.00001, "0.1 %"), (0.973, "97.3 %")],
)
def test_only_all_of_it_is_a_hundred_percent(share: float | None, shown: str) -> None:
    assert percent(share) == shown
