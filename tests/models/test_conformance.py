"""What holds for every model file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import sqlglot
from sqlglot import exp

from pipelines.catalog.fields import Fields
from pipelines.catalog.logs import BY_NAME, LOGS
from pipelines.warehouse.columns import column_types
from pipelines.warehouse.documentation import documented_columns
from pipelines.warehouse.models import DOCUMENTED, PARAMETERS, Model, load_models, of_kind, sql_folder
from pipelines.warehouse.portability import PORTABLE_LAYERS, unportable

if TYPE_CHECKING:
    from tests.models.conftest import Bench

MODELS = load_models()
FILES = sorted(sql_folder().rglob("*.sql"))
FIELDS: dict[tuple[str, str], Fields] = {
    (log.table, shape): fields for log in BY_NAME.values() for shape, fields in log.fields.items() if shape != "csv"
}
every_model = pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
documented_models = pytest.mark.parametrize("model", of_kind(MODELS, *DOCUMENTED), ids=lambda model: model.name)
portable_models = pytest.mark.parametrize(
    "model", [model for model in MODELS.values() if model.layer in PORTABLE_LAYERS], ids=lambda model: model.name
)


@pytest.fixture(scope="module")
def built_columns() -> dict[str, dict[str, str]]:
    return column_types(MODELS)


@every_model
def test_model_says_what_it_is(model: Model) -> None:
    assert len(model.header.description.split()) > 4
    assert model.header.description.rstrip().endswith((".", "?"))
    assert model.parameters <= PARAMETERS.get(model.kind, frozenset())


@every_model
def test_model_stands_where_its_kind_belongs(model: Model) -> None:
    places = {
        "source": {"staging"},
        "records": {"staging"},
        "check": {"checks"},
        "query": {"queries"},
        "panel": {"panels"},
        "macro": {"macros"},
        "finding": {"findings"},
    }
    assert model.layer in places.get(model.kind, {"staging", "correlation", "marts", "findings"})


@every_model
def test_model_builds_on_empty_inputs(bench: Bench, model: Model) -> None:
    assert bench.build_empty(model) == [select.alias_or_name for select in model.tree.selects] or model.tree.is_star


@documented_models
def test_documented_columns_are_the_built_columns(model: Model, built_columns: dict[str, dict[str, str]]) -> None:
    documented = [column.name for column in documented_columns(model, MODELS)]
    assert documented == list(built_columns[model.name])


@documented_models
def test_every_column_has_a_type_and_a_meaning(model: Model, built_columns: dict[str, dict[str, str]]) -> None:
    assert all(column.description for column in documented_columns(model, MODELS))
    assert not [name for name, kind in built_columns[model.name].items() if "NULL" in kind or "INT32" in kind]


@documented_models
def test_header_names_columns_that_are_there(model: Model) -> None:
    header = model.header
    named = {*header.grain, *header.not_null, *filter(None, (header.record_id, header.event_at))}
    assert named <= {column.name for column in documented_columns(model, MODELS)}
    assert model.kind not in ("partition", "table") or (header.grain and set(header.grain) <= set(header.not_null))


@pytest.mark.parametrize("table", sorted({log.table for log in LOGS}))
def test_all_shapes_of_a_table_give_the_same_columns(table: str) -> None:
    sources = [model for model in of_kind(MODELS, "source") if model.path.stem == table]
    columns = [[column.name.lower() for column in source.columns] for source in sources]
    assert len(columns) > 1
    assert all(each == columns[0] for each in columns)


@pytest.mark.parametrize(("table", "shape"), FIELDS)
def test_every_declared_field_is_read(table: str, shape: str) -> None:
    query = MODELS[f"{shape}_{table}"].tree
    used = {column.sql().lower() for column in query.find_all(exp.Column)}
    used |= {dot.sql().lower() for dot in query.find_all(exp.Dot)}
    used |= {column.name.lower() for column in query.find_all(exp.Column) if not column.table}
    assert {path for path in paths(FIELDS[table, shape]) if path.lower() not in used} == set()


def paths(fields: Fields, inside: str = "") -> list[str]:
    """Every field that is declared as read, with the objects that it stands in."""
    inner = [path for name, each in fields.objects.items() for path in paths(each, f"{inside}{name}.")]
    return [inside + name for name in fields.read] + inner


@portable_models
def test_query_runs_on_spark_as_well(model: Model) -> None:
    assert unportable(model.tree) == []
    assert model.tree.sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_lines_of_code_are_not_too_long(path: object) -> None:
    lines = FILES[FILES.index(path)].read_text(encoding="utf-8").splitlines()  # type: ignore[arg-type]
    code = [re.sub(r"\s*-- .*", "", line) for line in lines]
    assert [line for line in code if len(line) > 120] == []
