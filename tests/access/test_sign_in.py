import tomllib
from pathlib import Path

import pytest

from pipelines.access.roles import NotAllowedError, Role
from pipelines.access.sign_in import may_listen, secrets_file, sign_in_secrets
from pipelines.settings import Settings, SettingsError, load_settings
from tests.access.conftest import CLIENT, GROUP, TENANT, Configured, as_ids

EVERYWHERE = "0.0.0.0"  # noqa: S104 - nothing is bound to it here


def test_the_section_is_read_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("whoseagent.toml").write_text(
        f'[dashboard]\nclient_id = "{CLIENT}"\ntenant_id = "{TENANT}"\nlocal_role = "analyst"\npseudonyms = false\n'
        f'redirect_uri = "https://who.example.com/oauth2callback"\n[dashboard.groups]\nviewer = ["{GROUP}"]\n'
    )
    monkeypatch.setenv("WHOSEAGENT_DASHBOARD_CLIENT_SECRET", "no setting, and no misspelt one")
    section = load_settings().dashboard
    assert (section.has_sign_in, section.local_role, section.pseudonyms) == (True, Role.ANALYST, False)
    assert section.groups == {Role.VIEWER: as_ids(GROUP)}
    assert not Settings().dashboard.has_sign_in


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('clint_id = "x"', "there is no setting dashboard.clint_id; the settings are client_id, tenant_id"),
        ('client_secret = "x"', "there is no setting dashboard.client_secret"),
        ('client_id = "x"', "setting dashboard.client_id: .*valid UUID"),
        (f'client_id = "{CLIENT}"', "setting dashboard: tenant_id is missing"),
        ('redirect_uri = "http://who.example.com/oauth2callback"', "setting dashboard.redirect_uri: takes an address"),
        ('redirect_uri = "https://who.example.com/"', "setting dashboard.redirect_uri: takes an address"),
        ('redirect_uri = "https://a:b@who.example.com/oauth2callback"', "setting dashboard.redirect_uri: takes"),
        ('local_role = "boss"', "setting dashboard.local_role: .*'viewer', 'analyst' or 'reviewer'"),
        ("groups = {viewr = []}", "setting dashboard.groups.viewr.*'viewer', 'analyst' or 'reviewer'"),
        ('groups = {viewer = ["x"]}', "setting dashboard.groups.viewer.0: .*valid UUID"),
        ('provider = "https://login.example.com"', "setting dashboard.provider: .*on this machine"),
    ],
)
def test_wrong_settings_of_the_dashboard_are_named(
    text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("whoseagent.toml").write_text(f"[dashboard]\n{text}\n")
    with pytest.raises(SettingsError, match=message):
        load_settings()


def test_streamlit_gets_its_secrets_in_a_file_of_the_owner_that_goes_away(configured: Configured) -> None:
    with secrets_file(configured("us_gov")) as path:
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        auth = tomllib.loads(path.read_text())["auth"]
    assert not path.parent.exists()
    assert auth == {
        "redirect_uri": "https://whoseagent.example.com/oauth2callback",
        "cookie_secret": "c" * 32,
        "client_id": CLIENT,
        "client_secret": 'client "secret"\\',
        "server_metadata_url": f"https://login.microsoftonline.us/{TENANT}/v2.0/.well-known/openid-configuration",
    }


@pytest.mark.parametrize(
    ("variable", "value"), [("CLIENT_SECRET", ""), ("COOKIE_SECRET", "short"), ("COOKIE_SECRET", "\n" * 40)]
)
def test_a_missing_or_weak_secret_is_named_and_not_shown(
    configured: Configured, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    settings = configured()
    monkeypatch.setenv(f"WHOSEAGENT_DASHBOARD_{variable}", value)
    with pytest.raises(SettingsError, match=f"WHOSEAGENT_DASHBOARD_{variable}") as error:
        sign_in_secrets(settings)
    assert "short" not in str(error.value)


def test_only_with_sign_in_the_dashboard_listens_elsewhere_than_here(
    configured: Configured, monkeypatch: pytest.MonkeyPatch
) -> None:
    for host in ("127.0.0.1", "127.1.2.3", "::1", "localhost"):
        may_listen(host, Settings())
    for host in (EVERYWHERE, "::", "", "192.0.2.1", "who.example.com"):
        may_listen(host, configured())
        with pytest.raises(NotAllowedError, match=r"only where people sign in: .*dashboard\.client_id"):
            may_listen(host, Settings())
    with pytest.raises(NotAllowedError, match="https address"):
        may_listen(EVERYWHERE, configured(redirect_uri="http://localhost:8501/oauth2callback"))
    with pytest.raises(NotAllowedError, match=r"dashboard\.provider is for tests"):
        may_listen(EVERYWHERE, configured(provider="https://127.0.0.1:9443"))
    settings = configured()
    monkeypatch.delenv("WHOSEAGENT_DASHBOARD_CLIENT_SECRET")
    with pytest.raises(NotAllowedError, match="WHOSEAGENT_DASHBOARD_CLIENT_SECRET is missing"):
        may_listen(EVERYWHERE, settings)
