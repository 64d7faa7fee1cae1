"""The command that serves the dashboard, and its first page without any data."""

import subprocess
import sys
from pathlib import Path
from socket import create_server

import pytest
from playwright.sync_api import Browser, expect

from pipelines.cli.start import run
from tests.dashboard.browser import dashboard_of, look


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "example.com"])  # noqa: S104 - refused
def test_nobody_else_can_reach_it(host: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--data", str(tmp_path), "dashboard", "--host", host]) == 2
    assert "no sign-in" in capsys.readouterr().err


def test_a_port_that_is_taken_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(["--data", str(tmp_path), "dashboard", "--port", str(port)]) == 2
    assert f"port {port} of 127.0.0.1 cannot be used" in capsys.readouterr().err


def test_without_data_the_page_says_what_to_do(browser: Browser, tmp_path: Path) -> None:
    with dashboard_of(tmp_path) as address, look(browser, address) as window:
        page = window.open()
        expect(page.get_by_text("Nothing is published yet")).to_be_visible()
        expect(page.get_by_text("whoseagent run")).to_be_visible()
        assert (window.errors, window.elsewhere) == ([], [])


def test_the_dashboard_needs_no_pipeline_process() -> None:
    code = "import sys, pipelines.dashboard.page; sys.exit('dagster' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_pages_need_is_read_before_they_ask_without_a_word() -> None:
    code = (
        "import sys; from pipelines.dashboard import web; web.warm_up(); before = set(sys.modules);"
        "import altair, pandas, pyarrow; from pipelines.outputs.panels import panels;"
        "unread = [each.name for each in panels().values() if 'tree' not in vars(each)];"
        "print(len(panels()) > 30, unread, set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("True [] set()", "")
