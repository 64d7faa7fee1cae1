"""The directory inventory from Graph pages to the published tables: what was true when."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.demo import write_inventory, write_tenant
from pipelines.sources.importing import import_files
from pipelines.warehouse.models import load_models, of_kind
from pipelines.warehouse.warehouse import Warehouse

if TYPE_CHECKING:
    from pathlib import Path

TENANT, OTHER = "5a1c3c6e-8f0b-4a6e-9d55-2f1f8f3d7b01", "8f0b5a1c-3c6e-4a6e-9d55-2f1f8f3d7b02"
EVER, STILL = date(1, 1, 1), date(9999, 12, 31)
ALEX = "11111111-2222-4333-8444-aaaaaaaaaaaa"
GUEST = "11111111-2222-4333-8444-bbbbbbbbbbbb"
TABLES = [model.name for model in of_kind(load_models(), "table") if model.name.startswith("directory_")]
CHECKS = of_kind(load_models(), "check")
Fields = dict[str, Any]


class Import:
    """Imports Graph pages at chosen times."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.warehouse = Warehouse(folder / "data")
        self._folder = folder
        self._patch = patch
        self._is_stale = True

    def page(self, at: str, collection: str, *objects: Fields, tenant: str = TENANT) -> None:
        """Imports one page as if it were that time."""
        self._is_stale = True

        class Clock(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return datetime.fromisoformat(at).replace(tzinfo=tz or UTC)

        file = self._folder / f"{collection}.json"
        context = f"https://graph.microsoft.com/v1.0/$metadata#{collection}"
        file.write_text(json.dumps({"@odata.context": context, "value": objects}))
        self._patch.setattr("pipelines.landing.writer.datetime", Clock)
        (imported,) = import_files(self.warehouse.data_folder, [file], tenant_id=tenant)
        assert not imported.problems
        assert not [entry for entry in imported.landed if entry.unknown_fields or entry.log == "unsupported"]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of the published tables, in which every check passes."""
        if self._is_stale:
            self.warehouse.run()
            found = {check.name: self.warehouse.check(check.name).count for check in CHECKS}
            assert found == dict.fromkeys(found, 0)
            self._is_stale = False
        return self.warehouse.rows(query)


@pytest.fixture
def graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    return Import(tmp_path, monkeypatch)


def user(user_id: str, name: str, **fields: Any) -> Fields:
    return {"id": user_id, "displayName": name, "userPrincipalName": "Alex@contoso.com", **fields}


def test_renamed_user_has_both_names_each_for_its_days(graph: Import) -> None:
    graph.page("2026-03-02T09:00:00", "users", user(ALEX, "Alex Wilber"), user("u2", "Megan Bowen"))
    graph.page("2026-03-04T09:00:00", "users", user(ALEX, "Alex Vance"), user("u2", "Megan Bowen"))
    assert graph.rows(
        "select user_id, user_name, user_upn, valid_from::date, valid_to::date, explains_from, explains_to "
        "from directory_users order by user_id, valid_from"
    ) == [
        (ALEX, "Alex Wilber", "alex@contoso.com", date(2026, 3, 2), date(2026, 3, 4), EVER, date(2026, 3, 4)),
        (ALEX, "Alex Vance", "alex@contoso.com", date(2026, 3, 4), None, date(2026, 3, 4), STILL),
        ("u2", "Megan Bowen", "alex@contoso.com", date(2026, 3, 2), None, EVER, STILL),
    ]
    assert graph.rows("select last_seen_at::date from directory_versions where object_id = 'u2'") == [
        (date(2026, 3, 4),)
    ]


def test_exactly_one_state_explains_each_day(graph: Import) -> None:
    for hour, name in enumerate(["a", "b", "c", "a"]):
        graph.page(f"2026-03-02T{hour:02}:00:00", "users", user(ALEX, name), user("other", f"makes page {hour} new"))
    graph.page("2026-03-05T00:00:00", "users", user(ALEX, "d"))
    assert graph.rows(
        """
        select days.day, string_agg(users.user_name)
        from (values (date '2026-02-01'), (date '2026-03-01'), (date '2026-03-02'), (date '2026-03-04'),
            (date '2026-03-05'), (date '2027-01-01')) as days (day)
        left join directory_users as users
            on user_id = $alex and day >= explains_from and day < explains_to
        group by day order by day
        """.replace("$alex", f"'{ALEX}'")
    ) == [
        (date(2026, 2, 1), "a"),
        (date(2026, 3, 1), "a"),
        (date(2026, 3, 2), "a"),
        (date(2026, 3, 4), "a"),
        (date(2026, 3, 5), "d"),
        (date(2027, 1, 1), "d"),
    ]


def test_states_are_the_same_in_any_order_of_import_but_not_their_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for order in (("one", "two"), ("two", "one")):
        folder = tmp_path / order[0]
        folder.mkdir()
        graph = Import(folder, monkeypatch)
        for day, name in enumerate(order, 2):
            graph.page(f"2026-03-0{day}T09:00:00", "users", user(ALEX, name))
        rows = graph.rows(
            "select user_name, content_hash from directory_users join directory_versions using (valid_from)"
        )
        now = graph.rows("select user_name from directory_users where valid_to is null")
        found.append((sorted(rows), now))
    assert found[0][0] == found[1][0]
    assert (found[0][1], found[1][1]) == ([("two",)], [("one",)])


def test_pages_imported_together_give_the_same_in_any_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for order in (("one", "two"), ("two", "one")):
        folder = tmp_path / order[0]
        folder.mkdir()
        graph = Import(folder, monkeypatch)
        for name in order:
            graph.page("2026-03-02T09:00:00", "users", user(ALEX, name))
        found.append(graph.rows("select user_name, valid_from, valid_to from directory_users"))
    assert found[0] == found[1]
    assert len(found[0]) == 1


def test_same_ids_in_two_tenants_are_two_users(graph: Import) -> None:
    graph.page("2026-03-02T09:00:00", "users", user(ALEX, "Alex"))
    graph.page("2026-03-03T09:00:00", "users", user(ALEX, "Somebody else"), tenant=OTHER)
    assert graph.rows("select tenant_id, user_name, valid_to, explains_from from directory_users order by 1") == [
        (TENANT, "Alex", None, EVER),
        (OTHER, "Somebody else", None, EVER),
    ]


def test_t30_guest_is_found_by_the_upn_of_sign_ins(graph: Import) -> None:
    graph.page(
        "2026-03-02T09:00:00",
        "users",
        {"id": GUEST.upper(), "userPrincipalName": "AdeleVance_fabrikam.com#EXT#@contoso.com", "userType": "Guest"},
    )
    found = graph.rows("select user_id, user_upn from directory_users where sign_in_upn = 'adelevance@fabrikam.com'")
    assert found == [(GUEST, "adelevance_fabrikam.com#ext#@contoso.com")]


def test_nothing_of_an_inventory_is_an_event(graph: Import) -> None:
    graph.page("2026-03-02T09:00:00", "drives", {"id": "b!x", "driveType": "business", "owner": {"user": {"id": ALEX}}})
    assert graph.rows("select count(*) from attributed_requests") == [(0,)]
    assert graph.rows("select landed, typed, duplicates, waiting from landed_files") == [(1, 1, 0, 0)]
    assert graph.rows("select drive_id, owner_user_id from directory_drives") == [("b!x", ALEX)]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The demo's tenants with their directories."""
    folder = tmp_path_factory.mktemp("demo")
    summary = write_tenant(folder / "logs", scale=0.1, days=1)
    write_inventory(folder / "inventory", scale=0.1)
    warehouse = Warehouse(folder / "data")
    for name, tenant_id in summary.tenants.items():
        list(import_files(warehouse.data_folder, [folder / "logs" / name], tenant_id=tenant_id))
        for imported in import_files(warehouse.data_folder, [folder / "inventory" / name], tenant_id=tenant_id):
            assert not [entry for entry in imported.landed if entry.unknown_fields or entry.log == "unsupported"]
    warehouse.run()
    return warehouse


@pytest.mark.parametrize("table", TABLES)
def test_every_table_of_the_inventory_has_rows(demo: Warehouse, table: str) -> None:
    assert demo.rows(f"select count(*) > 0 from {table}") == [(True,)]


def test_every_drive_that_a_request_names_is_known(demo: Warehouse) -> None:
    ((requests, drives),) = demo.rows(
        r"""
        select count(*), count(drives.drive_id)
        from staged_graph_activity as requests
        left join directory_drives as drives
            on requests.tenant_id = drives.tenant_id
            and regexp_extract(requests.uri, '/drives/(b![^/?]+)', 1) = drives.drive_id
        where requests.uri like '%/drives/b!%'
        """
    )
    assert requests == drives > 0


@pytest.mark.parametrize(
    ("column", "table", "key"),
    [
        ("service_principal_id", "directory_service_principals", "service_principal_id"),
        ("app_id", "directory_service_principals", "app_id"),
        ("user_id", "directory_users", "user_id"),
        ("credential_key_id", "directory_credentials", "key_id"),
        ("federated_credential_id", "directory_federated_credentials", "federated_credential_id"),
    ],
)
def test_what_sign_ins_name_is_in_the_inventory(demo: Warehouse, column: str, table: str, key: str) -> None:
    """All but the credential of an agent identity, which is its blueprint's, and the zero GUID of no key (T16)."""
    named = demo.rows(
        f"select distinct tenant_id, {column} from tokens where {column} is not null "
        f"and {column} not like '00000000-%' and ('{column}' != 'federated_credential_id' or blueprint_app_id is null)"
    )
    assert named
    assert set(named) <= set(demo.rows(f"select tenant_id, {key} from {table}"))


def test_permissions_of_the_demo_are_named_and_every_agent_identity_has_a_sponsor(demo: Warehouse) -> None:
    assert demo.rows("select count(*) from directory_grants where permission is null") == [(0,)]
    assert demo.rows(
        """
        select count(*)
        from directory_service_principals as agents
        left join directory_owners as owners
            on agents.tenant_id = owners.tenant_id
            and agents.service_principal_id = owners.object_id
            and owners.role = 'sponsor'
        left join directory_applications as blueprints
            on agents.tenant_id = blueprints.tenant_id
            and agents.blueprint_app_id = blueprints.app_id
            and blueprints.is_blueprint
        where agents.is_agent_identity and (owners.owner_upn is null or blueprints.app_id is null)
        """
    ) == [(0,)]


def test_accounts_of_agents_are_those_that_the_logs_know(demo: Warehouse) -> None:
    in_logs = demo.rows("select distinct tenant_id, user_id from tokens where is_agent_user order by all")
    known = demo.rows("select tenant_id, user_id from directory_users where is_agent_user")
    assert in_logs
    assert set(in_logs) <= set(known)
