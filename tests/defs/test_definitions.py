"""What Dagster is given: it loads, its graph is the one on file, and its lineage is that of the SQL."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

import pipelines.definitions
from pipelines.defs.keys import FINDINGS, IMPORTED_FILES, QUARANTINE, WAREHOUSE, key_of
from pipelines.warehouse.documentation import documented_columns
from pipelines.warehouse.models import DOCUMENTED, Model, Models, has_days, load_models, of_kind
from pipelines.warehouse.parser import connect

GRAPH = Path(__file__).with_name("asset_graph.txt")
RENEW = "RENEW=1 make test ARGS=tests/defs/test_definitions.py"
MODELS = load_models()
AS_ASSETS = of_kind(MODELS, "source", "records", "partition", "view", "table")


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return pipelines.definitions.defs


def graph_of(definitions: dg.Definitions) -> dict[str, list[str]]:
    graph = definitions.resolve_asset_graph()
    return {
        key.to_user_string(): sorted(parent.to_user_string() for parent in graph.get(key).parent_keys)
        for key in graph.get_all_asset_keys()
    }


def test_definitions_are_loadable(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)


def test_asset_graph_is_the_one_on_file(definitions: dg.Definitions) -> None:
    lines = [f"{key} <- {', '.join(parents)}".rstrip(" <-") for key, parents in sorted(graph_of(definitions).items())]
    text = "\n".join(lines) + "\n"
    if os.environ.get("RENEW"):
        GRAPH.write_text(text, encoding="utf-8")
    assert GRAPH.read_text(encoding="utf-8") == text, f"if the change is meant, renew the file: {RENEW}"


@pytest.mark.parametrize("model", AS_ASSETS, ids=lambda model: model.name)
def test_lineage_is_what_duckdb_finds_in_the_query(model: Model, definitions: dg.Definitions) -> None:
    assert graph_of(definitions)[key_of(model).to_user_string()] == sorted(set(_parents(model, MODELS)))


def test_the_published_file_rests_on_every_table_in_it(definitions: dg.Definitions) -> None:
    published = [model for model in AS_ASSETS if model.kind != "source"]
    parents = graph_of(definitions)[WAREHOUSE.to_user_string()]
    steps = [QUARANTINE.to_user_string(), FINDINGS.to_user_string()]
    assert parents == sorted([*steps, *(key_of(model).to_user_string() for model in published)])


def test_every_asset_says_what_it_is_and_whose_it_is(definitions: dg.Definitions) -> None:
    for asset in definitions.resolve_asset_graph().assets_defs:
        assert asset.op.retry_policy, asset.keys
        assert (asset.op.retry_policy.backoff, asset.op.retry_policy.max_retries) == (dg.Backoff.EXPONENTIAL, 3)
        for spec in asset.specs:
            assert spec.description, spec.key
            assert list(spec.owners) == ["team:secops"], spec.key
            assert spec.kinds, spec.key
            assert spec.group_name == spec.key.path[0]


@pytest.mark.parametrize("model", [m for m in AS_ASSETS if m.kind in DOCUMENTED], ids=lambda model: model.name)
def test_columns_are_shown_with_type_and_meaning(model: Model, definitions: dg.Definitions) -> None:
    schema = definitions.resolve_asset_graph().get(key_of(model)).metadata["dagster/column_schema"]
    shown = {column.name: column.description for column in schema.columns}
    assert shown == {column.name: column.description for column in documented_columns(model, MODELS)}
    assert all(column.type.isupper() or "(" in column.type for column in schema.columns)


def test_what_has_event_days_is_partitioned_by_day(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    partitioned = {key for key in graph.get_all_asset_keys() if graph.get(key).partitions_def}
    assert partitioned == {key_of(model) for model in AS_ASSETS if has_days(model, MODELS)}


def test_telemetry_is_off_before_dagster_is_imported() -> None:
    code = "import pipelines.definitions, os; print(os.environ['DAGSTER_DISABLE_TELEMETRY'])"
    environment = {key: value for key, value in os.environ.items() if key != "DAGSTER_DISABLE_TELEMETRY"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"


def _parents(model: Model, models: Models) -> Iterator[str]:
    """The assets behind the tables of a query, as DuckDB sees the query."""
    with connect() as connection:
        tables = {name.strip('"') for name in connection.get_table_names(re.sub(r"\$[a-z_]+", "null", model.sql))}
    for table in tables:
        if table in ("raw_records", "manifest", "collected_stretches", "kept_stretches", "remembered_objects"):
            yield IMPORTED_FILES.to_user_string()
        elif table == "source_records":
            sources = [source for source in of_kind(models, "source") if source.path.stem == model.header.table]
            yield from (f"staging/{source.name}" for source in sources)
        elif table == "operation_classes":
            yield "staging/staged_graph_activity"
        elif table in ("ledger", "landed_days"):
            yield from (f"staging/{records.name}" for records in of_kind(models, "records"))
        elif table in ("rule_findings", "rule_runs"):
            yield "findings/rule_findings"
        elif table not in ("settings_apps", "rule_headers", "case_events"):
            yield "/".join([models[table].layer, table])
