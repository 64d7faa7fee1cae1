"""What is still to be done in a data folder: landed files that nobody has typed, and a published file gone stale."""

import os
from collections.abc import Iterable
from hashlib import sha256

from pipelines import __version__
from pipelines.durable import place_file
from pipelines.landing.manifest import Entry
from pipelines.warehouse import quarantine
from pipelines.warehouse.finding_files import read_index
from pipelines.warehouse.models import of_kind
from pipelines.warehouse.parser import parsers, records_model_of
from pipelines.warehouse.snapshot import Snapshot
from pipelines.warehouse.warehouse import Warehouse


def unstaged(warehouse: Warehouse) -> list[Entry]:
    """The landed files that staging, or the quarantine, has not taken yet."""
    ledger = warehouse.lake.ledger()
    by_model = parsers(warehouse.models)
    waiting = []
    for entry in warehouse.landed():
        parser = records_model_of(entry, by_model)
        fingerprint = quarantine.PARSER if entry.log == "unreadable" else parser.fingerprint if parser else None
        if fingerprint and not ledger.has(entry.file, fingerprint):
            waiting.append(entry)
    return waiting


def publish(warehouse: Warehouse) -> None:
    """Publishes, and notes what was published, so that a run that changes nothing need not do it again."""
    content = _content(warehouse)
    warehouse.publish()
    with warehouse.lake.writing() as scratch:
        scratch.write_text(content, encoding="ascii")
        place_file(scratch, warehouse.lake.folder / "published.sha256")


def is_published(warehouse: Warehouse) -> bool:
    """Whether the published file stands there and holds what is current in landing, lake and SQL."""
    note = warehouse.lake.folder / "published.sha256"
    return warehouse.path.exists() and note.exists() and note.read_text(encoding="ascii") == _content(warehouse)


def _content(warehouse: Warehouse) -> str:
    """Hash of all that a publication is made from."""
    return sha256("\0".join(_parts(warehouse, warehouse.snapshot())).encode()).hexdigest()


def _parts(warehouse: Warehouse, snapshot: Snapshot) -> Iterable[str]:
    yield __version__
    yield os.fspath(warehouse.data_folder)  # the views name their files by absolute path
    for line in (*warehouse.manifest().landed[-1:], *warehouse.manifest().removals[-1:]):
        yield line.model_dump_json()  # names the hash of the entry before it, and so all of them
    yield repr(snapshot.kept)
    for parsed in (*snapshot.entries, *snapshot.quarantined):
        yield parsed.landed_file + parsed.parser
    yield repr(warehouse.provided.apps)
    yield repr(sorted(read_index(warehouse.lake).items()))
    yield from map(repr, warehouse.collected())
    for model in of_kind(snapshot.models, "records", "partition", "view", "table", "finding"):
        yield f"{model.header} {model.sql}"
    for model in of_kind(snapshot.models, "records", "partition"):
        yield from (str(file) for files in snapshot.files_by_day(model, snapshot.days).values() for file in files)
