"""Asset keys, and the lineage that follows from the queries."""

import warnings
from collections.abc import Iterator
from math import ceil

import dagster as dg

from pipelines.warehouse.models import Model, Models, of_kind

IMPORTED_FILES = dg.AssetKey(["landing", "imported_files"])
QUARANTINE = dg.AssetKey(["staging", "quarantine"])
FINDINGS = dg.AssetKey(["findings", "rule_findings"])
WAREHOUSE = dg.AssetKey(["publish", "warehouse"])
FOLLOWED = dg.AssetKey(["cases", "findings_followed"])


def key_of(model: Model) -> dg.AssetKey:
    """The asset of a model: its layer and its name."""
    return dg.AssetKey([model.layer, model.name])


def dependencies(model: Model, models: Models) -> list[dg.AssetDep]:
    """The assets that the query reads, each with the days that one day of the model needs."""
    keys = {key for name in model.depends_on for key in _assets_of(name, model, models)}
    return [dg.AssetDep(key, partition_mapping=_reach(model)) for key in sorted(keys)]


def _assets_of(relation: str, reader: Model, models: Models) -> Iterator[dg.AssetKey]:
    """The assets behind a relation that a query reads: a model, or one of the tables that Python provides."""
    match relation:
        case "raw_records" | "manifest" | "collected_stretches" | "kept_stretches" | "remembered_objects":
            yield IMPORTED_FILES
        case "settings_apps" | "rule_headers" | "case_events":
            return
        case "rule_findings" | "rule_runs":
            yield FINDINGS
        case "quarantine":
            yield QUARANTINE
        case "source_records":
            sources = of_kind(models, "source")
            yield from (key_of(source) for source in sources if source.path.stem == reader.header.table)
        case "operation_classes":
            yield key_of(models["staged_graph_activity"])
        case "ledger" | "landed_days":
            yield from (key_of(records) for records in of_kind(models, "records"))
        case _:
            yield key_of(models[relation])


def _reach(model: Model) -> dg.PartitionMapping | None:
    days = ceil(model.header.lookback_hours / 24)
    if not days:
        return None
    with warnings.catch_warnings():
        # Dagster marks the option as beta; without it the first day of all could not be built.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return dg.TimeWindowPartitionMapping(start_offset=-days, allow_nonexistent_upstream_partitions=True)
