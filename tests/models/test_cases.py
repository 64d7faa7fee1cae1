"""Every given/expect case, and that there is one for every model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.warehouse.models import Model, load_models

if TYPE_CHECKING:
    from tests.models.conftest import Bench, Case

WITHOUT_CHECKS = ("source", "records", "partition", "view", "table")
MODELS = load_models().values()


def test_case(bench: Bench, case: Case) -> None:
    rows = bench.run(case)
    compared = list(case.expect[0]) if case.expect else ()
    assert all(set(row) == set(compared) for row in case.expect), "every expected row names the same columns"
    found = [{column: row[column] for column in compared} for row in numbered_contents(rows)]
    expected = [{column: row[column] for column in compared} for row in case.expect]
    if bench.models[case.model].kind in ("source", "records"):
        assert found == expected
    else:
        assert sorted(found, key=repr) == sorted(expected, key=repr)


def numbered_contents(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows with `content-1`, `content-2`, … for the hashes of contents, in order of appearance."""
    names: dict[str, str] = {}
    for row in rows:
        contents = [value for value in row.values() if isinstance(value, str) and value.startswith("content-")]
        for content in contents:
            names.setdefault(content, f"content-{len(names) + 1}")
        yield {column: names.get(value, value) if isinstance(value, str) else value for column, value in row.items()}


@pytest.mark.parametrize(
    "model", [model for model in MODELS if model.kind in WITHOUT_CHECKS], ids=lambda model: model.name
)
def test_every_model_has_a_case_with_rows(model: Model, all_cases: list[Case]) -> None:
    assert any(case.expect for case in all_cases if case.model == model.name)


@pytest.mark.parametrize(
    "model", [model for model in MODELS if model.kind in ("check", "finding")], ids=lambda model: model.name
)
def test_every_check_and_rule_has_a_case_that_finds_something_and_one_that_finds_nothing(
    model: Model, all_cases: list[Case]
) -> None:
    assert {bool(case.expect) for case in all_cases if case.model == model.name} == {True, False}


def test_every_case_is_of_a_model(all_cases: list[Case]) -> None:
    assert {case.model for case in all_cases} <= {model.name for model in MODELS}
