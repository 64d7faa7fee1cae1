"""A real Chromium of this machine, for tests that look at pages."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from pipelines.outputs.report.pdf import find_browser

expect.set_options(timeout=30_000)  # of a machine that does other things too


def missing(what: str) -> NoReturn:
    """Skips the test, which under CI is a failure."""
    message = f"there is no {what}, which `make test` fetches where it can"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def chromium() -> Path:
    """Where it is; skips the test where there is none."""
    return find_browser() or missing("Chromium")


@contextmanager
def running_browser() -> Iterator[Browser]:
    """A headless browser."""
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium()), args=options)
        yield browser
        browser.close()
