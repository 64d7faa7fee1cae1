"""What tests of the dashboard share: its data, its server, the browser, and a window on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium, missing, running_browser
from tests.dashboard.browser import AXE, COMMAND, Look, dashboard_of, free_port, look, serving
from tests.dashboard.data import hostile_tenant


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published data folder with hostile names; made once, only read."""
    return hostile_tenant(tmp_path_factory.mktemp("dashboard"))


@pytest.fixture(scope="session")
def installed() -> None:
    """Chromium and axe-core are there. Without one of them skips, and under CI fails."""
    chromium()
    if not AXE.is_file():
        missing("axe-core")


@pytest.fixture(scope="module")
def browser(installed: None) -> Iterator[Browser]:  # noqa: ARG001 - there is none to start else
    """Chromium, for one module: its loop would be in the way of other tests."""
    with running_browser() as started:
        yield started


@pytest.fixture(scope="session")
def address(installed: None, data: Path) -> Iterator[str]:  # noqa: ARG001 - no server without a browser
    """The address of the dashboard over that data, served by the command. One for all, as its first pages are slow."""
    with dashboard_of(data) as served:
        yield served


@pytest.fixture(scope="session")
def viewers(installed: None, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:  # noqa: ARG001
    """The address of a dashboard where whoever looks is a viewer."""
    config = tmp_path_factory.mktemp("viewer") / "whoseagent.toml"
    config.write_text('[dashboard]\nlocal_role = "viewer"\n')
    port = free_port()
    arguments = ["--data", str(data), "--config", str(config), "dashboard", "--port", str(port), "--no-browser"]
    with serving([*COMMAND, *arguments], port) as served:
        yield served


@pytest.fixture
def window(browser: Browser, address: str) -> Iterator[Look]:
    """A fresh window on the dashboard. At the end nothing may have gone wrong in it, nor been asked of another host."""
    with look(browser, address) as seen:
        yield seen
        assert (seen.errors, seen.elsewhere) == ([], [])
