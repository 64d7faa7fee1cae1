"""The synthetic export, read back by a reader that shares no code with its writer."""

import csv
import re
from collections import Counter, defaultdict
from datetime import date, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import NamedTuple

import pytest

from pipelines.demo import Summary, write_export
from tests.demo.export_reader import LOG_OF_CATEGORY, Row, contents, files_of, rows_of, token_guid

NOT_IN_GRAPH = {"MicrosoftServicePrincipalSignInLogs", "MicrosoftGraphActivityLogs"}
CHAT_HOST = "unq.gbl.spaces"  # how Teams ends the id of every chat of two people
MICROSOFT_TENANT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
TEST_NETS = [ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]


class Export(NamedTuple):
    folder: Path
    summary: Summary
    rows: list[Row]
    bad_lines: int
    unsupported: int

    def of(self, log: str, shape: str = "diagnostic") -> list[Row]:
        return [row for row in self.rows if (row.log, row.shape) == (log, shape)]


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Export:
    folder = tmp_path_factory.mktemp("export")
    summary = write_export(folder)
    rows, bad_lines, unsupported = [], 0, 0
    for name, content in contents(folder):
        for row in rows_of(name, content):
            bad_lines += row is None
            unsupported += row is not None and row.log == "OfficeActivity"
            if row is not None and row.log != "OfficeActivity":
                rows.append(row)
    return Export(folder, summary, rows, bad_lines, unsupported)


def test_same_arguments_give_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    summaries = [
        write_export(tmp_path / name, seed=seed, users=4, days=1) for name, seed in (("a", 1), ("b", 1), ("c", 2))
    ]
    first, again, other = (files_of(tmp_path / name) for name in "abc")
    assert first == again
    assert summaries[0] == summaries[1]
    assert first != other


def test_summary_equals_an_independent_count(export: Export) -> None:
    days: dict[str, dict[str, date]] = defaultdict(dict)
    written: dict[str, Counter[str]] = defaultdict(Counter)
    timeless = 0
    for row in export.rows:
        written[row.log][row.shape] += 1
        if row.day is None:
            timeless += 1
        else:
            days[row.log][row.id] = row.day
    summary = export.summary
    assert summary.distinct == {log: Counter(found.values()) for log, found in days.items()}
    assert summary.written == written
    assert summary.without_time == timeless == 1
    assert summary.duplicates == len(export.rows) - sum(map(len, days.values())) - timeless
    assert (summary.bad_lines, summary.unsupported) == (export.bad_lines, export.unsupported) == (2, 1)
    assert set(summary.files) == set(files_of(export.folder))
    assert summary.records == len(export.rows)


def test_size_is_that_of_a_small_tenant(export: Export) -> None:
    counts = {log: sum(days.values()) for log, days in export.summary.distinct.items()}
    requests, audits = counts.pop("MicrosoftGraphActivityLogs"), counts.pop("AuditLogs")
    assert 5_000 <= requests <= 10_000
    assert 1_500 <= sum(counts.values()) <= 3_000
    assert 100 <= audits <= 250


def test_every_log_comes_in_every_shape_it_has(export: Export) -> None:
    for log in LOG_OF_CATEGORY.values():
        shapes = {"diagnostic", "log_analytics", "csv"} | ({"graph"} if log not in NOT_IN_GRAPH else set())
        assert {row.shape for row in export.rows if row.log == log} == shapes


def test_some_files_are_packed(export: Export) -> None:
    endings = Counter(Path(name).suffix for name in export.summary.files)
    assert endings[".gz"] > 3
    assert endings[".zst"] == 1
    assert endings[".zip"] == 1


@pytest.mark.parametrize(("users", "days"), [(1, 1), (12, 2)])
def test_other_sizes_keep_every_time_inside_the_days(tmp_path: Path, users: int, days: int) -> None:
    summary = write_export(tmp_path, users=users, days=days, last_day=date(2025, 12, 31))
    first = date(2025, 12, 32 - days)
    assert {day for log in summary.distinct.values() for day in log} == {first, date(2025, 12, 31)}
    for name, content in contents(tmp_path):
        for row in rows_of(name, content):
            if row is not None and row.shape == "diagnostic" and "time" in row.whole:
                assert first.isoformat() <= row.whole["time"] < "2026-01-01"


@pytest.mark.parametrize(("users", "days"), [(0, 1), (1, 0)])
def test_an_empty_tenant_is_refused(tmp_path: Path, users: int, days: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        write_export(tmp_path, users=users, days=days)


def test_t1_t2_every_token_id_decodes_to_its_sign_in(export: Export) -> None:
    lengths = Counter[int]()
    for row in export.rows:
        text = row.fields.get("uniqueTokenIdentifier") or row.fields.get("UniqueTokenIdentifier")
        if text:
            lengths[len(text)] += 1
            assert token_guid(text) == row.id
            assert len(text) == 22 or row.shape == "graph"
    assert set(lengths) == {22, 48}


def test_t1_graph_requests_use_tokens_of_the_sign_ins_except_some_of_microsoft(export: Export) -> None:
    tokens = {row.id for row in export.rows if row.log not in ("AuditLogs", "MicrosoftGraphActivityLogs")}
    microsoft = {row.fields["appId"] for row in export.of("MicrosoftServicePrincipalSignInLogs")}
    requests = export.of("MicrosoftGraphActivityLogs")
    strangers = [row for row in requests if token_guid(row.fields["signInActivityId"]) not in tokens]
    assert 0 < len(strangers) < len(requests) / 50
    assert {row.fields["appId"] for row in strangers} <= microsoft


def test_nothing_in_the_export_is_real(export: Export) -> None:
    text = "\n".join(content.decode() for _, content in contents(export.folder))
    addresses = set(re.findall(r"(?<![/\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])", text))
    assert len(addresses) > 20
    assert all(any(ip_address(found) in net for net in TEST_NETS) for found in addresses)
    hosts = set(re.findall(r"https?:/+([\w.-]+)", text))
    assert hosts <= {"graph.microsoft.com", "sts.windows.net"}
    assert set(re.findall(r"\w@([\w-]+\.[\w.-]+)", text)) == {"contoso.com", "fabrikam.com", CHAT_HOST}


def test_t10_t11_t12_audits_name_the_user_or_an_app_without_app_id(export: Export) -> None:
    by_client_request = {row.fields["clientRequestId"] for row in export.of("MicrosoftGraphActivityLogs")}
    audits = export.of("AuditLogs")
    initiators = [row.fields["initiatedBy"] for row in audits]
    assert all(len(initiator) == 1 for initiator in initiators)
    apps = [initiator["app"] for initiator in initiators if "app" in initiator]
    assert {app["appId"] for app in apps} == {None}
    assert any(app["servicePrincipalId"] for app in apps)
    assert any(row.fields["id"].startswith("Directory_") for row in audits)
    assert any(row.fields["correlationId"] in by_client_request for row in audits)


def test_t13_t14_addresses(export: Export) -> None:
    agents = [row.fields for row in export.of("MicrosoftGraphActivityLogs") if row.fields["clientAuthMethod"] != "0"]
    assert all(fields["ipAddress"].startswith(("198.51.100.", "192.0.2.")) for fields in agents)
    assert {row.fields["ipAddress"] for row in export.of("AADManagedIdentitySignInLogs")} == {""}
    users = [row.fields for row in export.of("AADNonInteractiveUserSignInLogs")]
    on_behalf = [fields for fields in users if fields["authenticationProtocol"] == "onBehalfOf"]
    assert on_behalf
    assert all(fields["ipAddress"].startswith("203.0.113.") for fields in on_behalf)


def test_t19_raw_names_and_one_of_them_in_another_case(export: Export) -> None:
    spellings = Counter(
        name for row in export.of("MicrosoftGraphActivityLogs") for name in row.fields if name.lower() == "c_sid"
    )
    assert set(spellings) == {"C_Sid", "c_Sid"}
    assert 1 <= spellings["c_Sid"] <= 2


def test_t20_workspace_is_not_the_tenant(export: Export) -> None:
    rows = [row.fields for row in export.rows if row.shape in ("log_analytics", "csv")]
    (workspace,) = {fields["TenantId"] for fields in rows}
    (tenant,) = {fields.get("AADTenantId") or fields.get("AadTenantId") for fields in rows} - {None}
    assert workspace != tenant


def test_t21_envelopes_of_sign_ins_are_late(export: Export) -> None:
    first_seen: dict[str, float] = {}
    for row in export.of("AADNonInteractiveUserSignInLogs"):
        happened = datetime.fromisoformat(row.fields["createdDateTime"])
        gap = (datetime.fromisoformat(row.whole["time"]) - happened).total_seconds()
        first_seen[row.id] = min(gap, first_seen.get(row.id, gap))
    assert 28 <= min(first_seen.values()) <= max(first_seen.values()) <= 1077


def test_t22_some_records_are_delivered_again_with_a_new_time(export: Export) -> None:
    deliveries: dict[str, list[Row]] = defaultdict(list)
    for row in export.of("MicrosoftGraphActivityLogs"):
        deliveries[row.id].append(row)
    again = [rows for rows in deliveries.values() if len(rows) > 1]
    assert 0.01 < len(again) / len(deliveries) < 0.04
    for first, second in again:
        assert first.whole["properties"] == second.whole["properties"]
        assert first.whole["time"] != second.whole["time"]


def test_t24_t30_odd_request_uris(export: Export) -> None:
    uris = [row.fields["requestUri"] for row in export.of("MicrosoftGraphActivityLogs")]
    for odd in ("graph.microsoft.com/beta//", "\\u0026$top", "%23EXT%23@contoso.com"):
        assert any(odd in uri for uri in uris)
    names = {row.fields["userPrincipalName"] for row in export.of("SigninLogs")}
    assert all(name == name.lower() and "#ext#" not in name for name in names)
    assert any(name.endswith("@fabrikam.com") for name in names)


def test_t26_a_batch_is_an_envelope_and_its_requests(export: Export) -> None:
    operations: dict[str, set[str]] = defaultdict(set)
    batches = set()
    for row in export.of("MicrosoftGraphActivityLogs"):
        operations[row.fields["operationId"]].add(row.id)
        if row.fields["requestUri"].endswith("/$batch"):
            batches.add(row.fields["operationId"])
    assert batches
    assert any(len(operations[operation]) > 1 for operation in batches)


def test_delegated_and_app_only_requests_name_one_principal(export: Export) -> None:
    for row in export.of("MicrosoftGraphActivityLogs"):
        is_user = row.fields["C_Idtyp"] == "user"
        filled = {name for name in ("userId", "scopes", "servicePrincipalId", "roles") if row.fields[name]}
        assert filled == ({"userId", "scopes"} if is_user else {"servicePrincipalId", "roles"})


def test_every_kind_of_identity_signs_in(export: Export) -> None:
    rows = [row.fields for row in export.rows if row.shape == "diagnostic" and "agent" in row.fields]
    credentials = {fields["clientCredentialType"] for fields in rows}
    assert credentials == {
        "none", "clientSecret", "certificate", "clientAssertion", "federatedIdentityCredential", "managedIdentity",
    }  # fmt: skip
    kinds = {(fields["agent"]["agentType"], fields["agent"]["agentSubjectType"]) for fields in rows}
    assert kinds == {
        ("notAgentic", "notAgentic"),
        ("agenticApp", "notAgentic"),
        ("agenticAppInstance", "notAgentic"),
        ("agenticAppInstance", "agenticAppInstance"),
        ("agenticAppInstance", "agentIDuser"),
    }
    own = [fields for fields in rows if fields["agent"]["agentSubjectType"] == "agenticAppInstance"]
    assert all(fields["appId"] == fields["servicePrincipalId"] for fields in own)
    owners = {row.fields["appOwnerTenantId"] for row in export.of("MicrosoftServicePrincipalSignInLogs")}
    assert owners == {MICROSOFT_TENANT}
    assert any(fields["status"]["errorCode"] and fields["uniqueTokenIdentifier"] for fields in rows)


def test_agents_exchange_a_token_meant_for_them_in_the_same_session(export: Export) -> None:
    users = [
        row.fields
        for row in export.rows
        if row.log == "AADNonInteractiveUserSignInLogs" and row.shape in ("diagnostic", "graph")
    ]
    asked = {(fields["sessionId"], fields["userId"], fields["resourceId"]) for fields in users}
    exchanged = [
        fields
        for fields in users
        if {
            (fields["sessionId"], fields["userId"], app)
            for app in (fields["appId"], fields["agent"].get("parentAppId"))
        }
        & asked
    ]
    assert {fields["appDisplayName"] for fields in exchanged} >= {
        "Expense Copilot",
        "Travel Planner Agent",
        "Invoice Agent",
    }


def test_odd_values_are_there_once(export: Export) -> None:
    requests = {row.id: row.fields for row in export.of("MicrosoftGraphActivityLogs")}.values()
    assert sum(fields["responseStatusCode"] == "n/a" for fields in requests) == 1
    assert sum("newFieldFromMicrosoft" in fields for fields in requests) == 1


def test_log_analytics_rows_have_only_columns_that_microsoft_documents(export: Export, shared_folder: Path) -> None:
    for log in LOG_OF_CATEGORY.values():
        with (shared_folder / "schemas" / f"{log}.csv").open(encoding="utf-8-sig") as file:
            documented = {row["name"] for row in csv.DictReader(file)} | {"TenantId", "ResourceGroup"}
        assert {name for row in export.of(log, "log_analytics") for name in row.fields} <= documented


def test_graph_objects_have_only_properties_that_microsoft_documents(export: Export, shared_folder: Path) -> None:
    for log, schema in (
        ("SigninLogs", "signIn"),
        ("AADManagedIdentitySignInLogs", "signIn"),
        ("AuditLogs", "directoryAudit"),
    ):
        with (shared_folder / "schemas" / f"graph_beta_{schema}.csv").open(encoding="utf-8-sig") as file:
            documented = {row["name"] for row in csv.DictReader(file)} | {"id"}
        assert {name for row in export.of(log, "graph") for name in row.fields} <= documented
