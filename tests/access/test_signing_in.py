"""Somebody signs in with a browser, is seen in the role of the token, and signs out."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import pytest
from playwright.sync_api import Page, sync_playwright

from pipelines.access.log import read_access
from pipelines.access.sign_in import secrets_file
from pipelines.settings import load_settings
from tests.access.conftest import CLIENT, OBJECT, TENANT
from tests.access.provider import Provider, running_provider

CHROMIUM = Path("/usr/bin/chromium")
PAGE = """
import sys
from pathlib import Path
import streamlit as st
from pipelines.access.log import AccessLog
from pipelines.access.streamlit_sign_in import current_viewer, offer_sign_out
from pipelines.settings import load_settings
viewer = current_viewer(load_settings(Path("whoseagent.toml")), AccessLog(Path("data")))
st.text(f"{viewer.name} is a {viewer.role}")
offer_sign_out()
"""


@pytest.fixture
def provider() -> Iterator[Provider]:
    said = {"aud": CLIENT, "tid": TENANT, "oid": OBJECT, "preferred_username": "kim@contoso.com"}
    with running_provider(said) as provider:
        yield provider


@pytest.fixture
def page(provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A browser before a page that asks who looks."""
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium")
    port = _free_port()
    monkeypatch.setenv("WHOSEAGENT_DASHBOARD_CLIENT_SECRET", "secret")
    monkeypatch.setenv("WHOSEAGENT_DASHBOARD_COOKIE_SECRET", "c" * 32)
    config = tmp_path / "whoseagent.toml"
    config.write_text(
        f'[dashboard]\nclient_id = "{CLIENT}"\ntenant_id = "{TENANT}"\nprovider = "{provider.issuer}"\n'
        f'redirect_uri = "http://localhost:{port}/oauth2callback"\n'
    )
    (tmp_path / "page.py").write_text(PAGE)
    with secrets_file(load_settings(config)) as secrets, _streamlit(tmp_path, port, secrets):
        _wait_for(port)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page()
            page.goto(f"http://localhost:{port}/")
            yield page
            browser.close()


def test_the_role_of_the_token_counts_until_signed_out(page: Page, provider: Provider, tmp_path: Path) -> None:
    for roles, seen in (["analyst"], "kim@contoso.com is a analyst"), ([], "kim@contoso.com has no role here"):
        provider.claims["roles"] = roles
        page.get_by_role("button", name="Sign in with Microsoft").click()
        page.get_by_text(seen).wait_for()
        page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with Microsoft").wait_for()
    (entry,) = read_access(tmp_path / "data")
    assert (entry.actor, entry.actor_id, entry.what.kind) == ("kim@contoso.com", OBJECT, "refused")


@contextmanager
def _streamlit(folder: Path, port: int, secrets: Path) -> Iterator[None]:
    options = {
        "server.port": port,
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "browser.gatherUsageStats": "false",
        "secrets.files": secrets,
    }
    given = [f"--{name}={value}" for name, value in options.items()]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "streamlit", "run", "page.py", *given]
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health").close()
        except OSError:
            sleep(0.1)
        else:
            return
    pytest.fail("Streamlit did not start")
