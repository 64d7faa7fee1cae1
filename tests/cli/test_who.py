import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.catalog.token_ids import encode_token_id
from pipelines.compression import zstd
from pipelines.sources.importing import import_files
from pipelines.warehouse.warehouse import Warehouse
from tests.cli.conftest import Whoseagent
from tests.outputs.tenant import incident, published_tenant

NOWHERE = "00000000-0000-4000-8000-000000000000"
TENANT = "0f0f0f0f-1111-4222-8333-444444444444"
HOSTILE = "\x1b[31mRed\x07[bold]\u202e"


@pytest.fixture(scope="session")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published_tenant(tmp_path_factory)


@pytest.fixture
def who(whoseagent: Whoseagent, tenant: Path) -> Whoseagent:
    return lambda *arguments: whoseagent("--data", tenant / "data", "who", *arguments)


def test_a_request_is_told_from_the_humans_sign_in_to_the_deed(who: Whoseagent, tenant: Path) -> None:
    known = incident(tenant, "deleted-messages")
    ended = who(known["request_ids"][0])
    places = [
        ended.out.index(text)
        for text in (
            "root sign-in 2026-",
            "Microsoft Teams (",
            "Mailbox Concierge (",
            "hop strong",
            "request ",
            "DELETE ",
        )
    ]
    assert ended.code == 0
    assert places == sorted(places)
    assert "alex.wilber@contoso.com's agent Mailbox Concierge deleted " in ended.out
    assert "grade strong: it rests on a hop" in ended.out
    assert f"SigninLogs {known['expected']['root_sign_in_id']} in landing/SigninLogs/" in ended.out


def test_a_request_without_sign_in_says_why(who: Whoseagent, tenant: Path) -> None:
    ended = who(incident(tenant, "deleted-events")["request_ids"][0])
    assert ended.code == 0
    assert ended.out.startswith("no sign-in matched")
    assert "no sign-in because " in ended.out


def test_several_front_ends_are_named_and_none_is_chosen(who: Whoseagent, tenant: Path) -> None:
    ended = who(incident(tenant, "shared-plan")["request_ids"][0])
    assert "one of 2 front ends, none of them chosen" in ended.out
    assert ended.out.count("perhaps ") == 2


def test_a_short_token_id_may_begin_with_a_hyphen(who: Whoseagent, tenant: Path) -> None:
    tokens = Warehouse(tenant / "data").rows("select token_id from tokens order by 1")
    short = next(form for (token_id,) in tokens if (form := encode_token_id(token_id)).startswith("-"))
    assert who("--", short).code == 0


def test_what_is_not_found_says_what_was_searched_and_is_covered(who: Whoseagent) -> None:
    ended = who(NOWHERE)
    assert ended.code == 1
    assert f"{NOWHERE} was not found" in ended.out
    assert "request_attributions (request_id, token_id, request_token_id, " in ended.out
    assert "MicrosoftGraphActivityLogs: " in ended.out
    assert "2026-03-04" in ended.out


def test_json_is_one_object_with_everything(who: Whoseagent, tenant: Path) -> None:
    known = incident(tenant, "invoice-sent")
    answer: dict[str, Any] = json.loads(who(known["request_ids"][0], "--json").out)
    (chain,) = answer["chains"]
    assert (answer["found"], answer["matched_as"], answer["requests_in_all"]) == (True, ["request_id"], 1)
    assert answer["requests"][0]["agent_app_id"] == known["expected"]["agent_app_id"]
    assert chain["root"]["sign_in_id"] == known["expected"]["root_sign_in_id"]
    assert [hop["grade"] for hop in chain["hops"]] == ["strong"]
    assert {row["record_id"] for row in answer["evidence"]} >= {known["request_ids"][0], chain["token"]["sign_in_id"]}


def test_json_of_what_is_not_found_says_so(who: Whoseagent) -> None:
    ended = who(NOWHERE, "--json")
    answer = json.loads(ended.out)
    assert (ended.code, answer["found"]) == (1, False)
    assert {place["table"] for place in answer["searched"]} == {"request_attributions", "sign_ins"}
    assert {row["first_day"] for row in answer["covered"]} >= {"2026-03-04"}


def test_evidence_is_the_very_line_that_landed(who: Whoseagent, tenant: Path) -> None:
    request_id = incident(tenant, "deleted-messages")["request_ids"][0]
    answer = json.loads(who(request_id, "--json", "--evidence").out)
    printed = who(request_id, "--evidence").out.splitlines()
    assert len(answer["evidence"]) == 4
    for row in answer["evidence"]:
        landed = zstd.decompress((tenant / "data" / "landing" / row["landed_file"]).read_bytes()).decode().split("\n")
        assert row["originals"]
        for original in row["originals"]:
            assert landed[original["line_number"] - 1] == original["line"]
            assert original["line"] in printed


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A landed request whose caller and client write what they like."""
    properties = {
        "requestId": "0a000000-0000-4000-8000-00000000000b",
        "timeGenerated": "2026-03-04T10:00:00Z",
        "appId": HOSTILE,
        "userId": "0a000000-0000-4000-8000-00000000000c",
        "requestMethod": "GET",
        "requestUri": f"https://graph.microsoft.com/v1.0/users/{HOSTILE}\n\u009b2J",
        "responseStatusCode": 200,
        "note": "\x7f\u009b\u202e",
    }
    record = {
        "time": "2026-03-04T10:00:00Z",
        "category": "MicrosoftGraphActivityLogs",
        "tenantId": TENANT,
        "properties": properties,
    }
    file = tmp_path / "hostile.json"
    file.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    assert [landed for found in import_files(tmp_path / "data", [file]) for landed in found.landed]
    Warehouse(tmp_path / "data").run()
    return tmp_path / "data"


def test_hostile_values_are_shown_and_steer_no_terminal(whoseagent: Whoseagent, hostile: Path) -> None:
    for options in [], ["--evidence"], ["--json"], ["--json", "--evidence"]:
        ended = whoseagent("--data", hostile, "who", "0a000000-0000-4000-8000-00000000000b", *options)
        assert ended.code == 0
        assert "[31mRed" in ended.out
        assert "[bold]" in ended.out
        assert all(char.isprintable() or char == "\n" for char in ended.out)


def test_evidence_that_is_gone_is_said_and_the_rest_is_answered(whoseagent: Whoseagent, hostile: Path) -> None:
    (landed,) = (hostile / "landing" / "MicrosoftGraphActivityLogs").rglob("*.zst")
    request = "0a000000-0000-4000-8000-00000000000b"
    landed.unlink()
    ended = whoseagent("--data", hostile, "who", request, "--evidence")
    assert "cannot be read" in ended.err
    assert "whoseagent verify" in ended.err
    landed.write_bytes(b"no zstd")
    assert "cannot be read" in whoseagent("--data", hostile, "who", request, "--evidence").err
    landed.write_bytes(zstd.compress(b'{"id": "another"}\n'))
    assert "is not found by this id" in whoseagent("--data", hostile, "who", request, "--evidence").err


def test_a_hostile_id_is_repeated_harmlessly(who: Whoseagent) -> None:
    ended = who(HOSTILE)
    assert ended.code == 1
    assert all(char.isprintable() or char == "\n" for char in ended.out + ended.err)


def test_wrong_use_is_told_from_an_id_that_is_not_there(whoseagent: Whoseagent, who: Whoseagent) -> None:
    assert whoseagent("who").code == 2
    assert who(" ").code == 2
    ended = whoseagent("who", NOWHERE)
    assert "run `whoseagent run` first" in ended.err
    assert ended.code == whoseagent("sql", "select 1").code
