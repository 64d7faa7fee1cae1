"""The tenant of known truth: how it is written."""

import json
import re
from collections import Counter, defaultdict
from datetime import date
from ipaddress import ip_address, ip_network
from pathlib import Path
from random import Random

import pytest

from pipelines.demo import write_inventory, write_tenant
from pipelines.demo.tenant.cast import build_cast
from tests.demo.export_reader import contents, files_of
from tests.demo.tenant_reader import GRAPH_LOG, Tenant, read_tenant


def test_the_export_is_the_same_with_truth_and_without(tmp_path: Path) -> None:
    with_truth = write_tenant(tmp_path / "a", scale=0.05, days=1, truth=tmp_path / "truth")
    assert write_tenant(tmp_path / "b", scale=0.05, days=1) == with_truth
    write_tenant(tmp_path / "c", scale=0.05, days=1, seed=8)
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b") != files_of(tmp_path / "c")
    assert set(files_of(tmp_path / "truth")) == {"requests.ndjson", "changes.ndjson", "incidents.json"}


@pytest.mark.parametrize(("days", "scale"), [(0, 1.0), (1, 0.0)])
def test_an_empty_tenant_is_refused(tmp_path: Path, days: int, scale: float) -> None:
    with pytest.raises(ValueError, match="at least one day"):
        write_tenant(tmp_path, days=days, scale=scale)


@pytest.mark.parametrize("truth", ["logs", "logs/truth", "logs/../logs/x"])
def test_truth_inside_the_export_is_refused(tmp_path: Path, truth: str) -> None:
    with pytest.raises(ValueError, match="put the truth beside it"):
        write_tenant(tmp_path / "logs", truth=tmp_path / truth)
    assert not list(tmp_path.iterdir())


def test_full_size_has_hundreds_of_humans_and_sixty_applications() -> None:
    cast = build_cast(Random(1), users=330, domain="contoso.com")  # noqa: S311  (reproducible on purpose)
    assert len({user.id for user in cast.people}) >= 300
    assert len(cast.guests) >= 30
    assert sum(user.upn != user.sign_in_name for user in cast.people) >= 300
    lists = [value for value in vars(cast).values() if isinstance(value, list)]
    apps = [item for value in [*lists, vars(cast).values()] for item in value if hasattr(item, "app_id")]
    assert len({app.app_id for app in apps} - {cast.graph.app_id, cast.token_exchange.app_id}) >= 60


def test_summary_equals_an_independent_count(tenant: Tenant) -> None:
    days: dict[str, dict[str, date]] = defaultdict(dict)
    for _, _, row in tenant.rows:
        assert row.day
        days[row.log][row.id] = row.day
    assert tenant.summary.distinct == {log: Counter(found.values()) for log, found in days.items()}
    assert tenant.summary.records == len(tenant.rows)
    assert tenant.summary.duplicates == len(tenant.rows) - sum(map(len, days.values()))
    assert set(tenant.summary.files) == set(files_of(tenant.folder))


@pytest.mark.parametrize("shape", ["diagnostic", "log_analytics", "csv", "graph"])
def test_one_shape_takes_every_log_that_has_it(tmp_path: Path, shape: str) -> None:
    summary = write_tenant(tmp_path, scale=0.05, days=1, shape=shape)  # type: ignore[arg-type]
    for log, shapes in summary.written.items():
        has_it = shape != "graph" or log not in (GRAPH_LOG, "MicrosoftServicePrincipalSignInLogs")
        assert set(shapes) == {shape} if has_it else shape not in shapes


def test_the_inventory_tells_what_stands_behind_a_federated_credential(tmp_path: Path) -> None:
    tenant = read_tenant(tmp_path, scale=0.05, days=1)
    written = write_inventory(tenant.folder, scale=0.05)
    names = ("applications", "servicePrincipals", "users", "oauth2PermissionGrants", "appRoleAssignments", "drives")
    assert set(written) == {f"{folder}/inventory/{name}.json" for folder in tenant.summary.tenants for name in names}
    page = json.loads((tenant.folder / "contoso/inventory/applications.json").read_bytes())["value"]
    behind = {found["id"]: found for app in page for found in app["federatedIdentityCredentials"]}
    lines = [line for line in tenant.truth if line["federated_issuer"] and line["federated_credential_id"]]
    assert lines
    for line in lines:
        if line["tenant_id"] == tenant.summary.tenants["contoso"]:
            found = behind[line["federated_credential_id"]]
            assert (found["issuer"], found["subject"]) == (line["federated_issuer"], line["federated_subject"])


def test_hostile_names_are_there_as_data_and_nothing_is_real(tenant: Tenant) -> None:
    text = "\n".join(content.decode() for _, content in contents(tenant.folder))
    for hostile in ("<script>alert(", "=cmd|", "DROP TABLE", "\\u001b[31m", "\u202e"):
        assert hostile in text
    addresses = set(re.findall(r"(?<![/\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])", text))
    nets = [ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]
    assert all(any(ip_address(found) in net for net in nets) for found in addresses)
    hosts = set(re.findall(r"https?:/+([\w.-]+)", text))
    assert hosts <= {"graph.microsoft.com", "sts.windows.net", "oidc.aks.example.com"}
