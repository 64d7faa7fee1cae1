"""The directory from Graph: objects whole, once a day, and every state that was seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.catalog.logs import DIRECTORY_OBJECTS
from pipelines.landing.manifest import Source, entries
from pipelines.landing.writer import Kind, Landing
from pipelines.sources.collecting import Collected, collect
from pipelines.sources.directory_collections import COLLECTIONS
from pipelines.sources.slices import Period
from pipelines.warehouse.warehouse import Warehouse
from tests.sources.graph_tenant import NOW, TENANT, Clock, inventory, landed
from tests.tenant_server.graph import PREFER, Json, Server, Tenant, serving, status

ALEX = "11111111-2222-4333-8444-aaaaaaaaaaaa"
AGENT = "11111111-2222-4333-8444-eeeeeeeeeeee"
AGENT_USER = "11111111-2222-4333-8444-ffffffffffff"
KEYS = [collection.key for collection in COLLECTIONS]
DAY = timedelta(days=1)


def person(number: int) -> Json:
    return {"id": f"11111111-2222-4333-8444-{number:012}", "displayName": f"Person {number}"}


def directory() -> dict[str, list[Json]]:
    people = [person(number) for number in range(30)]
    return {
        "users": [
            {"id": ALEX, "userPrincipalName": "alex@contoso.com", "displayName": "Alex", "aboutMe": "not asked for"},
            {
                "id": AGENT_USER,
                "@odata.type": "#microsoft.graph.agentUser",
                "userPrincipalName": "agent@contoso.com",
                "identityParentId": AGENT,
                "sponsors": people[:1],
            },
        ],
        "servicePrincipals": [
            {"id": "sp-1", "appId": "app-1", "servicePrincipalType": "Application", "owners": people[:2]},
            {
                "id": "sp-2",
                "appId": "app-2",
                "servicePrincipalType": "Application",
                "owners": people,
                "all_owners": people,
            },
            {
                "id": AGENT,
                "@odata.type": "#microsoft.graph.agentIdentity",
                "servicePrincipalType": "ServiceIdentity",
                "owners": people[:1],
                "sponsors": people,
                "all_sponsors": people,
                "agentIdentityBlueprintId": "app-3",
            },
        ],
        "applications": [
            {"id": "a-1", "appId": "app-1", "passwordCredentials": [{"keyId": "key-1", "secretText": None}]},
            {
                "id": "a-3",
                "@odata.type": "#microsoft.graph.agentIdentityBlueprint",
                "appId": "app-3",
                "passwordCredentials": [],
                "federatedIdentityCredentials": [{"id": "f-1", "issuer": "https://i", "subject": "s", "audiences": []}],
                "sponsors": people[:1],
            },
        ],
        "oauth2PermissionGrants": [{"id": "g-1", "clientId": "sp-1", "consentType": "AllPrincipals", "scope": " a b"}],
        "appRoleAssignments": [{"id": "r-1", "appRoleId": "role", "principalId": "sp-1", "resourceId": "graph"}],
        "drives": [{"id": "b!one", "driveType": "business", "owner": {"user": {"id": ALEX}}}],
    }


@pytest.fixture
def tenant() -> Tenant:
    return Tenant(directory=directory(), page_size=2)


@pytest.fixture
def server(tenant: Tenant) -> Iterator[Server]:
    with serving(tenant) as server:
        yield server


def pull(folder: Path, server: Server, clock: Clock | None = None, **options: Any) -> Collected:
    return collect(folder, inventory(server, clock, **options))


def by_id(folder: Path) -> dict[str, Json]:
    return {record["id"]: record for record in landed(folder)}


def test_object_lands_with_all_that_several_listings_say_of_it(tmp_path: Path, server: Server, tenant: Tenant) -> None:
    collected = pull(tmp_path, server, drives=lambda: ["b!one", "b!gone", "b!one", "../users"])
    assert collected.failures == []
    found = by_id(tmp_path)
    assert len(landed(tmp_path)) == len(found) == 10
    assert found[ALEX] == {"id": ALEX, "userPrincipalName": "alex@contoso.com", "displayName": "Alex"}
    assert found[AGENT_USER]["identityParentId"] == AGENT
    assert found[AGENT_USER]["@odata.type"] == "#microsoft.graph.agentUser"
    agent = found[AGENT]
    assert (agent["agentIdentityBlueprintId"], len(agent["owners"]), len(agent["sponsors"])) == ("app-3", 1, 30)
    assert [len(found[name]["owners"]) for name in ("sp-1", "sp-2")] == [2, 30]
    assert found["a-3"]["federatedIdentityCredentials"][0]["id"] == "f-1"
    assert found["b!one"]["owner"] == {"user": {"id": ALEX}}
    assert [note.message for note in collected.notes] == ["Graph does not know 1 of 2 drives that logs name"]
    assert {asked.headers["prefer"] for asked in tenant.asked} == {PREFER}
    assert {log for log, _ in collected.lines} == {log.name for log in DIRECTORY_OBJECTS} - {
        "FederatedIdentityCredentials"
    }
    assert collected.unknown_fields == {}


def test_directory_is_observed_once_a_day(tmp_path: Path, server: Server, tenant: Tenant) -> None:
    pull(tmp_path, server)
    before = entries(tmp_path)
    assert {entry.source.window for entry in before} == {("2026-03-04T12:30:00Z",) * 2}
    tenant.asked.clear()
    assert (pull(tmp_path, server, Clock(NOW + timedelta(hours=11))).slices, tenant.asked) == (0, [])
    assert pull(tmp_path, server, Clock(NOW + timedelta(hours=12))).slices == len(KEYS) + 1
    assert len(entries(tmp_path)) == 2 * len(before)


def test_past_cannot_be_observed(tmp_path: Path, server: Server, tenant: Tenant) -> None:
    assert collect(tmp_path, inventory(server), Period(NOW - DAY, NOW)).slices == 0
    assert tenant.asked == []


def test_tenant_without_agents_is_collected_and_says_so(tmp_path: Path, server: Server, tenant: Tenant) -> None:
    tenant.refuse = {
        "servicePrincipals/microsoft.graph": status(400, name="BadRequest", message="no such type"),
        "users/microsoft.graph": status(403, name="Authorization_RequestDenied"),
    }
    collected = pull(tmp_path, server)
    assert collected.failures == []
    assert [note.key for note in collected.notes] == ["users", "servicePrincipals", "servicePrincipals"]
    assert "User.Read.All" in collected.notes[0].message
    assert len(by_id(tmp_path)) == 9


def test_refused_collection_names_the_permission_and_the_others_go_on(
    tmp_path: Path, server: Server, tenant: Tenant
) -> None:
    tenant.refuse = {"oauth2PermissionGrants": status(403, name="Authorization_RequestDenied")}
    collected = pull(tmp_path, server)
    (failure,) = collected.failures
    assert failure.key == "oauth2PermissionGrants"
    assert "Directory.Read.All" in failure.message
    assert len(by_id(tmp_path)) == 8
    tenant.refuse = {}
    assert pull(tmp_path, server).slices == 1


def test_agent_that_only_its_own_listing_has_is_not_lost(tmp_path: Path, server: Server, tenant: Tenant) -> None:
    tenant.hidden = {AGENT}
    assert pull(tmp_path, server).failures == []
    agent = by_id(tmp_path)[AGENT]
    assert (agent["@odata.type"], len(agent["sponsors"])) == ("#microsoft.graph.agentIdentity", 30)


def test_return_to_an_earlier_state_of_the_directory_is_not_lost(
    tmp_path: Path, server: Server, tenant: Tenant
) -> None:
    for day, name in enumerate(["A", "B", "A", "A"]):
        tenant.directory["users"] = [{"id": ALEX, "userPrincipalName": "alex@contoso.com", "displayName": name}]
        pull(tmp_path, server, Clock(NOW + DAY * day))
    warehouse = Warehouse(tmp_path)
    warehouse.run()
    assert warehouse.rows(
        "select object_name, valid_to is null from directory_versions where object_type = 'user' order by valid_from"
    ) == [("A", False), ("B", False), ("A", True)]


def test_only_a_collected_directory_is_another_observation_at_another_time(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    day = ("2026-03-04T00:00:00Z", "2026-03-04T01:00:00Z")
    for kind, window, is_new in (
        (Kind("Users", "graph"), None, [True, False]),
        (Kind("SigninLogs", "graph"), day, [True, False]),
        (Kind("Applications", "graph"), day, [True, True]),
    ):
        found = []
        for hour in (0, 1):
            at = (window[0].replace("T00", f"T0{hour}"), window[1]) if window else None
            with landing.batch(Source("graph", "test", TENANT, at)) as batch:
                batch.add(kind, b"{}")
            found += [each.is_new for each in batch.landed]
        assert found == is_new
