"""Every saved question is asked of the demo tenant."""

from pathlib import Path

import pytest

from pipelines.warehouse.models import Model, load_models, of_kind
from pipelines.warehouse.stored_views import stored_views
from pipelines.warehouse.warehouse import Warehouse

QUESTIONS = of_kind(load_models(), "query")
NOTHING_TO_FIND = {"agents_without_multi_factor", "permissions_granted_and_not_used"}
"""Questions whose right answer on this tenant is: none."""


def test_there_are_at_least_fifteen_questions() -> None:
    assert len(QUESTIONS) >= 15


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_question_is_answered(tenant: Warehouse, question: Model) -> None:
    assert question.header.description.strip().endswith("?")
    assert bool(tenant.rows(question.sql)) != (question.name in NOTHING_TO_FIND)


def test_every_check_passes_but_those_that_warn(tenant: Warehouse) -> None:
    errors = [model for model in of_kind(load_models(), "check") if model.header.severity == "error"]
    assert {model.name: tenant.check(model.name).count for model in errors} == {model.name: 0 for model in errors}


def test_every_request_is_attributed_once(tenant: Warehouse) -> None:
    ((requests, attributed, distinct),) = tenant.rows(
        "select (select count(*) from staged_graph_activity), count(*), count(distinct (tenant_id, request_id)) "
        "from attributed_requests"
    )
    assert requests == attributed == distinct > 0


@pytest.mark.parametrize("model", stored_views(load_models()), ids=lambda model: model.name)
def test_what_is_stored_is_what_its_query_gives(tenant: Warehouse, model: Model) -> None:
    ((definition,),) = tenant.rows(f"select sql from duckdb_views() where view_name = '{model.name}'")
    assert "read_parquet" in definition
    assert tenant.rows(f"select count(*) > 100, count(distinct tenant_id), count(distinct day) from {model.name}") == [
        (True, 2, 2)
    ]
    differences = f"""
        (select * from ({model.sql}) except all from {model.name})
        union all
        (from {model.name} except all select * from ({model.sql}))
    """
    assert tenant.rows(differences) == []


def test_no_agent_user_is_called_a_human(tenant: Warehouse) -> None:
    assert tenant.rows("select count(*) > 0 from tokens where is_agent_user") == [(True,)]
    assert not tenant.rows(
        "select request_id from attributed_requests where user_id in (select user_id from tokens where is_agent_user)"
    )


def test_t27_nothing_below_me_is_an_app_only_write(tenant: Warehouse) -> None:
    assert not tenant.rows(
        "select request_id from attributed_requests where app_only_user_write and path_template like '/me%'"
    )


def test_two_tenants_never_mix(tenant: Warehouse) -> None:
    assert not tenant.rows(
        "select child_token_id from token_links links "
        "join tokens parents on links.parent_token_id = parents.token_id where links.tenant_id <> parents.tenant_id"
    )


def test_folders_are_their_owners_alone(tenant: Warehouse) -> None:
    assert not [path for path in _folders(tenant.data_folder) if path.stat().st_mode & 0o077]


def _folders(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_dir()]
