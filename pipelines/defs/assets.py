"""The assets: one for each model and for what is no model, made by the kind of their query."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from time import monotonic
from typing import Any

import dagster as dg

from pipelines.cases.follow import follow
from pipelines.defs.checks import header_check_results, header_check_specs, saved_check_results, saved_check_specs
from pipelines.defs.days import days_at_work
from pipelines.defs.specs import (
    findings_spec,
    followed_spec,
    imported_files_spec,
    model_specs,
    quarantine_spec,
    warehouse_spec,
)
from pipelines.defs.workplace import RETRIES, Workplace
from pipelines.warehouse import state
from pipelines.warehouse.headers import Kind
from pipelines.warehouse.lake import Parsed
from pipelines.warehouse.measure import Measured, measure_days
from pipelines.warehouse.models import Model, Models, has_days, of_kind

Results = Iterator[dg.MaterializeResult[Any]]
Step = Callable[[dg.AssetExecutionContext, Workplace], Results]

ROW_COUNT = "dagster/row_count"
PARTITION_ROW_COUNT = "dagster/partition_row_count"


def assets(
    models: Models, partitions: dg.DailyPartitionsDefinition, collected: Sequence[dg.AssetKey] = ()
) -> list[dg.AssetsDefinition]:
    """All assets of these models; `collected` are those that bring what lands."""
    specs = model_specs(models, partitions)
    by_kind: Mapping[Kind, Callable[[Model], Step]] = {
        "source": _source,
        "records": _records,
        "partition": _partition,
        "view": _derived,
        "table": _derived,
    }
    return [
        _asset([imported_files_spec(collected)], _imported_files, []),
        _asset([quarantine_spec()], _quarantine, []),
        *(
            _asset([specs[model.name]], by_kind[model.kind](model), header_check_specs(model))
            for model in of_kind(models, *by_kind)
        ),
        _asset([findings_spec(models)], _findings, []),
        _asset([warehouse_spec(models)], _warehouse, saved_check_specs(models)),
        _asset([followed_spec()], _followed, []),
    ]


def _asset(
    specs: list[dg.AssetSpec], step: Step, checks: list[dg.AssetCheckSpec], name: str | None = None
) -> dg.AssetsDefinition:
    """One step of a run. A range of days is one run."""

    @dg.multi_asset(
        name=name or "__".join(specs[0].key.path),
        specs=specs,
        check_specs=checks,
        backfill_policy=dg.BackfillPolicy.single_run(),
        retry_policy=RETRIES,
    )
    def compute(context: dg.AssetExecutionContext, workplace: dg.ResourceParam[Workplace]) -> Results:
        with workplace.attempt():
            yield from step(context, workplace)

    return compute


def _imported_files(_: dg.AssetExecutionContext, workplace: Workplace) -> Results:
    """Reports what has landed; landing itself is the work of `whoseagent import` and of the collectors."""
    landed = workplace.warehouse().landed()
    lines = Counter[str]()
    for entry in landed:
        lines[entry.log] += entry.rows
    yield dg.MaterializeResult(
        metadata={
            "files": len(landed),
            "lines": lines.total(),
            "bytes": sum(entry.bytes for entry in landed),
            "compressed_bytes": sum(entry.compressed_bytes for entry in landed),
            "newest": landed[-1].landed_at if landed else "nothing has landed yet",
            **{f"lines of {log}": count for log, count in sorted(lines.items())},
        }
    )


def _quarantine(_: dg.AssetExecutionContext, workplace: Workplace) -> Results:
    started = monotonic()
    with workplace.writing() as warehouse:
        new = warehouse.set_aside()
        for parsed in new:
            workplace.note_parsed(parsed)
        rows = sum(parsed.rows for parsed in warehouse.snapshot().quarantined)
    yield dg.MaterializeResult(metadata={**_parsed(new), ROW_COUNT: rows, **_seconds(started)})


def _source(model: Model) -> Step:
    def step(_: dg.AssetExecutionContext, workplace: Workplace) -> Results:
        """Types every landed file of this shape and table that is not typed yet, whatever days it touches."""
        started = monotonic()
        with workplace.writing() as warehouse:
            parsed = warehouse.stage([model.name], workplace.note_parsed)
        yield dg.MaterializeResult(metadata={**_parsed(parsed), **_seconds(started)})

    return step


def _records(model: Model) -> Step:
    def step(context: dg.AssetExecutionContext, workplace: Workplace) -> Results:
        """Reports what the sources of this table have written for the run's days."""
        snapshot = workplace.warehouse().snapshot()
        files = snapshot.files_by_day(model, days_at_work(snapshot, context.partition_keys) if model.is_daily else [])
        rows = Counter[str]()
        for entry in snapshot.entries:
            if entry.model == model.name:
                rows.update({day: count for day, count in entry.days.items() if day in files})
        if model.is_daily:
            _note_days(context, rows)
        yield dg.MaterializeResult(
            metadata={"rows": rows.total(), "days": len(files), "files": sum(map(len, files.values()))}
        )

    return step


def _partition(model: Model) -> Step:
    def step(context: dg.AssetExecutionContext, workplace: Workplace) -> Results:
        """Builds the run's days, and `undated`, where they are not up to date."""
        started = monotonic()
        with workplace.writing() as warehouse:
            days = days_at_work(warehouse.snapshot(), context.partition_keys)
            built = warehouse.build(model.name, days, workplace.note_built)
            measured = measure_days(warehouse.snapshot(), model, days)
        _note_days(context, measured.rows_by_day)
        days_built = sum(day.is_new for day in built)
        metadata = {"files": len(built), "days_built": days_built, "days_unchanged": len(built) - days_built}
        yield _measured(model, measured, {**metadata, **_seconds(started)})

    return step


def _derived(model: Model) -> Step:
    def step(context: dg.AssetExecutionContext, workplace: Workplace) -> Results:
        """Counts what a view shows of the run's days; a table, or a view without days, is counted as a whole."""
        started = monotonic()
        warehouse = workplace.warehouse()
        snapshot = warehouse.snapshot()
        is_daily = has_days(model, workplace.models)
        days = days_at_work(snapshot, context.partition_keys) if is_daily else snapshot.shown_days
        measured = measure_days(snapshot, model, days, warehouse.provided)
        if is_daily:
            _note_days(context, measured.rows_by_day)
        yield _measured(model, measured, {"days": len(days), **_seconds(started)})

    return step


def _findings(_: dg.AssetExecutionContext, workplace: Workplace) -> Results:
    """Evaluates the rules for every built day whose inputs, or what is known of them, have changed."""
    started = monotonic()
    with workplace.writing() as warehouse:
        evaluated = warehouse.evaluate(workplace.note_evaluated)
    days_evaluated = sum(day.is_new for day in evaluated)
    yield dg.MaterializeResult(
        metadata={
            ROW_COUNT: sum(day.findings for day in evaluated),
            "days_evaluated": days_evaluated,
            "days_unchanged": len(evaluated) - days_evaluated,
            **_seconds(started),
        }
    )


def _warehouse(_: dg.AssetExecutionContext, workplace: Workplace) -> Results:
    """Publishes where that is not done; the saved checks read the published file."""
    started = monotonic()
    with workplace.writing() as warehouse:
        is_new = not state.is_published(warehouse)
        if is_new:
            state.publish(warehouse)
            workplace.on_step(f"published {warehouse.path.name}")
        yield dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(warehouse.path),
                "bytes": warehouse.path.stat().st_size,
                "is_new": is_new,
                **_seconds(started),
            },
            check_results=list(saved_check_results(warehouse)),
        )


def _followed(_: dg.AssetExecutionContext, workplace: Workplace) -> Results:
    """Compares the published findings with the event log of cases."""
    started = monotonic()
    with workplace.writing() as warehouse:
        followed = follow(warehouse.data_folder)
    workplace.note_followed(followed)
    yield dg.MaterializeResult(metadata={**asdict(followed), **_seconds(started)})


def _measured(model: Model, measured: Measured, metadata: Mapping[str, float]) -> dg.MaterializeResult[Any]:
    return dg.MaterializeResult(
        metadata={ROW_COUNT if model.kind == "table" else "rows": measured.rows, **metadata},
        check_results=list(header_check_results(model, measured)),
    )


def _note_days(context: dg.AssetExecutionContext, rows: Mapping[str, int]) -> None:
    """Shows each partition of the run its own number of rows."""
    for day in context.partition_keys:
        context.add_asset_metadata({PARTITION_ROW_COUNT: rows.get(day, 0)}, partition_key=day)


def _parsed(parsed: list[Parsed]) -> dict[str, int]:
    return {
        "files": len(parsed),
        "rows": sum(each.rows for each in parsed),
        "days": len({day for each in parsed for day in each.days}),
        "cast_failures": sum(count for each in parsed for count in each.cast_failures.values()),
    }


def _seconds(started: float) -> dict[str, float]:
    return {"seconds": round(monotonic() - started, 3)}
