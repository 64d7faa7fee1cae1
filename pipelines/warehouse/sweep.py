"""Removes what nobody reads any more: Parquet files that neither this publication nor the one before it names.

The files of the publication before stay, because a reader may still have it open.
"""

import time
from collections.abc import Collection, Mapping

import orjson

from pipelines.durable import place_file
from pipelines.warehouse import quarantine
from pipelines.warehouse.finding_files import RELATIONS, current_files
from pipelines.warehouse.lake import UNDATED, Lake
from pipelines.warehouse.models import of_kind
from pipelines.warehouse.snapshot import Snapshot
from pipelines.warehouse.stored_views import stored_views

KEPT_SECONDS = 3600

Files = Mapping[str, list[str]]
"""`<model>/day=<day>` → names of the files in it that are in use."""


def published_files(snapshot: Snapshot) -> Files:
    """The files that a publication of this snapshot names."""
    models = of_kind(snapshot.models, "records", "partition")
    days = snapshot.built_days
    found = ((model, day, files) for model in models for day, files in snapshot.files_by_day(model, days).items())
    files = {f"{model.name}/day={day}": [file.name for file in files] for model, day, files in found if files}
    for relation in (*RELATIONS, *(model.name for model in stored_views(snapshot.models))):
        current = current_files(snapshot.lake, relation, days)
        files |= {f"{relation}/day={day}": [file.name] for day, file in current.items()}
    set_aside = quarantine.quarantine_files(snapshot.lake, snapshot.quarantined)
    return files | {f"{quarantine.MODEL}/day={UNDATED}": [file.name for file in set_aside]}


def sweep(lake: Lake, now: Files, days: Collection[str]) -> int:
    """Notes that `now` is published and removes what fell out of use two publications ago; the number of files.

    `days` are those that have records: of others nothing is in use, unless the publication before names it.
    """
    state = lake.folder / "published.json"
    before: Files = orjson.loads(state.read_bytes()) if state.exists() else {}
    removed = 0
    for partition in {*before, *now}:
        if before.get(partition) != now.get(partition):
            continue  # changed just now: readers of the publication before may still need its files
        removed += _remove_others(lake, partition, set(now[partition]))
    removed += sum(_remove_others(lake, gone, set()) for gone in _gone(lake, {*before, *now}, days))
    _write(lake, state.name, orjson.dumps(now))
    return removed


def _gone(lake: Lake, named: Collection[str], days: Collection[str]) -> list[str]:
    """The partitions on disk that neither publication names, of days without a record or of models that are no more."""
    found = {f"{path.parent.name}/{path.name}" for path in lake.folder.glob("*/day=*")}
    models, kept = {each.partition("/")[0] for each in named}, {*days, UNDATED}
    return [
        each
        for each in found - {*named}
        if each.partition("/")[0] not in models or each.partition("day=")[2] not in kept
    ]


def _remove_others(lake: Lake, partition: str, used: set[str]) -> int:
    """Young files stay: a run beside this one may have just written them and not published yet."""
    oldest_to_keep = time.time() - KEPT_SECONDS
    files = [file for file in (lake.folder / partition).glob("*.parquet") if file.name not in used]
    others = [file for file in files if file.stat().st_mtime < oldest_to_keep]
    for file in others:
        file.unlink(missing_ok=True)
    return len(others)


def _write(lake: Lake, name: str, content: bytes) -> None:
    with lake.writing() as scratch:
        scratch.write_bytes(content)
        place_file(scratch, lake.folder / name)
