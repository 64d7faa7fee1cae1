"""What Dagster shows of an asset: its description, columns, kinds, owner and lineage, out of the model files."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256

import dagster as dg

from pipelines.defs.keys import FINDINGS, FOLLOWED, IMPORTED_FILES, QUARANTINE, WAREHOUSE, dependencies, key_of
from pipelines.warehouse import quarantine
from pipelines.warehouse.columns import column_types
from pipelines.warehouse.definition import definition
from pipelines.warehouse.documentation import documented_columns
from pipelines.warehouse.headers import Kind
from pipelines.warehouse.models import DOCUMENTED, Model, Models, has_days, of_kind
from pipelines.warehouse.stored_views import stored_views

OWNER = "team:secops"

_KINDS: Mapping[Kind, set[str]] = {
    "source": {"duckdb", "sql", "json"},
    "records": {"duckdb", "sql", "parquet"},
    "partition": {"duckdb", "sql", "parquet"},
    "view": {"duckdb", "sql", "view"},
    "table": {"duckdb", "sql", "table"},
}


def model_specs(models: Models, partitions: dg.DailyPartitionsDefinition) -> dict[str, dg.AssetSpec]:
    """Model → how its asset looks, for every model that is an asset."""
    types = _types(tuple(models.values()))
    return {
        model.name: dg.AssetSpec(
            key_of(model),
            deps=dependencies(model, models),
            description=_flat(model.header.description),
            metadata=_columns(model, models, types),
            group_name=model.layer,
            code_version=sha256(definition(model).encode()).hexdigest()[:12],
            owners=[OWNER],
            kinds=_KINDS[model.kind],
            partitions_def=partitions if has_days(model, models) else None,
        )
        for model in of_kind(models, *_KINDS)
    }


def imported_files_spec(collected: Sequence[dg.AssetKey]) -> dg.AssetSpec:
    """How the landed evidence looks."""
    return dg.AssetSpec(
        IMPORTED_FILES,
        deps=collected,
        description="The evidence: original records as they were imported or collected, under a hash-chained manifest.",
        group_name="landing",
        owners=[OWNER],
        kinds={"json", "zstd"},
    )


def quarantine_spec() -> dg.AssetSpec:
    """How the quarantine looks."""
    columns = [dg.TableColumn(name, description=text) for name, text in quarantine.COLUMNS.items()]
    return dg.AssetSpec(
        QUARANTINE,
        deps=[IMPORTED_FILES],
        description="Lines that landed and are no usable record, verbatim, with file, line number and reason.",
        metadata={"dagster/column_schema": dg.TableSchema(columns)},
        group_name="staging",
        owners=[OWNER],
        kinds={"python", "parquet"},
    )


def findings_spec(models: Models) -> dg.AssetSpec:
    """How the evaluation of the finding rules looks: it rests on every table that a rule reads."""
    rules = of_kind(models, "finding")
    readers = [*rules, *stored_views(models)]
    read = {key_of(models[name]) for reader in readers for name in reader.depends_on if name in models}
    return dg.AssetSpec(
        FINDINGS,
        deps=sorted(read),
        description=f"What the {len(rules)} finding rules found on each event day, and which could not be evaluated.",
        group_name="findings",
        owners=[OWNER],
        kinds={"duckdb", "sql", "parquet"},
    )


def warehouse_spec(models: Models) -> dg.AssetSpec:
    """How the published file looks: it rests on every table in it."""
    published = [key_of(model) for model in of_kind(models, "records", "partition", "view", "table")]
    return dg.AssetSpec(
        WAREHOUSE,
        deps=[QUARANTINE, FINDINGS, *published],
        description="The published file, warehouse.duckdb: views, tables and their documentation, swapped in at once.",
        group_name="publish",
        owners=[OWNER],
        kinds={"duckdb"},
    )


def followed_spec() -> dg.AssetSpec:
    """How the event log of cases looks, as far as a run adds to it."""
    return dg.AssetSpec(
        FOLLOWED,
        deps=[WAREHOUSE],
        description="Findings that a run found for the first time, no longer, or again, as events of their cases.",
        group_name="cases",
        owners=[OWNER],
        kinds={"python", "json"},
    )


@lru_cache(maxsize=4)
def _types(models: tuple[Model, ...]) -> Mapping[str, Mapping[str, str]]:
    """Column types, found once in a process: a run makes its definitions several times."""
    return column_types({model.name: model for model in models})


def _columns(model: Model, models: Models, types: Mapping[str, Mapping[str, str]]) -> dict[str, dg.TableSchema]:
    if model.kind not in DOCUMENTED:
        return {}
    columns = [
        dg.TableColumn(column.name, types[model.name][column.name], column.description)
        for column in documented_columns(model, models)
    ]
    return {"dagster/column_schema": dg.TableSchema(columns)}


def _flat(text: str) -> str:
    return " ".join(text.split())
