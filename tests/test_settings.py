from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from pipelines.settings import Settings, SettingsError, load_settings

APP = "3b0f9c5e-3d0b-4f0e-9d53-0c8f6f7f2a11"
TENANT = "0f0f0f0f-1111-4222-8333-444444444444"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"WHOSEAGENT_{name.upper()}", raising=False)


def test_without_anything_the_data_is_beside_the_work() -> None:
    settings = load_settings()
    assert (settings.data, settings.tenant_id) == (Path("data"), None)


def test_what_is_given_wins_over_environment_and_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("whoseagent.toml").write_text(f'data = "from_file"\ntenant_id = "{TENANT}"\nfirst_day = 2026-01-01\n')
    assert load_settings().data == Path("from_file")
    monkeypatch.setenv("WHOSEAGENT_DATA", "from_environment")
    assert load_settings(data=None).data == Path("from_environment")
    settings = load_settings(data=Path("given"))
    assert (settings.data, settings.tenant_id, settings.first_day) == (Path("given"), UUID(TENANT), date(2026, 1, 1))


def test_a_named_file_is_read_instead_of_the_usual_one() -> None:
    Path("whoseagent.toml").write_text('data = "usual"\n')
    Path("other.toml").write_text('data = "other"\n')
    assert load_settings(Path("other.toml")).data == Path("other")
    with pytest.raises(SettingsError, match=r"missing\.toml is not there"):
        load_settings(Path("missing.toml"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('dta = "x"', "there is no setting dta; the settings are data, tenant_id"),
        ('tenant_id = "contoso"', "setting tenant_id: .*valid UUID"),
        ('first_day = "soon"', "setting first_day: .*valid date"),
        ("data = ", "whoseagent.toml: "),
        ('[[agents]]\nname = "no id"', "setting agents.0.app_id: Field required"),
        ('[[agents]]\napp_id = "x"', "setting agents.0.app_id: .*valid UUID"),
        (
            f'[[agents]]\napp_id = "{APP}"\nsanctoned = true',
            "no setting agents.0.sanctoned; the settings are app_id, name",
        ),
        (f'[[agents]]\napp_id = "{APP}"\n' * 2, f"setting agents: app_id {APP} stands in 2 entries"),
        (f'[[agents]]\napp_id = "{APP}"\n[[agents]]\napp_id = "{APP.upper()}"\n', "stands in 2 entries"),
        (f'[[tenants]]\ntenant_id = "{TENANT}"\ngrph = true', "no setting tenants.0.grph; the settings are tenant_id"),
        ('[[tenants]]\nname = "Contoso"', "setting tenants.0.tenant_id: Field required"),
        (f'[[tenants]]\ntenant_id = "{TENANT}"\n' * 2, f"setting tenants: tenant_id {TENANT} stands in 2 entries"),
        (f'[[tenants]]\ntenant_id = "{TENANT}"\nname = "a/b"', r"setting tenants.0.name: .*pattern"),
        (f'[[tenants]]\ntenant_id = "{TENANT}"\nworkspaces = ["x"]', "setting tenants.0.workspaces.0: .*valid UUID"),
        (
            f'[[tenants]]\ntenant_id = "{TENANT}"\nstorage = ["https://logs.example.com"]',
            r"setting tenants.storage: https://logs.example.com is no blob endpoint of the cloud global",
        ),
        ('cloud = "mars"', "setting cloud: Input should be 'global', 'us_gov', 'us_dod' or 'china'"),
        ("first_collect_days = 0", "setting first_collect_days: Input should be greater than or equal to 1"),
        ("first_collect_days = 3651", "setting first_collect_days: Input should be less than or equal to 3650"),
        ('own_app_ids = ["x"]', "setting own_app_ids.0: .*valid UUID"),
    ],
)
def test_wrong_settings_are_named(text: str, message: str) -> None:
    Path("whoseagent.toml").write_text(text)
    with pytest.raises(SettingsError, match=message):
        load_settings()


def test_first_collect_goes_back_as_far_as_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().first_collect_days == 7
    monkeypatch.setenv("WHOSEAGENT_FIRST_COLLECT_DAYS", "30")
    assert load_settings().first_collect_days == 30


def test_registry_of_agents_is_read_from_the_file() -> None:
    Path("whoseagent.toml").write_text(
        f'[[agents]]\napp_id = "{APP.upper()}"\nname = "Mail helper"\nowner = "Team Mail"\nsanctioned = false\n'
        f'[[agents]]\napp_id = "{TENANT}"\n'
    )
    helper, other = load_settings().agents
    assert (helper.app_id, helper.name, helper.owner, helper.sanctioned) == (
        UUID(APP),
        "Mail helper",
        "Team Mail",
        False,
    )
    assert (other.name, other.owner, other.sanctioned) == (None, None, None)


def test_list_of_first_party_apps_lies_beside_the_file_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "who.toml").write_text('first_party_apps = "apps.csv"\n')
    assert load_settings(Path("etc/who.toml")).first_party_apps == Path("etc/apps.csv")
    (tmp_path / "etc" / "who.toml").write_text('first_party_apps = "/lists/apps.csv"\n')
    assert load_settings(Path("etc/who.toml")).first_party_apps == Path("/lists/apps.csv")
    monkeypatch.setenv("WHOSEAGENT_FIRST_PARTY_APPS", "here.csv")
    assert load_settings(Path("etc/who.toml")).first_party_apps == Path("here.csv")


@pytest.mark.parametrize("name", ["WHOSEAGENT_DTA", "whoseagent_dta"])
def test_misspelt_variable_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "x")
    with pytest.raises(
        SettingsError, match=f"there is no setting {name}; .* are WHOSEAGENT_DATA, WHOSEAGENT_TENANT_ID"
    ):
        load_settings()


def test_lists_in_the_environment_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHOSEAGENT_OWN_APP_IDS", f'["{APP}"]')
    assert load_settings().own_app_ids == (UUID(APP),)
    monkeypatch.setenv("WHOSEAGENT_OWN_APP_IDS", APP)
    with pytest.raises(SettingsError, match=r'"own_app_ids".*written as JSON'):
        load_settings()


def test_tenants_are_read_from_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("whoseagent.toml").write_text(
        f'cloud = "us_gov"\n[[tenants]]\ntenant_id = "{TENANT}"\nname = "Contoso"\nclient_id = "{APP}"\n'
        f'graph = true\nworkspaces = ["{APP}"]\nstorage = ["https://logs.blob.core.usgovcloudapi.net"]\n'
        f'[[tenants]]\ntenant_id = "{APP}"\n'
    )
    monkeypatch.setenv("WHOSEAGENT_CLIENT_SECRET_CONTOSO", "no setting, and no misspelt one")
    settings = load_settings()
    contoso, other = settings.tenants
    assert (contoso.name, contoso.client_id, contoso.graph, contoso.inventory) == ("Contoso", UUID(APP), True, False)
    assert (contoso.workspaces, contoso.storage) == ((UUID(APP),), ("https://logs.blob.core.usgovcloudapi.net",))
    assert (other.name, other.graph, other.storage) == (APP, False, ())
