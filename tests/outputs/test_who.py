import base64
from pathlib import Path
from typing import Any

import pytest

from pipelines.catalog.token_ids import encode_token_id
from pipelines.compression import zstd
from pipelines.outputs.originals import originals
from pipelines.outputs.who import NEWEST, Found, find
from pipelines.warehouse.ask import AskError, NotPublishedError
from pipelines.warehouse.warehouse import Warehouse
from tests.outputs.tenant import incident


def request_of(tenant: Path, name: str) -> dict[str, Any]:
    """The request of a named incident, as it is found by its own id."""
    known = incident(tenant, name)
    found = find(tenant / "data", known["request_ids"][0])
    return next(row for row in found.requests if row["tenant_id"] == known["tenant_id"])


def test_a_request_is_found_with_the_chain_from_the_humans_sign_in_to_it(tenant: Path) -> None:
    known = incident(tenant, "deleted-messages")
    found = find(tenant / "data", known["request_ids"][0])
    (request,), (chain,) = found.requests, found.chains
    assert found.matched_as == ("request_id",)
    assert request["user_id"] == known["expected"]["user_id"]
    assert chain.root is not None
    assert chain.root["sign_in_id"] == known["expected"]["root_sign_in_id"]
    assert [hop["front_end_app_id"] for hop in chain.hops] == known["expected"]["chain"][:-1]
    assert chain.token["app_id"] == known["expected"]["chain"][-1]
    assert {"both tokens are of one session", "one front end fits"} <= set(chain.hops[-1]["reasons"])


def test_each_hop_of_a_long_chain_is_found_in_order(tenant: Path) -> None:
    known = incident(tenant, "file-read-through-hops")
    (chain,) = find(tenant / "data", known["request_ids"][0]).chains
    assert len(chain.hops) > 1
    assert [*(hop["front_end_app_id"] for hop in chain.hops), chain.token["app_id"]] == known["expected"]["chain"]


def test_several_fitting_front_ends_stay_several(tenant: Path) -> None:
    (chain,) = find(tenant / "data", incident(tenant, "shared-plan")["request_ids"][0]).chains
    assert len({link["front_end_app_id"] for link in chain.alternatives}) > 1
    assert {link["grade"] for link in chain.alternatives} == {"ambiguous"}


def test_no_hop_is_claimed_for_a_human_without_agent(tenant: Path) -> None:
    (chain,) = find(tenant / "data", incident(tenant, "forwarded-contract")["request_ids"][0]).chains
    assert (chain.hops, chain.alternatives) == ([], [])


def upper(token_id: str) -> str:
    return token_id.upper()


def text_in_base64(token_id: str) -> str:
    return base64.b64encode(token_id.encode()).decode()


@pytest.mark.parametrize("form", [str, upper, encode_token_id, text_in_base64])
def test_a_token_is_found_in_each_of_its_forms(tenant: Path, form: Any) -> None:
    request = request_of(tenant, "invoice-sent")
    found = find(tenant / "data", form(request["token_id"]))
    assert "token_id" in found.matched_as
    assert request["request_id"] in {row["request_id"] for row in found.requests}
    assert {row["token_id"] for row in found.requests} == {request["token_id"]}


def test_t03_a_short_token_id_in_other_case_is_another_token(tenant: Path) -> None:
    short = encode_token_id(request_of(tenant, "invoice-sent")["token_id"])
    assert not find(tenant / "data", short.swapcase())


@pytest.mark.parametrize("column", ["sign_in_id", "correlation_id", "session_id"])
def test_ids_of_sign_ins_find_the_requests_below_them(tenant: Path, column: str) -> None:
    request = request_of(tenant, "deleted-messages")
    found = find(tenant / "data", f" {request[column].upper()}\n")
    assert column in found.matched_as
    assert request["request_id"] in {row["request_id"] for row in found.requests}
    assert found.sign_ins
    assert {row[column] for row in found.sign_ins} == {request[column]}


def test_of_many_requests_the_newest_are_given_with_the_total(tenant: Path) -> None:
    session, requests = Warehouse(tenant / "data").rows(
        "select session_id, count(*) from attributed_requests where session_id != '' group by 1 order by 2 desc, 1"
    )[0]
    times = Warehouse(tenant / "data").rows(
        f"select request_at from attributed_requests where session_id = '{session}' order by 1 desc limit {NEWEST}"
    )
    assert requests > NEWEST
    found = find(tenant / "data", session)
    assert found.requests_in_all == requests
    assert [row["request_at"] for row in found.requests] == [at for (at,) in times]


def test_a_failed_sign_in_is_found_though_it_issued_no_token(tenant: Path) -> None:
    ((failed,),) = Warehouse(tenant / "data").rows(
        "select sign_in_id from sign_ins where not is_success order by 1 limit 1"
    )
    found = find(tenant / "data", failed)
    assert ([row["sign_in_id"] for row in found.sign_ins], found.requests) == ([failed], [])
    assert [row["record_id"] for row in found.evidence] == [failed]


def test_two_tenants_with_equal_ids_are_both_given_and_never_mixed(tenant: Path) -> None:
    ((session,),) = Warehouse(tenant / "data").rows(
        "select session_id from sign_ins group by 1 having count(distinct tenant_id) > 1 and count(*) < 40 limit 1"
    )
    found = find(tenant / "data", session)
    assert len({row["tenant_id"] for row in found.sign_ins}) == 2
    assert len({chain.token["tenant_id"] for chain in found.chains}) == 2
    for chain in found.chains:
        tenants = {hop["tenant_id"] for hop in [*chain.hops, *chain.alternatives]}
        assert tenants <= {chain.token["tenant_id"]}


def test_what_is_not_found_says_what_is_covered(tenant: Path) -> None:
    found = find(tenant / "data", "0" * 8 + "-0000-4000-8000-" + "0" * 12)
    assert not found
    days = {(row["log"], str(row["first_day"]), str(row["last_day"])) for row in found.covered}
    assert {log for log, *_ in days} >= {"MicrosoftGraphActivityLogs", "SigninLogs"}
    assert all(first <= "2026-03-04" <= last for log, first, last in days if log == "MicrosoftGraphActivityLogs")


@pytest.mark.parametrize("text", ["' or true --", "$given", "\x00", "é" * 500])
def test_an_id_is_only_ever_a_value(tenant: Path, text: str) -> None:
    assert find(tenant / "data", text) == Found(text.strip(), covered=find(tenant / "data", "nothing").covered)


def test_no_id_and_no_warehouse_are_said(tenant: Path, tmp_path: Path) -> None:
    with pytest.raises(AskError, match="give an id"):
        find(tenant / "data", " ")
    with pytest.raises(NotPublishedError):
        find(tmp_path, "anything")


def test_every_record_of_the_evidence_is_found_in_landing(tenant: Path) -> None:
    for name in ("deleted-messages", "invoice-sent", "mail-as-ceo", "removed-by-cluster"):
        for row in find(tenant / "data", incident(tenant, name)["request_ids"][0]).evidence:
            (original, *_) = originals(tenant / "data", row["landed_file"], row["record_id"])
            with zstd.open(tenant / "data" / "landing" / row["landed_file"]) as file:
                assert file.read().split(b"\n")[original.number - 1] == original.line


@pytest.mark.parametrize(
    "line",
    [
        b'{"properties": {"id": "0A000000-0000-4000-8000-00000000000B"}}',
        b'{"Properties": {"RequestId": "0a000000-0000-4000-8000-00000000000b"}}',
        b'{"Request ID": "0a000000-0000-4000-8000-00000000000b"}',
        b'{"id": "\\u0030a000000-0000-4000-8000-00000000000b"}',
        b'{"uniqueTokenIdentifier": "AAAACgAAAECAAAAAAAAACw"}',
    ],
)
def test_a_record_is_found_however_it_writes_its_id(tmp_path: Path, line: bytes) -> None:
    other = b'{"id": "ffffffff-0000-4000-8000-000000000000", "note": "0a000000-0000-4000-8000-00000000000b"}'
    path = tmp_path / "landing" / "a.ndjson.zst"
    path.parent.mkdir()
    path.write_bytes(zstd.compress(b"\n".join([other, b"not JSON", b"[]", line, b""])))
    (found,) = originals(tmp_path, "a.ndjson.zst", "0a000000-0000-4000-8000-00000000000b")
    assert found == (4, line)


def test_nothing_outside_landing_is_read(tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    (tmp_path / "secret.zst").write_bytes(zstd.compress(b'{"id": "x"}\n'))
    with pytest.raises(FileNotFoundError):
        originals(tmp_path, "../secret.zst", "x")
