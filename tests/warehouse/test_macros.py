"""Macros: all are known where models are built, and only those outside staging may stand in portable queries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.warehouse import definition
from pipelines.warehouse.macros import all_macros, shared_macros, staging_macros
from pipelines.warehouse.models import Models
from pipelines.warehouse.parser import connect

if TYPE_CHECKING:
    from tests.warehouse.conftest import Folder


def test_a_building_connection_knows_every_macro() -> None:
    with connect() as connection:
        found = connection.execute("select function_name from duckdb_functions() where not internal").fetchall()
    known = {name for (name,) in found}
    assert shared_macros().keys() <= known
    assert len(known) == all_macros().lower().count("create or replace macro")
    assert "text_or_null" in known - shared_macros().keys()


def test_parsers_go_by_the_macros_of_staging_alone() -> None:
    assert "text_or_null" in staging_macros()
    assert "graph_segment" not in staging_macros()


def test_definition_holds_what_the_query_goes_by(models: Models) -> None:
    operations, duplicates = (
        definition.definition(models[name]) for name in ("request_operations", "duplicate_records")
    )
    assert shared_macros()["graph_segment"] in operations
    assert definition.operation_rules() in operations
    assert duplicates == models["duplicate_records"].sql


def test_rules_are_those_that_classify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "graph"
    folder.mkdir()
    monkeypatch.setattr("pipelines.catalog.__file__", str(tmp_path / "__init__.py"))
    seen = []
    for name in ("effects.py", "permission_map.py", "sdk_templates.py", "template.py"):
        (folder / name).write_text("rules = 1")
        seen.append(definition.operation_rules.__wrapped__())
    assert seen[0] == seen[1] == seen[2] != seen[3]


def test_requests_are_classified_on_the_way_to_the_published_table(folder: Folder, request_record: object) -> None:
    assert callable(request_record)
    user = "11111111-2222-3333-4444-555555555555"
    uri = f"https://graph.microsoft.com/v1.0/users/{user}/sendMail"
    mail = {"requestMethod": "POST", "requestUri": uri, "responseStatusCode": "202"}
    folder.land(request_record("mail", **mail), request_record("later", "2026-03-03", **mail), request_record("bare"))
    folder.warehouse.run()
    rows = folder.ask(
        "select request_id, day::varchar, operation, outcome, target_user from request_operations order by 1"
    )
    assert rows == [
        ("bare", "2026-03-02", None, "failed", None),
        ("later", "2026-03-03", "send users/sendmail", "success", user),
        ("mail", "2026-03-02", "send users/sendmail", "success", user),
    ]
