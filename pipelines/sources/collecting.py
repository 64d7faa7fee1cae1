"""What collectors pull lands, slice by slice, and how far they have pulled is kept only for what has landed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.catalog.detect import Detector
from pipelines.landing.cursors import CursorFile
from pipelines.landing.writer import Landing
from pipelines.sources.bookkeeping import Bookkeeper
from pipelines.sources.landed_lines import LandedLines
from pipelines.sources.slices import CollectError, Collector, Period, Remark, Slice
from pipelines.sources.taking import take


@dataclass
class Collected(LandedLines):
    """What one collector brought."""

    name: str
    tenant_id: str | None
    slices: int = 0
    """Slices that landed."""
    secrets: int = 0
    """Records that held a secret, which did not land."""
    failures: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)


def collect(
    data_folder: Path,
    collector: Collector,
    period: Period | None = None,
    on_slice: Callable[[str, Collected], Any] = lambda _key, _collected: None,
) -> Collected:
    """Lands what the collector pulls; what it brought, with what failed.

    A failing slice lands nothing and keeps no cursor; later slices of the same key are passed over, lest a cursor
    leap over what failed, and all others go on. `on_slice` is called before each slice and
    once at the end, with the key and what there is so far. Killed at any instant, the next call pulls again what
    did not land, and at most one slice that did. Raises CollectorBusyError when another process collects the same,
    OSError when the data folder cannot be written, ManifestError when the evidence in it was tampered with.
    """
    collected = Collected(collector.name, collector.tenant_id, failures=collector.failures, notes=collector.notes)
    landing, detector = Landing(data_folder), Detector()
    failed: set[str] = set()
    with CursorFile(data_folder, collector.name).opened() as cursors:
        books = Bookkeeper(collector, cursors)
        could_be_read = True
        try:
            for slice_ in collector.slices(cursors, period):
                books.begin(slice_)
                if slice_.key in failed:
                    continue
                on_slice(slice_.key, collected)
                if _land(landing, detector, slice_, collected):
                    cursors.put({**books.landed(slice_), **slice_.cursors()})  # in this order, for a kill in between
                else:
                    failed.add(slice_.key)
        except CollectError as error:
            could_be_read = False
            collected.failures.append(Remark(collector.name, str(error)))
        cursors.put(books.end(could_be_read=could_be_read))
    on_slice("", collected)
    return collected


def _land(landing: Landing, detector: Detector, slice_: Slice, collected: Collected) -> bool:
    """Whether the slice landed."""
    secrets = 0
    try:
        with landing.batch(slice_.source) as batch:
            for item in slice_.records:
                secrets += take(batch, detector, item)
    except CollectError as error:
        collected.failures.append(Remark(slice_.key, str(error)))
        return False
    collected.slices += 1
    collected.secrets += secrets
    for landed in batch.landed:
        if landed.is_new:
            collected.add_entry(landed.entry)
        else:
            collected.known += landed.entry.rows
    return True
