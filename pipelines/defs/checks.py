"""Asset checks: the claims of a model's header, and the saved checks over the published file."""

from collections.abc import Iterator

import dagster as dg

from pipelines.defs.keys import WAREHOUSE, key_of
from pipelines.warehouse.measure import Measured
from pipelines.warehouse.models import Model, Models
from pipelines.warehouse.warehouse import Answer, Warehouse, checks

_CELL_CHARACTERS = 200


def header_check_specs(model: Model) -> list[dg.AssetCheckSpec]:
    """The checks that follow from a model's header. Nothing that breaks them goes further down."""
    grain, not_null = ", ".join(model.header.grain), ", ".join(model.header.not_null)
    descriptions = {
        "grain": f"On a day, {grain} identify a row." if grain else "",
        "not_null": f"Every row has {not_null}." if not_null else "",
    }
    return [
        dg.AssetCheckSpec(name, asset=key_of(model), description=text, blocking=True)
        for name, text in descriptions.items()
        if text
    ]


def header_check_results(model: Model, measured: Measured) -> Iterator[dg.AssetCheckResult]:
    """What the header's checks found in the measured rows."""
    key = key_of(model)
    if model.header.grain:
        yield _result(key, "grain", measured.repeated)
    if model.header.not_null:
        missing = {column: count for column, count in measured.nulls.items() if count}
        yield dg.AssetCheckResult(
            passed=not missing,
            asset_key=key,
            check_name="not_null",
            description=_counts("rows without", missing),
            metadata={"rows": measured.rows, **missing},
        )


def saved_check_specs(models: Models) -> list[dg.AssetCheckSpec]:
    """The checks of sql/checks, over the published file."""
    return [
        dg.AssetCheckSpec(
            check.name,
            asset=WAREHOUSE,
            description=" ".join(check.header.description.split()),
            blocking=check.header.severity == "error",
        )
        for check in checks(models)
    ]


def saved_check_results(warehouse: Warehouse) -> Iterator[dg.AssetCheckResult]:
    """What the checks of sql/checks found in the published file."""
    for check in checks(warehouse.models):
        severity = dg.AssetCheckSeverity.ERROR if check.header.severity == "error" else dg.AssetCheckSeverity.WARN
        yield _result(WAREHOUSE, check.name, warehouse.check(check.name), severity)


def _result(
    key: dg.AssetKey,
    name: str,
    found: Answer,
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
) -> dg.AssetCheckResult:
    """A check that passes when it found no row, with the first rows that it found."""
    metadata: dict[str, dg.MetadataValue] = {"rows_found": dg.MetadataValue.int(found.count)}
    if found.count:
        metadata["first_rows"] = _table(found)
    return dg.AssetCheckResult(
        passed=not found.count,
        asset_key=key,
        check_name=name,
        severity=severity,
        description=f"{found.count:,} found, such as {_example(found)}" if found.count else None,
        metadata=metadata,
    )


def _table(found: Answer) -> dg.MetadataValue:
    records = [dg.TableRecord(dict(zip(found.columns, map(_cell, row), strict=True))) for row in found.rows]
    return dg.MetadataValue.table(records, dg.TableSchema([dg.TableColumn(name) for name in found.columns]))


def _example(found: Answer) -> str:
    return ", ".join(f"{name} {_cell(value)}" for name, value in zip(found.columns, found.rows[0], strict=True))


def _cell(value: object) -> str | int | float | bool | None:
    return value if isinstance(value, int | float | None) else str(value)[:_CELL_CHARACTERS]


def _counts(words: str, counts: dict[str, int]) -> str | None:
    return "; ".join(f"{count:,} {words} {name}" for name, count in counts.items()) or None
