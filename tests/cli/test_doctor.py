"""`whoseagent doctor`, against a tenant on this machine."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from azure.core.exceptions import ClientAuthenticationError

from pipelines.cli.doctor import report
from pipelines.landing.writer import Kind, Landing, Source
from pipelines.probes import Probe, Status
from pipelines.sources.checking import check
from pipelines.sources.collecting import collect
from pipelines.sources.graph_client import Transport
from pipelines.sources.graph_logs import GraphLogs
from pipelines.sources.inventory import Inventory
from pipelines.sources.slices import CollectError, Collector, RefusedError, Remark
from pipelines.sources.storage import CONTAINERS, StorageArchive
from pipelines.sources.storage_account import StorageAccount
from tests.cli.conftest import Whoseagent
from tests.cli.test_collect import CONTAINER, NAME, blob, configure, line, tenant
from tests.emulator import ACCOUNT, Emulator
from tests.sources.graph_tenant import NOW, TENANT, Clock, Credential, audit, inventory, logs, sign_in
from tests.sources.test_inventory import directory
from tests.tenant_server.graph import Server, Tenant, serving, status
from tests.tenant_server.log_analytics import LogAnalyticsServer
from tests.tenant_server.log_analytics import Status as Answer
from tests.tenant_server.log_analytics_rig import NOW as RIG_NOW
from tests.tenant_server.log_analytics_rig import WORKSPACE, Rig

DRIVE = "b!of-nobody"
FORBIDDEN = status(403, name="Authorization_RequestDenied", message="Insufficient privileges")


class NoCredential:
    """Nobody is signed in."""

    def get_token(self, *_scopes: str, **_: Any) -> Any:
        raise ClientAuthenticationError("nobody is signed in\nand this is a long story")


class Stub:
    """A source of which the probes are known."""

    tenant_id = TENANT

    def __init__(self, *probes: Probe, breaks: Exception | None = None) -> None:
        self.name = "stub"
        self._probes, self._breaks = probes, breaks
        self.failures: list[Remark] = []
        self.notes: list[Remark] = []

    def check(self) -> Iterator[Probe]:
        yield from self._probes
        if self._breaks:
            raise self._breaks

    def plan(self, *_: Any) -> list[str]:
        raise NotImplementedError

    def slices(self, *_: Any) -> Iterator[Any]:
        raise NotImplementedError


@pytest.fixture
def graph() -> Iterator[Server]:
    """A tenant with one sign-in of each of two kinds, an audit and a directory."""
    at = NOW - timedelta(hours=3)
    events = {
        "interactiveUser": [sign_in(1, at), sign_in(2, at - timedelta(days=2))],
        "servicePrincipal": [sign_in(3, at, "servicePrincipal")],
        "directoryAudits": [audit(1, at)],
    }
    with serving(Tenant(events=events, directory={**directory(), "drives": [{"id": DRIVE}]})) as server:
        yield server


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with LogAnalyticsServer(tmp_path) as server:
        yield Rig(tmp_path / "data", server)


def by_key(probes: list[Probe]) -> dict[str, Probe]:
    return {probe.key: probe for probe in probes}


def statuses(probes: list[Probe]) -> dict[str, str]:
    return {probe.key: str(probe.status) for probe in probes}


def test_without_configuration_ten_lines_say_how_to_connect_a_tenant(whoseagent: Whoseagent) -> None:
    ended = whoseagent("doctor")
    assert (ended.code, ended.err) == (1, "")
    assert len(ended.out.splitlines()) <= 10
    for word in ("[[tenants]]", "Storage Blob Data Reader", "Log Analytics Data Reader", "AuditLog.Read.All"):
        assert word in ended.out
    assert not Path("data").exists()
    assert json.loads(whoseagent("doctor", "--json").out) == {"healthy": False, "examined": [], "grant": []}


def test_unknown_tenant_is_wrong_use(whoseagent: Whoseagent) -> None:
    configure(tenant("https://contosologs.blob.core.windows.net"))
    ended = whoseagent("doctor", "--tenant", "Adatum")
    assert ended.code == 2
    assert "there is no tenant Adatum" in ended.err


def test_graph_that_answers_is_ok_with_the_newest_event_of_each_kind(graph: Server) -> None:
    probes = by_key(check(logs(graph)))
    assert probes["token"].status is Status.OK
    assert probes["interactiveUser"].newest == NOW - timedelta(hours=3)
    assert probes["interactiveUser"].message == "newest event 2026-03-04 09:30Z, 3 hours ago"
    assert probes["directoryAudits"].status is Status.OK
    assert probes["managedIdentity"].status is Status.WARNING
    assert "no event of the last 7 days" in probes["managedIdentity"].message
    assert all(asked.query["$top"] == "1" for asked in graph.tenant.asked)
    assert len(graph.tenant.asked) == 5


def test_refused_kind_of_events_names_the_permission_and_the_others_go_on(graph: Server) -> None:
    graph.tenant.refuse["servicePrincipal"] = FORBIDDEN
    probes = by_key(check(logs(graph)))
    refused = probes["servicePrincipal"]
    assert refused.status is Status.REFUSED
    assert f"grant the collecting app {refused.grant}" in refused.message
    assert refused.grant == "the application permission AuditLog.Read.All of Microsoft Graph, with admin consent"
    assert probes["directoryAudits"].status is Status.OK


def test_tenant_without_premium_is_no_matter_of_permissions(graph: Server) -> None:
    denied = status(403, name="Authentication_RequestFromNonPremiumTenantOrB2CTenant", message="no premium license")
    graph.tenant.refuse["auditLogs/signIns"] = denied
    probe = by_key(check(logs(graph)))["interactiveUser"]
    assert (probe.status, probe.grant) == (Status.FAILED, "")
    assert "P1 or P2" in probe.message


def test_overloaded_graph_is_asked_once_only(graph: Server) -> None:
    graph.tenant.refuse["auditLogs"] = status(429, Retry_After="3600")
    probes = check(logs(graph))
    assert by_key(probes)["directoryAudits"].message == "auditLogs/directoryAudits failed once with: HTTP 429"
    assert len(graph.tenant.asked) == 5


def test_without_a_token_graph_is_not_asked(graph: Server) -> None:
    transport = Transport(graph.endpoint)
    for collector in (
        GraphLogs(TENANT, NoCredential(), transport=transport),
        Inventory(TENANT, NoCredential(), transport=transport),
    ):
        (probe,) = check(collector)
        assert (probe.key, probe.status) == ("token", Status.FAILED)
        assert "nobody is signed in; sign in with `az login`" in probe.message
    assert not graph.tenant.asked


def test_clock_is_compared_with_the_service(graph: Server) -> None:
    assert by_key(check(logs(graph)))["clock"].status is Status.WARNING  # its time is long past
    right = GraphLogs(TENANT, Credential(), transport=Transport(graph.endpoint))
    assert by_key(check(right))["clock"].status is Status.OK
    late = Transport(graph.endpoint, now=lambda: datetime.now(UTC) - timedelta(seconds=90))
    clock = by_key(check(GraphLogs(TENANT, Credential(), transport=late)))["clock"]
    assert clock.status is Status.WARNING
    assert "seconds behind the service" in clock.message


def test_inventory_asks_for_each_collection_and_part(graph: Server) -> None:
    probes = statuses(check(inventory(graph)))
    assert probes.pop("clock") == "warning"
    assert set(probes.values()) == {"ok"}
    assert {"users", "users/microsoft.graph.agentUser", "applications/federatedIdentityCredentials", "drives"} <= set(
        probes
    )


def test_refused_parts_of_the_inventory_name_each_permission(graph: Server) -> None:
    graph.tenant.refuse["servicePrincipals/microsoft.graph.agentIdentity"] = FORBIDDEN
    graph.tenant.refuse["oauth2PermissionGrants"] = FORBIDDEN
    graph.tenant.refuse["users/microsoft.graph"] = status(404)
    graph.tenant.refuse["drives/"] = FORBIDDEN
    probes = by_key(check(inventory(graph, drives=lambda: [DRIVE])))
    assert "AgentIdentity.Read.All" in probes["servicePrincipals/microsoft.graph.agentIdentity"].grant
    assert "Directory.Read.All" in probes["oauth2PermissionGrants"].grant
    assert "Files.Read.All" in probes["drives"].grant
    assert probes["users/microsoft.graph.agentUser"].status is Status.MISSING
    assert probes["users"].status is Status.OK


def test_tables_of_a_workspace(rig: Rig) -> None:
    rig.add(1, at=RIG_NOW - timedelta(hours=1), event_at=RIG_NOW - timedelta(hours=2))
    rig.add(2, at=RIG_NOW - timedelta(hours=3))
    probes = by_key(check(rig.collector()))
    assert probes["AuditLogs"].message == "newest event 2026-03-04 10:00Z, 2 hours ago"
    assert probes["SigninLogs"].status is Status.WARNING
    assert len(rig.server.asked) == 7


def test_missing_table_is_no_failure(tmp_path: Path) -> None:
    with LogAnalyticsServer(tmp_path) as server:
        rig = Rig(tmp_path / "data", server)
        server._workspaces[WORKSPACE].pop("AuditLogs")
        probe = by_key(check(rig.collector()))["AuditLogs"]
    assert (probe.status, probe.is_bad) == (Status.MISSING, False)
    assert "Security Administrator" in probe.message


def test_workspace_that_refuses_names_the_role(rig: Rig) -> None:
    rig.server.forbidden = True
    probes = by_key(check(rig.collector()))
    assert probes["SigninLogs"].status is Status.REFUSED
    assert probes["SigninLogs"].grant == f"the role Log Analytics Data Reader on the workspace {WORKSPACE}"


def test_table_that_fails_is_asked_once_and_hides_no_other(rig: Rig) -> None:
    rig.server.faults = [Answer(503), "truncated", Answer(429, {"Retry-After": "3600"})]
    probes = check(rig.collector())
    assert [str(probe.status) for probe in probes[1:5]] == ["failed", "failed", "failed", "warning"]
    assert rig.slept == []


def test_containers_of_an_account(whoseagent: Whoseagent, emulator: Emulator) -> None:
    now = datetime.now(UTC)
    for container in CONTAINERS:
        emulator.make_container(container)
    emulator.write(CONTAINER, blob(now - timedelta(days=40)), line(0))
    emulator.write(CONTAINER, blob(now), line(1))
    configure(tenant(emulator.url))
    ended = whoseagent("doctor")
    assert (ended.code, ended.err) == (0, "")
    assert f"{NAME}\n  ok       containers" in ended.out
    assert f"newest hour {now:%Y-%m-%d} 05h" in ended.out
    assert "holds nothing of this tenant" in ended.out
    assert not Path("data").exists()


def test_account_without_a_container_is_exit_1(whoseagent: Whoseagent, emulator: Emulator) -> None:
    configure(tenant(emulator.url))
    ended = whoseagent("doctor")
    assert ended.code == 1
    assert ended.out.count("missing  insights-logs-") == len(CONTAINERS)
    emulator.make_container(CONTAINER)
    emulator.write(CONTAINER, blob(datetime.now(UTC)), line(1))
    assert whoseagent("doctor").code == 0


def test_account_that_may_not_be_listed_is_read_all_the_same(
    whoseagent: Whoseagent, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.make_container(CONTAINER)
    emulator.write(CONTAINER, blob(datetime.now(UTC)), line(1))
    configure(tenant(emulator.url))
    monkeypatch.setenv("WHOSEAGENT_STORAGE_SAS", emulator.sas_for_blobs)
    ended = whoseagent("doctor")
    assert ended.code == 0
    assert "may not be listed" in ended.out


class OneContainer(StorageAccount):
    """An account that lets one container be read, and does not say which others there are."""

    def __init__(self) -> None:
        super().__init__("https://contosologs.blob.core.windows.net", NoCredential)

    def containers(self, prefix: str) -> list[str]:
        raise RefusedError(f"{prefix} may not be listed")

    def folders(self, container: str, prefix: str = "") -> list[str]:
        if container != CONTAINER:
            raise RefusedError(f"{container} may not be read")
        path = blob(NOW, TENANT).split("/")
        depth = len(prefix.split("/")) if prefix else 0
        return ["/".join(path[: depth + 1])]


def test_role_on_one_container_is_enough_where_the_others_need_not_be_there() -> None:
    probes = by_key(check(StorageArchive(OneContainer(), TENANT, clock=lambda: NOW)))
    assert probes[CONTAINER].newest == NOW.replace(hour=5, minute=0)
    other = probes["insights-logs-auditlogs"]
    assert other.status is Status.MISSING
    assert (
        "not there, or needs the role Storage Blob Data Reader on the container insights-logs-auditlogs"
        in other.message
    )


def test_account_that_refuses_names_the_role_and_keeps_the_signature_to_itself(
    whoseagent: Whoseagent, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(tenant(emulator.url))
    monkeypatch.setenv("WHOSEAGENT_STORAGE_SAS", emulator.wrong_sas)
    ended = whoseagent("doctor")
    assert ended.code == 1
    role = f"the role Storage Blob Data Reader on the container {CONTAINER}, or on the whole account {ACCOUNT}"
    assert role in ended.out
    assert ended.out.count("refused  insights-logs-") == len(CONTAINERS)
    assert "sig=" not in ended.out + ended.err


def test_client_secret_is_warned_about(
    whoseagent: Whoseagent, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(tenant(emulator.url) + f'client_id = "{TENANT}"\n')
    monkeypatch.setenv("WHOSEAGENT_CLIENT_SECRET_CONTOSO", "geheim")
    ended = whoseagent("doctor")
    assert "warning: Contoso is collected with the client secret of WHOSEAGENT_CLIENT_SECRET_CONTOSO" in ended.err
    assert "geheim" not in ended.out + ended.err


def test_source_that_breaks_stops_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = Probe("table", Status.OK, "newest event now")
    broken = Stub(good, breaks=CollectError("the account is away, see https://a.example.com/x?sig=geheim"))
    odd = Stub(breaks=KeyError("value"))
    assert report(tmp_path / "data", [broken, odd, Stub(good)], as_json=False) == 1
    out = capsys.readouterr().out
    assert "could not go on: the account is away" in out
    assert "geheim" not in out
    assert out.count("newest event now") == 2


def test_everything_ok_is_exit_0_and_what_is_missing_is_no_failure(tmp_path: Path) -> None:
    good, missing = Probe("table", Status.OK, ""), Probe("other", Status.MISSING, "")
    token = Probe("token", Status.OK, "")
    assert report(tmp_path, [Stub(token, good, missing)], as_json=False) == 0
    assert report(tmp_path, [Stub(token, missing)], as_json=False) == 1
    assert report(tmp_path, [Stub(token, good), Stub(token, good, Probe("x", Status.REFUSED, ""))], as_json=False) == 1


def test_grants_stand_once_with_the_least_privilege_first(
    tmp_path: Path, graph: Server, rig: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    graph.tenant.refuse[""] = FORBIDDEN
    rig.server.forbidden = True
    collectors: list[Collector] = [inventory(graph, drives=lambda: [DRIVE]), logs(graph), rig.collector()]
    assert report(tmp_path, collectors, as_json=True) == 1
    found = json.loads(capsys.readouterr().out)
    assert [grant.split(" on the ")[0].split(" of Microsoft")[0].split()[-1] for grant in found["grant"]] == [
        "Reader",
        "AgentIdentity.Read.All",
        "AgentIdentityBlueprint.Read.All",
        "AgentIdentityBlueprintPrincipal.Read.All",
        "AuditLog.Read.All",
        "Application.Read.All",
        "User.Read.All",
        "Directory.Read.All",
        "Files.Read.All",
    ]
    assert [each["name"].partition("/")[0] for each in found["examined"]] == [
        "data",
        "inventory",
        "graph",
        "log_analytics",
    ]


def test_answers_are_data_for_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report(tmp_path, [Stub(Probe("table\x1b[31m", Status.FAILED, "\x1b]0;owned\x07", "\x1b[2J"))], as_json=False)
    assert "\x1b" not in capsys.readouterr().out


def folder(data: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    report(data, [Stub(Probe("table", Status.OK, ""))], as_json=True)
    probes = json.loads(capsys.readouterr().out)["examined"][0]["probes"]
    return {probe["key"]: probe for probe in probes}


def test_data_folder_before_the_first_import(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    probes = folder(tmp_path / "data", capsys)
    assert {key: probe["status"] for key, probe in probes.items() if key != "disk"} == {
        "folder": "ok",
        "evidence": "missing",
        "published": "missing",
    }


def test_data_folder_that_others_may_enter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    assert folder(data, capsys)["privacy"]["status"] == "warning"
    data.chmod(0o700)
    assert folder(data, capsys)["privacy"]["status"] == "ok"


def test_data_folder_that_cannot_be_written_is_exit_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert folder(Path("/proc/whoseagent"), capsys)["folder"]["status"] == "failed"
    assert report(Path("/proc/whoseagent"), [Stub(Probe("table", Status.OK, ""))], as_json=False) == 1


def test_evidence_whose_head_is_gone_or_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Landing(tmp_path).batch(Source("file", "x")) as batch:
        batch.add(Kind("SigninLogs", "diagnostic"), b"{}")
    evidence = folder(tmp_path, capsys)["evidence"]
    assert evidence["status"] == "ok"
    assert evidence["message"].startswith("1 entries, head sha256 ")
    head = tmp_path / "landing" / "head.json"
    head.write_text("{}")
    assert folder(tmp_path, capsys)["evidence"]["status"] == "failed"
    head.unlink()
    assert folder(tmp_path, capsys)["evidence"]["status"] == "failed"


def test_last_success_of_each_source_and_what_did_not_come(
    graph: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC)
    collect(tmp_path, logs(graph, Clock(now - timedelta(hours=3)), first_days=1))
    key = f"graph of {TENANT}"
    assert folder(tmp_path, capsys)[key]["status"] == "ok"
    graph.tenant.refuse["auditLogs/directoryAudits"] = FORBIDDEN
    collect(tmp_path, logs(graph, Clock(now - timedelta(hours=1)), first_days=1))
    probe = folder(tmp_path, capsys)[key]
    assert probe["status"] == "warning"
    assert "did not come: AuditLogs;" in probe["message"]


def test_missing_table_names_the_category_that_makes_it(rig: Rig) -> None:
    workspace = "0f8fad5b-0000-4000-8000-00000000a002"
    rig.server.add(workspace, "SigninLogs")
    probes = by_key(check(rig.collector(workspace=workspace)))
    assert "the category NonInteractiveUserSignInLogs " in probes["AADNonInteractiveUserSignInLogs"].message


def test_newest_published_event_of_each_log(published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    with duckdb.connect(str(published / "warehouse.duckdb")) as connection:
        connection.execute("create table completeness (tenant_id varchar, log varchar, last_event_at timestamp)")
        connection.execute(
            "insert into completeness values ('t', 'AuditLogs', $1), ('t', 'AuditLogs', $2), ('t', 'SigninLogs', $2)",
            [now - timedelta(hours=3), now - timedelta(days=3)],
        )
    probes = folder(published, capsys)
    assert probes["AuditLogs of t"]["status"] == "ok"
    assert probes["AuditLogs of t"]["message"].endswith("3 hours ago")
    assert probes["SigninLogs of t"]["status"] == "warning"
    (published / "warehouse.duckdb").write_bytes(b"no database")
    assert folder(published, capsys)["published"]["status"] == "failed"
