"""The table macros of the published file, asked as an analyst asks them."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.warehouse.ask import answer
from pipelines.warehouse.models import load_models, of_kind
from tests.outputs.tenant import incident, published_tenant


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published_tenant(tmp_path_factory)


def ask(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with answer(folder / "data", query) as rows:
        return [row for batch in rows.batches()[1] for row in batch]


def test_every_macro_may_be_asked_and_is_documented(tenant: Path) -> None:
    macros = {macro.name for macro in of_kind(load_models(), "macro")}
    assert macros == {"who_did", "acts_of_user", "acts_of_agent"}
    for macro in macros:
        assert ask(tenant, f"select count(*) from {macro}('nothing')") == [(0,)]
    documented = ask(
        tenant, "select function_name from duckdb_functions() where function_name like '%_%' and comment > ''"
    )
    assert macros <= {name for (name,) in documented}


def test_who_did_gives_the_request_in_any_case(tenant: Path) -> None:
    (request_id,) = ask(tenant, "select request_id from attributed_requests where app_only_user_write limit 1")[0]
    by_macro = ask(tenant, f"select app_only_user_write, statement from who_did('{request_id.upper()}')")
    assert by_macro == ask(tenant, f"select app_only_user_write, statement from who_did('{request_id}')")
    assert by_macro[0][0] is True


def test_acts_of_a_user_are_found_by_upn_in_any_case_and_by_id(tenant: Path) -> None:
    megan = incident(tenant, "deleted-messages")
    user_id, upn = ask(
        tenant, f"select user_id, user_upn from who_did('{megan['request_ids'][0]}') where user_id is not null"
    )[0]
    by_id = ask(tenant, f"select request_id from acts_of_user('{user_id.upper()}')")
    by_upn = ask(tenant, f"select request_id from acts_of_user('{upn.upper()}')")
    assert (megan["request_ids"][0],) in by_id
    assert set(by_upn) <= set(by_id)
    assert (megan["request_ids"][0],) in by_upn


def test_acts_of_an_agent_are_found_by_app_id_and_by_name(tenant: Path) -> None:
    by_name = ask(tenant, "select distinct agent_app_id, agent_name from acts_of_agent('MAILBOX concierge')")
    assert {name for _, name in by_name} == {"Mailbox Concierge"}
    by_id = ask(tenant, f"select distinct agent_name from acts_of_agent('{by_name[0][0]}')")
    assert by_id == [("Mailbox Concierge",)]
