"""A page in the machine's Chromium, with everything that is wrong with it."""

import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from time import sleep
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, TimeoutError, expect  # noqa: A004

AXE = Path(__file__).parents[2] / ".venv" / "node" / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = "DASHBOARD_SHOTS"
"""Names a folder for pictures of the pages, for people to look at."""

STREAMLITS_OWN: frozenset[str] = frozenset()
"""Rules of axe that Streamlit's own widgets break, whatever page they stand on. None was met yet."""

COMMAND = [sys.executable, "-c", "from pipelines.cli import main; main()"]
"""What starts `whoseagent`."""
_PATIENCE_MS, _LIST_MS, _MOMENT_MS = 60_000, 3_000, 100


@dataclass
class Look:
    """A page, and what its browser met: all three lists should be empty."""

    page: Page
    address: str
    errors: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def open(self, link: str = "") -> Page:
        """The page of a link below the dashboard, when all of it stands there."""
        self.page.goto(f"{self.address}/{link}")
        return self.settle()

    def settle(self) -> Page:
        """The page, when nothing of it is being made any more."""
        expect(self.page.get_by_role("heading", level=1)).to_be_visible(timeout=_PATIENCE_MS)
        for _ in range(3):  # the browser may ask once more, when its widgets stand
            expect(self.page.locator("[data-test-script-state=notRunning]")).to_be_visible(timeout=_PATIENCE_MS)
            expect(self.page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=_PATIENCE_MS)
            self.page.wait_for_timeout(_MOMENT_MS)
        return self.page

    def choose(self, label: str, option: str | None = None) -> None:
        """Chooses from the list under this label: the option, or the first one, that by keyboard alone.

        Opens the list again where a new turn of the page has closed it.
        """
        options = self.settle().get_by_role("option")
        for _ in range(20):
            self.page.get_by_label(label, exact=True).press("ArrowDown")
            with suppress(TimeoutError):
                options.first.wait_for(timeout=_LIST_MS)
                if option is None:
                    self.page.keyboard.press("Enter")
                    self.settle()
                else:  # a list of several stays open, and the page behind it is no page until then
                    options.filter(has_text=re.compile(f"^{re.escape(option)}$")).click(timeout=_LIST_MS)
                return
        raise AssertionError(f"{label} offers no {option}")

    def barriers(self) -> list[str]:
        """What keeps people out, serious or critical, apart from what is Streamlit's own."""
        self.page.add_script_tag(path=AXE)
        found = self.page.evaluate("async () => (await axe.run()).violations")
        return [
            f"{rule['id']}: {rule['nodes'][0]['html'][:200]}"
            for rule in found
            if rule["impact"] in ("serious", "critical") and rule["id"] not in STREAMLITS_OWN
        ]

    def shot(self, name: str) -> None:
        """Keeps a picture of the whole page where the environment names a folder for it."""
        if folder := os.environ.get(SHOTS):
            height = self.page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
            self.page.set_viewport_size({"width": 1440, "height": min(int(height), 5000)})
            self.settle()
            sleep(1)  # charts take the new size
            self.page.screenshot(path=Path(folder) / f"{name}.png")


@contextmanager
def look(browser: Browser, address: str, theme: Literal["light", "dark"] = "light") -> Iterator[Look]:
    """A fresh window on the dashboard at this address."""
    context = browser.new_context(color_scheme=theme, viewport={"width": 1440, "height": 1000})
    seen = Look(context.new_page(), address)
    seen.page.set_default_timeout(_PATIENCE_MS)

    def note(request: Request) -> None:
        if urlsplit(request.url).scheme not in ("data", "blob") and not request.url.startswith(address):
            seen.elsewhere.append(request.url)

    seen.page.on("request", note)
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    seen.page.on("console", lambda said: seen.errors.append(said.text) if _is_wrong(said) else None)
    yield seen
    context.close()


def _is_wrong(said: ConsoleMessage) -> bool:
    """Whether it is an error; below a page, Streamlit asks for its server there before it asks at the root."""
    return said.type == "error" and not re.search(r"/\w+/_stcore/(health|host-config)$", said.location["url"])


@contextmanager
def dashboard_of(data: Path) -> Iterator[str]:
    """The address of a dashboard over a data folder, served by the command until the with-block ends."""
    port = free_port()
    arguments = ["--data", str(data), "dashboard", "--port", str(port), "--no-browser"]
    with serving([*COMMAND, *arguments], port) as address:
        yield address


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(command: Sequence[str], port: int) -> Iterator[str]:
    """The address at which the command serves, until the with-block ends."""
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(server, f"{address}/_stcore/health")
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(server: "subprocess.Popen[bytes]", url: str) -> None:
    for _ in range(600):
        if server.poll() is not None:
            break
        with suppress(OSError), urllib.request.urlopen(url, timeout=5):  # noqa: S310 - loopback
            return
        sleep(0.1)
    raise AssertionError(f"the dashboard did not start: exit code {server.poll()}")
