"""Real records, captured or published by others, go through the whole pipeline; read from beside the repository."""

import re
from collections import Counter, defaultdict
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

from pipelines.catalog.detect import UNSUPPORTED
from pipelines.catalog.token_ids import encode_token_id
from pipelines.compression import zstd
from pipelines.defs.run import run_days
from pipelines.sources.importing import ImportedFile, import_files
from pipelines.warehouse.warehouse import Warehouse

Imported = tuple[Warehouse, list[ImportedFile]]

SUPPORTED = {
    "SigninLogs",
    "AADNonInteractiveUserSignInLogs",
    "AADServicePrincipalSignInLogs",
    "AADManagedIdentitySignInLogs",
    "AuditLogs",
    "MicrosoftGraphActivityLogs",
}
UNTIL_LATER = {"OfficeActivity", "UnifiedAuditLog", "AzureActivity"}


@pytest.fixture(scope="module")
def samples(shared_folder: Path) -> Path:
    return shared_folder / "samples"


@pytest.fixture(scope="module")
def imported(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    data = tmp_path_factory.mktemp("data")
    files = list(import_files(data, [samples]))
    warehouse = Warehouse(data)
    report = run_days(data)
    assert (report.errors, report.days_waiting, report.is_published) == ([], [], True)
    return warehouse, files


def lines_of(file: Path) -> list[bytes]:
    return [line for line in file.read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines() if line.strip()]


def test_every_line_of_every_file_is_accounted_for(samples: Path, imported: Imported) -> None:
    warehouse, _ = imported
    rows = warehouse.rows(
        "select source_name, sum(landed), sum(typed + duplicates + quarantined + unsupported), sum(waiting) "
        "from landed_files group by source_name"
    )
    accounted = {name: (int(landed), int(total), int(waiting)) for name, landed, total, waiting in rows}
    files = sorted(samples.rglob("*.jsonl"))
    assert files
    assert accounted == {str(file): (len(lines_of(file)), len(lines_of(file)), 0) for file in files}
    assert warehouse.check("lines_accounted_for").count == 0


def test_every_record_of_a_supported_log_is_typed(samples: Path, imported: Imported) -> None:
    warehouse, _ = imported
    rows = warehouse.rows("select source_name, log, typed + duplicates from landed_files")
    typed = Counter[tuple[str, str]]()
    for name, log, count in rows:
        if log != UNSUPPORTED:
            typed[Path(name).parent.name, log] += count
    assert typed == {
        (folder, folder): sum(len(lines_of(file)) for file in (samples / folder).glob("*.jsonl"))
        for folder in SUPPORTED
    }


def test_all_shapes_are_recognised(imported: Imported) -> None:
    warehouse, _ = imported
    shapes = {shape for (shape,) in warehouse.rows("select distinct shape from landed_files where shape <> ''")}
    assert shapes == {"diagnostic", "graph", "csv", "log_analytics"}


def test_workload_logs_are_kept_and_named(imported: Imported) -> None:
    warehouse, _ = imported
    rows = warehouse.rows("select source_name, looks_like from landed_files where log = 'unsupported'")
    assert {Path(str(name)).parent.name for name, _ in rows} == UNTIL_LATER
    assert all(looks_like for _, looks_like in rows)


def test_importing_again_lands_nothing(samples: Path, imported: Imported) -> None:
    warehouse, first = imported
    again = list(import_files(warehouse.data_folder, [samples]))
    assert sum(sum(file.rows.values()) for file in again) == 0
    assert sum(entry.rows for file in again for entry in file.known) == sum(sum(file.rows.values()) for file in first)


def test_records_without_any_time_are_kept_undated(imported: Imported) -> None:
    warehouse, _ = imported
    assert warehouse.rows("select count(*) from staged_directory_audits where day is null") == [(5,)]
    assert warehouse.rows("select count(*) from staged_sign_ins where day is null") == [(4,)]


def test_ids_that_are_no_guid_survive(imported: Imported) -> None:
    warehouse, _ = imported
    requests = warehouse.rows("select app_id, user_id from staged_graph_activity where request_id like 'TEST%'")
    assert requests == [("TEST_APP_ID", "user1")]


def test_t1_t2_token_ids_decode_to_their_sign_in_ids(imported: Imported) -> None:
    """Authors masked some token ids with one repeated character; every other one is its sign-in's id."""
    warehouse, _ = imported
    rows = warehouse.rows("select sign_in_id, token_id from staged_sign_ins where token_id is not null")
    different = [encode_token_id(token_id) for sign_in_id, token_id in rows if sign_in_id != token_id]
    assert len(rows) > 100
    assert [text for text in different if not re.search(r"(.)\1{5}", text)] == []


def test_originals_are_found_verbatim_in_landing(samples: Path, imported: Imported) -> None:
    warehouse, _ = imported
    ((landed_file,),) = warehouse.rows("select distinct landed_file from staged_graph_activity")
    with zstd.open(warehouse.data_folder / "landing" / str(landed_file)) as stream:
        landed = stream.read().splitlines()
    (file,) = (samples / "MicrosoftGraphActivityLogs").glob("*.jsonl")
    assert landed == lines_of(file)
    assert all(isinstance(orjson.loads(line), dict) for line in landed)


class Claims(NamedTuple):
    """All that may be said of the records of one file; empty where they say nothing about requests, tokens, changes."""

    requests: AbstractSet[tuple[str, str, str | None, bool]] = frozenset()
    """Actor class, attribution grade, reason why no sign-in matched, app-only write on a user's data."""
    tokens: AbstractSet[tuple[str, bool]] = frozenset()
    """Identity shape of the tokens issued, whether a human is on them."""
    changes: AbstractSet[tuple[bool, bool, str, str | None]] = frozenset()
    """Whether the event names a user, whether an app is known, how a request was linked, who acted by that request."""


NOTHING = Claims()
A_USER_AND_NO_MORE = (True, False, "none", None)
CLAIMS = {
    # No sign-in of these tenants is there: the user object on the request may be a person, or an agent's account.
    "MicrosoftGraphActivityLogs/diag.sekoia.jsonl": Claims(
        requests={("unknown", "request_only", "category_missing", False)}
    ),
    # The rows name no credential: a public client, a web app, or a user's agent.
    "SigninLogs/la-csv.sentinel-training-lab.sign-in_adelete.jsonl": Claims(tokens={("unknown", True)}),
    "SigninLogs/la-pandas.msticpy.jsonl": Claims(tokens={("unknown", True)}),
    # One with a credential, nine whose masked ids are no token ids, four that failed.
    "SigninLogs/diag.panther.jsonl": Claims(tokens={("delegated_web_app", True)}),
    "SigninLogs/la-csv.sentinel-training-lab.disable_accounts.jsonl": NOTHING,  # failed sign-ins issue nothing
    "SigninLogs/graph.msgraph-docs-example.jsonl": NOTHING,  # does not say whether it succeeded
    "SigninLogs/graph.cribl-azure-graph-rest.jsonl": NOTHING,  # masked ids
    "AADNonInteractiveUserSignInLogs/diag.panther.jsonl": NOTHING,  # masked ids
    "AADServicePrincipalSignInLogs/diag.panther.jsonl": Claims(tokens={("app_only", False)}),
    "AADManagedIdentitySignInLogs/diag.elastic-integrations.jsonl": Claims(tokens={("managed_identity", False)}),
    # No request is there to link, so the app behind the user stays unknown (T10).
    "AuditLogs/diag.panther.jsonl": Claims(changes={A_USER_AND_NO_MORE}),
    "AuditLogs/la-csv.sentinel-training-lab.AuditLogs_Hunting.jsonl": Claims(changes={A_USER_AND_NO_MORE}),  # no time
}


@pytest.fixture(scope="module")
def claimed(samples: Path, imported: Imported) -> dict[str, Claims]:
    """What is said of each file."""
    warehouse, _ = imported
    rows = warehouse.rows("select distinct landed_file, source_name from landed_files")
    file_of = {landed: str(Path(source).relative_to(samples)) for landed, source in rows}

    def said(query: str) -> dict[str, set[tuple[Any, ...]]]:
        found = defaultdict[str, set[tuple[Any, ...]]](set)
        for landed, *claim in warehouse.rows(query):
            found[file_of[landed]].add(tuple(claim))
        return found

    requests = said(
        "select evidence[1].landed_file, actor_class, attribution_grade, unresolved_reason, app_only_user_write "
        "from attributed_requests"
    )
    tokens = said("select landed_file, identity_shape, is_human_token from tokens")
    changes = said(
        "select landed_file, initiated_by_user_id is not null, app_id is not null, linked_by, actor_class "
        "from directory_changes"
    )
    return {name: Claims(requests[name], tokens[name], changes[name]) for name in file_of.values()}


def test_every_sample_of_a_supported_log_is_in_the_table_of_claims(samples: Path) -> None:
    found = {str(file.relative_to(samples)) for file in samples.rglob("*.jsonl")}
    assert {name for name in found if name.split("/")[0] in SUPPORTED} == set(CLAIMS)


def test_nothing_is_claimed_of_a_sample_that_its_rows_do_not_say(claimed: dict[str, Claims]) -> None:
    assert {name: claims for name, claims in claimed.items() if claims != NOTHING} == {
        name: claims for name, claims in CLAIMS.items() if claims != NOTHING
    }


def test_a_human_is_named_only_by_a_sign_in_of_that_human(imported: Imported) -> None:
    """Or as the user object on the request, of which nothing more is said."""
    warehouse, _ = imported
    rows = warehouse.rows(
        "select requests.request_id from attributed_requests as requests "
        "left join sign_ins on requests.tenant_id = sign_ins.tenant_id and requests.token_id = sign_ins.token_id "
        "and requests.user_id = sign_ins.user_id and sign_ins.is_success "
        "where requests.user_id is not null and sign_ins.sign_in_id is null "
        "and (requests.attribution_grade, requests.actor_class) <> ('request_only', 'unknown')"
    )
    assert rows == []
