"""Signing in to the dashboard at a provider on this machine, in a browser."""

import secrets
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pipelines.access.log import read_access
from tests.access.conftest import CLIENT, TENANT, claims
from tests.access.provider import Provider, running_provider
from tests.dashboard.browser import COMMAND, free_port, look, serving

OTHER_TENANT = "99999999-1111-4222-8333-444444444444"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider(claims()) as running:
        yield running


@pytest.fixture(scope="module")
def signed_in_dashboard(
    browser: Browser,  # noqa: ARG001 - no server without a browser
    data: Path,
    provider: Provider,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The address of a dashboard where people sign in; no secret is left behind where it has ended."""
    folder, port = tmp_path_factory.mktemp("sign-in"), free_port()
    config = folder / "whoseagent.toml"
    config.write_text(
        f'[dashboard]\nclient_id = "{CLIENT}"\ntenant_id = "{TENANT}"\nprovider = "{provider.issuer}"\n'
        f'redirect_uri = "http://127.0.0.1:{port}/oauth2callback"\n'
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr(tempfile, "tempdir", None)
        patch.setenv("WHOSEAGENT_DASHBOARD_CLIENT_SECRET", "client secret")
        patch.setenv("WHOSEAGENT_DASHBOARD_COOKIE_SECRET", secrets.token_hex(32))
        arguments = ["--data", str(data), "--config", str(config), "dashboard", "--port", str(port), "--no-browser"]
        with serving([*COMMAND, *arguments], port) as address:
            (file,) = folder.glob("whoseagent-*/secrets.toml")
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            yield address
        assert list(folder.glob("whoseagent-*")) == []


def sign_in(page: Page) -> None:
    page.get_by_role("button", name="Sign in with Microsoft").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible(timeout=30_000)


def test_the_token_gives_the_role_and_signing_out_takes_it(
    browser: Browser, signed_in_dashboard: str, provider: Provider, data: Path
) -> None:
    provider.claims = claims(roles=["analyst"])
    with look(browser, signed_in_dashboard) as window:
        page = window.open()
        expect(page.get_by_role("button", name="Sign in with Microsoft")).to_be_visible()
        assert page.get_by_test_id("stMetric").count() == 0
        assert window.barriers() == []
        sign_in(page)
        expect(page.get_by_text("Signed in as kim@contoso.com, analyst")).to_be_visible()
        expect(page.get_by_test_id("stMetric")).to_have_count(4, timeout=30_000)
        last = list(read_access(data))[-1]
        assert (last.actor, last.role, last.what.kind) == ("kim@contoso.com", "analyst", "looked")
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("button", name="Sign in with Microsoft")).to_be_visible(timeout=30_000)
        assert page.get_by_test_id("stMetric").count() == 0


@pytest.mark.parametrize(
    ("given", "why"),
    [({"roles": []}, "has no role here"), ({"tid": OTHER_TENANT}, "another tenant"), ({"aud": TENANT}, "another app")],
)
def test_who_has_no_part_in_it_sees_nothing(
    browser: Browser, signed_in_dashboard: str, provider: Provider, data: Path, given: dict[str, object], why: str
) -> None:
    provider.claims = claims(**given)
    with look(browser, signed_in_dashboard) as window:
        page = window.open()
        page.get_by_role("button", name="Sign in with Microsoft").click()
        if "aud" in given:  # the library that signs in does not even take such a token
            expect(page.get_by_role("button", name="Sign in with Microsoft")).to_be_visible()
        else:
            expect(page.get_by_text(why)).to_be_visible(timeout=30_000)
            assert list(read_access(data))[-1].what.kind == "refused"
        assert page.get_by_test_id("stMetric").count() == 0
        assert page.get_by_label("Tenant").count() == 0
