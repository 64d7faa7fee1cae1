"""`whoseagent collect`, against the storage emulator."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from pipelines.landing.cursors import CursorFile
from tests.cli.conftest import Whoseagent
from tests.emulator import ACCOUNT, Emulator

TENANT = "6a0e5c5a-1111-4222-8333-944444444444"
OTHER = "6a0e5c5a-2222-4222-8333-944444444444"
CONTAINER = "insights-logs-microsoftgraphactivitylogs"
NAME = f"storage/{TENANT}/{ACCOUNT}"


def blob(day: datetime, tenant: str = TENANT) -> str:
    return f"tenantId={tenant}/y={day:%Y}/m={day:%m}/d={day:%d}/h=05/m=00/PT1H.json"


def line(number: int) -> bytes:
    record = {"category": "MicrosoftGraphActivityLogs", "properties": {"requestId": str(number)}}
    return orjson.dumps(record) + b"\r\n"


def configure(*tenants: str, **settings: Any) -> None:
    settings = {"first_collect_days": 3650, **settings}
    lines = [f'{key} = "{value}"' for key, value in settings.items()]
    Path("whoseagent.toml").write_text("\n".join([*lines, *tenants]))


def tenant(url: str, tenant_id: str = TENANT, name: str = "Contoso") -> str:
    return f'[[tenants]]\ntenant_id = "{tenant_id}"\nname = "{name}"\nstorage = ["{url}"]\n'


@pytest.fixture
def archived(emulator: Emulator, whoseagent: Whoseagent) -> Emulator:  # noqa: ARG001 - goes to a folder of its own
    """An account with three records of a tenant, configured."""
    emulator.make_container(CONTAINER)
    emulator.write(CONTAINER, blob(datetime(2026, 3, 4, tzinfo=UTC)), line(0) + line(1))
    emulator.write(CONTAINER, blob(datetime(2026, 3, 9, tzinfo=UTC)), line(2))
    configure(tenant(emulator.url))
    return emulator


@pytest.mark.usefixtures("archived")
def test_what_is_new_lands_once(whoseagent: Whoseagent) -> None:
    ended = whoseagent("collect")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        NAME,
        "  MicrosoftGraphActivityLogs (diagnostic): 3 new lines",
        "  fields never seen before: …"
        if "never seen" in ended.out
        else "1 collector: 3 new lines landed; `whoseagent run` types and publishes them",
    ]
    again = whoseagent("collect")
    assert again.out.splitlines() == [NAME, "  nothing new", "1 collector: 0 new lines landed"]


def test_answer_as_json(whoseagent: Whoseagent, archived: Emulator) -> None:
    archived.make_container("insights-logs-riskyusers")
    (found,) = json.loads(whoseagent("collect", "--json").out)["collectors"]
    assert (found["name"], found["tenant_id"], found["new_lines"]) == (NAME, TENANT, 3)
    assert found["lines"] == [{"log": "MicrosoftGraphActivityLogs", "shape": "diagnostic", "lines": 3}]
    assert [note["key"] for note in found["notes"]] == [ACCOUNT]
    assert found["failures"] == []


@pytest.mark.usefixtures("archived")
def test_days_asked_for_are_pulled_and_the_others_wait(whoseagent: Whoseagent) -> None:
    assert "2 new lines" in whoseagent("collect", "--from", "2026-03-04", "--to", "2026-03-04").out
    assert "1 new line landed" in whoseagent("collect").out


@pytest.mark.usefixtures("archived")
def test_dry_run_says_what_and_lands_nothing(whoseagent: Whoseagent) -> None:
    ended = whoseagent("collect", "--dry-run")
    first = datetime.now(UTC).date() - timedelta(days=3650)
    assert (ended.code, ended.out.splitlines()) == (0, [NAME, f"  {CONTAINER}: from {first}"])
    assert not Path("data").exists()
    plan = json.loads(whoseagent("collect", "--dry-run", "--from", "2026-03-04", "--json").out)
    assert plan["collectors"][0]["plan"][0].startswith(f"{CONTAINER}: from 2026-03-04 to ")


def test_failing_tenant_is_exit_1_and_stops_no_other(whoseagent: Whoseagent, archived: Emulator) -> None:
    other = archived.url.replace(ACCOUNT, "fabrikamlogs")
    configure(tenant(other, OTHER, "Fabrikam"), tenant(archived.url))
    ended = whoseagent("collect")
    assert ended.code == 1
    assert "nothing, because it failed" in ended.out
    assert "3 new lines" in ended.out
    assert "FAILED fabrikamlogs: " in ended.err
    assert "sig=" not in ended.err
    assert whoseagent("collect", "--tenant", "contoso").code == 0
    assert whoseagent("collect", "--tenant", TENANT, "--source", "storage").code == 0
    assert whoseagent("collect", "--dry-run").code == 1


def test_account_that_refuses_names_the_role(
    whoseagent: Whoseagent, archived: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHOSEAGENT_STORAGE_SAS", archived.wrong_sas)
    ended = whoseagent("collect")
    assert ended.code == 1
    assert "grant the role Storage Blob Data Reader" in ended.err


@pytest.mark.usefixtures("archived")
def test_collector_that_is_at_work_already_is_said(whoseagent: Whoseagent) -> None:
    with CursorFile(Path("data"), NAME).opened():
        ended = whoseagent("collect")
    assert ended.code == 1
    assert f"FAILED {NAME} is being collected by another process" in ended.err


def test_client_secret_is_warned_about(
    whoseagent: Whoseagent, archived: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(tenant(archived.url) + f'client_id = "{OTHER}"\n')
    monkeypatch.setenv("WHOSEAGENT_CLIENT_SECRET_CONTOSO", "geheim")
    ended = whoseagent("collect")
    assert ended.code == 0
    assert "warning: Contoso is collected with the client secret of WHOSEAGENT_CLIENT_SECRET_CONTOSO" in ended.err
    assert "geheim" not in ended.err + ended.out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--to", "2026-03-04"], "--to needs --from"),
        (["--from", "2026-03-05", "--to", "2026-03-04"], "--from is after --to"),
        (["--from", "soon"], "--from takes a day such as 2026-03-02"),
        (["--tenant", "Adatum"], "there is no tenant Adatum; the tenants are Contoso"),
        (["--source", "graph"], "no graph source is configured for Contoso"),
    ],
)
def test_wrong_use_is_exit_2(whoseagent: Whoseagent, options: list[str], message: str) -> None:
    configure(tenant("https://contosologs.blob.core.windows.net"))
    ended = whoseagent("collect", *options)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err


def test_without_a_tenant_it_says_how_to_configure_one(whoseagent: Whoseagent) -> None:
    ended = whoseagent("collect")
    assert ended.code == 2
    assert "no tenant is configured: add [[tenants]] to whoseagent.toml" in ended.err
