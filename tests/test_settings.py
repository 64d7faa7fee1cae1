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
        ("[retention.tables]\nSignInLog = 90", "no log 'SignInLog' to retain; the logs are SigninLogs, "),
        ("[retention.tables]\nUsers = 90", "no log 'Users' to retain"),
        ("[retention.tables]\nAuditLogs = 0", "setting retention.tables.AuditLogs: .*greater than or equal to 1"),
        ("[retention]\ndays = 90\ntables.AuditLogs = 89", "setting retention: .* so AuditLogs stays 90 days or more"),
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


ROUTES = """
[[routes]]
kind = "webhook"
name = "soc hook"
url = "https://alerts.example.com/hook"
min_severity = "high"
rules = ["app_only_user_write"]
redact = true

[[routes]]
kind = "email"
name = "post"
host = "smtp.example.com"
from = "alerts@example.com"
to = ["soc@example.com"]
ca_file = "ca.pem"

[[routes]]
kind = "file"
name = "siem"
path = "alerts.ndjson"
"""


def test_routes_are_read_from_the_file_and_their_files_lie_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("etc").mkdir()
    Path("etc/who.toml").write_text(ROUTES)
    monkeypatch.setenv("WHOSEAGENT_ROUTE_SECRET_SOC_HOOK", "no setting, and no misspelt one")
    hook, post, siem = load_settings(Path("etc/who.toml")).routes
    assert (hook.secret_variable, hook.redact) == ("WHOSEAGENT_ROUTE_SECRET_SOC_HOOK", True)
    assert (post.kind, post.min_severity, post.ca_file) == ("email", "medium", Path("etc/ca.pem"))
    assert siem.kind == "file"
    assert siem.path == Path("etc/alerts.ndjson")


@pytest.mark.parametrize(
    ("route", "message"),
    [
        ('kind = "webhook"\nurl = "https://a.example.com"', r"setting routes\.0\.name: Field required"),
        ('kind = "carrier pigeon"\nname = "x"', r"setting routes\.0: .*'kind'.*'webhook', 'teams'"),
        ('name = "x"', r"setting routes\.0: .*'kind'"),
        (
            'kind = "webhook"\nname = "x"\nurl = "http://a.example.com/hidden"',
            r"setting routes\.0\.url: is not encrypted: a\.example\.com has to be reached by https",
        ),
        ('kind = "webhook"\nname = "x"\nurl = "hidden"', r"setting routes\.0\.url: is no URL such as https"),
        (
            'kind = "webhook"\nname = "x"\nurl = "https://a:hidden@b.example.com"',
            r"setting routes\.0\.url: has a name or password in it",
        ),
        (
            'kind = "slack"\nname = "x"\nlimt = 3',
            r"there is no setting routes\.0\.limt; the settings are name",
        ),
        ('kind = "file"\nname = "x"\npath = "y"\nlimit = 3', r"there is no setting routes\.0\.limit; .* path"),
        ('kind = "slack"\nname = "x"\nlimit = 0', r"setting routes\.0\.limit: .*greater than or equal to 1"),
        ('kind = "slack"\nname = "x"\nmin_severity = "urgent"', r"setting routes\.0\.min_severity: .*'critical'"),
        ('kind = "slack"\nname = "x"\nrules = ["no_rule"]', r"setting routes\.0\.rules: there is no rule no_rule"),
        ('kind = "ocsf"\nname = "x"', r"setting routes\.0: an ocsf route has either a path or a url"),
        (
            'kind = "email"\nname = "x"\nhost = "h.example.com"\nfrom = "a@example.com\\nBcc: b@c.de"\nto = ["c@d.e"]',
            r"setting routes\.0\.from: ",
        ),
        ('kind = "email"\nname = "x"\nhost = "h.example.com"\nfrom = "a@example.com"\nto = []', r"routes\.0\.to: "),
        (
            'kind = "sentinel"\nname = "x"\nendpoint = "https://evil.example.com"\nrule_id = "dcr-0"\nstream = "s"\n'
            f'tenant_id = "{TENANT}"',
            r"setting routes\.0\.endpoint: evil\.example\.com is no endpoint of Azure Monitor",
        ),
        (
            'kind = "slack"\nname = "soc-1"\n[[routes]]\nkind = "slack"\nname = "SOC 1"',
            "2 routes have names whose secret would stand in WHOSEAGENT_ROUTE_SECRET_SOC_1",
        ),
    ],
)
def test_a_wrong_route_is_an_error_that_names_the_key_and_shows_no_secret(route: str, message: str) -> None:
    Path("whoseagent.toml").write_text(f"[[routes]]\n{route}\n")
    with pytest.raises(SettingsError, match=message) as error:
        load_settings()
    assert "hidden" not in str(error.value)
