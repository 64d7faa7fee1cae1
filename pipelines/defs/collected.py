"""Collecting: an asset for each source of each tenant that the settings name, in front of the evidence.

What one source could not bring is its own failed check, after tries of its own: the others, and everything after
them, go on with what there is.
"""

import re
from collections.abc import Iterator
from time import monotonic
from typing import Any

import dagster as dg

from pipelines.defs.specs import OWNER
from pipelines.defs.workplace import Workplace
from pipelines.landing.cursors import CollectorBusyError
from pipelines.sources.collecting import Collected, collect
from pipelines.sources.slices import Collector, Remark

GROUP = "collect"
CHECK = "everything_came"
_TRIES = 2
_SECONDS_BETWEEN = 60


def collect_key(collector: Collector) -> dg.AssetKey:
    """The asset of a collector."""
    return dg.AssetKey([GROUP, *collector.name.split("/")])


def collected_assets(collectors: list[Collector]) -> list[dg.AssetsDefinition]:
    """An asset for each collector."""
    return [_asset(collector) for collector in collectors]


def _asset(collector: Collector) -> dg.AssetsDefinition:
    key = collect_key(collector)
    spec = dg.AssetSpec(
        key,
        description=f"What {collector.name} has that did not land yet, as `whoseagent collect` pulls it.",
        group_name=GROUP,
        owners=[OWNER],
        kinds={"azure", "json"},
    )
    check = dg.AssetCheckSpec(CHECK, asset=key, description="Nothing that was asked for failed to come.")

    @dg.multi_asset(name=re.sub(r"\W", "_", "__".join(key.path)), specs=[spec], check_specs=[check])
    def compute(
        context: dg.AssetExecutionContext, workplace: dg.ResourceParam[Workplace]
    ) -> Iterator[dg.MaterializeResult[Any]]:
        started = monotonic()
        collector.failures.clear()
        collector.notes.clear()
        collected = _collect(workplace, collector)
        if collected.failures and context.retry_number < _TRIES:
            raise dg.RetryRequested(_TRIES, _SECONDS_BETWEEN)
        yield dg.MaterializeResult(
            metadata=_metadata(collected, round(monotonic() - started, 3)), check_results=[_result(key, collected)]
        )

    return compute


def _collect(workplace: Workplace, collector: Collector) -> Collected:
    try:
        return collect(workplace.data_folder, collector, None, lambda key, _: workplace.on_step(f"collecting {key}"))
    except CollectorBusyError as error:
        busy = Remark(collector.name, str(error))
        return Collected(collector.name, collector.tenant_id, failures=[busy])


def _metadata(collected: Collected, seconds: float) -> dict[str, Any]:
    return {
        "lines": collected.lines.total(),
        "slices": collected.slices,
        **{f"lines of {log}": lines for (log, _), lines in sorted(collected.lines.items())},
        **{f"note on {note.key}": note.message for note in collected.notes},
        "seconds": seconds,
    }


def _result(key: dg.AssetKey, collected: Collected) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=not collected.failures,
        asset_key=key,
        check_name=CHECK,
        metadata={failure.key: failure.message for failure in collected.failures},
    )
