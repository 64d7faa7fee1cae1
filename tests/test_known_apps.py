"""What the settings say of apps, a row per app id, and every mistake in the list of Microsoft's apps is named."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.cases.events import AppRegistered, Commented
from pipelines.cases.log import CaseLog
from pipelines.catalog.first_party import WELL_KNOWN
from pipelines.known_apps import known_apps
from pipelines.settings import Settings, SettingsError

AGENT = "3b0f9c5e-3d0b-4f0e-9d53-0c8f6f7f2a11"
COLLECTOR = "8c1d7a42-6f55-4f0a-8f58-5b2f1b6f9d02"
GRAPH = "00000003-0000-0000-c000-000000000000"
MICROSOFT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
HEADER = "AppId,AppDisplayName,AppOwnerOrganizationId"


def known(**settings: Any) -> dict[Any, Any]:
    rows = known_apps(Settings(**settings), Path("nobody-collected-here"))
    assert len({row["app_id"] for row in rows}) == len(rows)
    return {row["app_id"]: {key: value for key, value in row.items() if key != "app_id"} for row in rows}


def register(data: Path, app_id: str, **said: Any) -> datetime:
    """Registers an app for 30 days; the time at which that was done."""
    at = datetime(2026, 3, 2, tzinfo=UTC)
    given = {"owner": "Team Mail", "is_agent": True, "is_sanctioned": None, "reason": "x", **said}
    what = AppRegistered(app_id=app_id, expires_at=at + timedelta(days=30), **given)
    CaseLog(data, lambda: at).write("kim", lambda _, __: [what])
    return at


def test_what_people_registered_is_known_until_it_expires(tmp_path: Path) -> None:
    at = register(tmp_path, AGENT, name="Mail helper", is_sanctioned=True)
    register(tmp_path, COLLECTOR, is_agent=False)
    rows = {row["app_id"]: row for row in known_apps(Settings(), tmp_path, at)}
    assert rows[AGENT] == {
        "app_id": AGENT, "name": "Mail helper", "owner": "Team Mail", "is_agent": True, "is_sanctioned": True,
        "is_own": False, "is_first_party": False,
    }  # fmt: skip
    assert not rows[COLLECTOR]["is_agent"]
    later = known_apps(Settings(), tmp_path, at + timedelta(days=30))
    assert AGENT not in [row["app_id"] for row in later]


def test_the_settings_win_over_what_people_registered(tmp_path: Path) -> None:
    at = register(tmp_path, AGENT, name="Theirs", is_sanctioned=True)
    settings = Settings.model_validate({"agents": [{"app_id": AGENT, "name": "Ours"}]})
    (row,) = [row for row in known_apps(settings, tmp_path, at) if row["app_id"] == AGENT]
    assert (row["name"], row["owner"], row["is_sanctioned"]) == ("Ours", None, None)


def test_a_comment_is_no_registration(tmp_path: Path) -> None:
    text = f'"kind":"app_registered","app_id":"{AGENT}"'
    CaseLog(tmp_path).write("kim", lambda _, __: [Commented(finding_id="f", comment=text)])
    assert AGENT not in [row["app_id"] for row in known_apps(Settings(), tmp_path)]


def listed(tmp_path: Path, *lines: str, newline: str = "\n", encoding: str = "utf-8") -> Path:
    path = tmp_path / "apps.csv"
    path.write_bytes(newline.join([*lines, ""]).encode(encoding))
    return path


def test_without_settings_the_well_known_apps_of_microsoft_are_known() -> None:
    rows = known()
    assert rows.keys() == WELL_KNOWN.keys()
    assert rows[GRAPH] == {
        "name": "Microsoft Graph",
        "owner": None,
        "is_agent": False,
        "is_sanctioned": None,
        "is_own": False,
        "is_first_party": True,
    }


def test_the_collector_is_known_as_own_t31() -> None:
    rows = known(own_app_ids=[COLLECTOR], agents=[{"app_id": AGENT, "owner": "Team Mail", "sanctioned": True}])
    assert {app_id for app_id, row in rows.items() if row["is_own"]} == {COLLECTOR}
    assert {app_id for app_id, row in rows.items() if row["is_agent"]} == {AGENT}
    agent = rows[AGENT]
    assert (agent["name"], agent["owner"], agent["is_sanctioned"], agent["is_first_party"]) == (
        None,
        "Team Mail",
        True,
        False,
    )


def test_one_app_may_be_several_things_and_the_registry_names_it() -> None:
    row = known(own_app_ids=[GRAPH], agents=[{"app_id": GRAPH, "name": "Ours"}])[GRAPH]
    assert (row["name"], row["is_agent"], row["is_own"], row["is_first_party"]) == ("Ours", True, True, True)
    assert known(agents=[{"app_id": GRAPH}])[GRAPH]["name"] == "Microsoft Graph"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_list_of_first_party_apps(tmp_path: Path, newline: str, encoding: str) -> None:
    path = listed(
        tmp_path,
        "Source,AppOwnerOrganizationId,AppId,AppDisplayName",
        f'Graph,{MICROSOFT.upper()},{AGENT.upper()},"Sway, ""new"""',
        f"Graph,72f988bf-86f1-41af-91ab-2d7cd011db47,{COLLECTOR},",
        "Graph,,11111111-2222-4333-8444-555555555555,Owned by nobody",
        "Docs,,of no owner and no id,Nothing",
        "Graph,22222222-2222-4333-8444-555555555555,33333333-2222-4333-8444-555555555555,Of another tenant",
        newline=newline,
        encoding=encoding,
    )
    rows = known(first_party_apps=path)
    assert {app_id: row["name"] for app_id, row in rows.items() if app_id not in WELL_KNOWN} == {
        AGENT: 'Sway, "new"',
        COLLECTOR: None,
    }
    assert all(row["is_first_party"] for row in rows.values())


def test_list_beside_the_checkout_is_read(shared_folder: Path) -> None:
    assert len(known(first_party_apps=shared_folder / "first_party_apps.csv")) > 700


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["AppId,AppDisplayName", f"{AGENT},x"], r"apps\.csv, line 1: there is no column AppOwnerOrganizationId"),
        ([], r"apps\.csv, line 1: there is no column AppDisplayName, AppId, AppOwnerOrganizationId"),
        ([HEADER, f"{AGENT},x,{MICROSOFT}", f"x1,y,{MICROSOFT}"], r"apps\.csv, line 3: AppId 'x1' is no GUID"),
        ([HEADER, "", f",x,{MICROSOFT}"], r"apps\.csv, line 3: AppId '' is no GUID"),
        ([HEADER, '"' + AGENT], r"apps\.csv is no CSV in UTF-8: unexpected end of data"),
    ],
)
def test_mistake_in_the_list_is_named_with_its_line(tmp_path: Path, lines: list[str], message: str) -> None:
    with pytest.raises(SettingsError, match="setting first_party_apps: .*" + message):
        known(first_party_apps=listed(tmp_path, *lines))


def test_list_in_another_encoding(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"apps\.csv is no CSV in UTF-8"):
        known(first_party_apps=listed(tmp_path, HEADER, encoding="utf-16"))


def test_missing_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"setting first_party_apps: .*missing\.csv: no such file"):
        known(first_party_apps=tmp_path / "missing.csv")
