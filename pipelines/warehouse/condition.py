"""The condition of a data folder: whether it can be written, what has landed, and how old what is published is."""

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.landing.folder import MANIFEST, landing_folder
from pipelines.landing.log_collections import LogCollection, collections
from pipelines.landing.manifest import ManifestError, read_head
from pipelines.probes import Probe, Status, ago, event_probe
from pipelines.warehouse.ask import open_reader
from pipelines.warehouse.publish import warehouse_path

LEAST_FREE_BYTES = 5 * 10**9
LATE_HOURS = 24
"""Hours without an event after which a log is worth a look: the slowest comes within three (domain fact T21)."""

_NEWEST = """
select tenant_id, log, max(last_event_at) as newest
from completeness
where last_event_at is not null
group by tenant_id, log
order by tenant_id, log
"""


def condition(data_folder: Path, now: datetime) -> Iterator[Probe]:
    """One probe for each thing that can be wrong with the folder, and for each log that is published."""
    yield _writable(data_folder)
    yield from _private(data_folder)
    yield _space(data_folder)
    yield _evidence(data_folder)
    yield from _collected(data_folder, now)
    yield from _published(data_folder, now)


def _writable(folder: Path) -> Probe:
    is_there = folder.is_dir()
    try:
        with tempfile.TemporaryFile(dir=_existing(folder)):
            message = "can be written" if is_there else "is not there yet; the first import or collect makes it"
            return Probe("folder", Status.OK, message)
    except OSError as error:
        message = f"{folder} cannot be written ({(error.strerror or str(error)).lower()}); check --data and its owner"
        return Probe("folder", Status.FAILED, message)


def _private(folder: Path) -> Iterator[Probe]:
    if not folder.is_dir():
        return
    mode = folder.stat().st_mode
    if mode & 0o077:
        message = f"others than its owner may enter it; `chmod go-rwx {folder}` ends that"
        yield Probe("privacy", Status.WARNING, message)
    else:
        yield Probe("privacy", Status.OK, "its owner alone may enter it")


def _space(folder: Path) -> Probe:
    free = shutil.disk_usage(_existing(folder)).free
    is_scarce = free < LEAST_FREE_BYTES
    return Probe("disk", Status.WARNING if is_scarce else Status.OK, f"{free / 1e9:,.1f} GB free")


def _evidence(folder: Path) -> Probe:
    landing = landing_folder(folder)
    try:
        head = read_head(landing)
    except (ManifestError, OSError) as error:
        return Probe("evidence", Status.FAILED, f"{error}; `whoseagent verify` says more")
    if head is not None:
        return Probe("evidence", Status.OK, f"{head.entries:,} entries, head sha256 {head.sha256}")
    if (landing / MANIFEST).exists():
        return Probe("evidence", Status.FAILED, "head.json is missing; `whoseagent verify` says more")
    return Probe("evidence", Status.MISSING, "nothing has landed yet; `whoseagent collect` or `whoseagent import`")


def _collected(folder: Path, now: datetime) -> Iterator[Probe]:
    """For each source that was collected, how long ago the log came whole that did so longest ago."""
    by_source: dict[str, list[LogCollection]] = defaultdict(list)
    for each in collections(folder):
        by_source[f"{each.source} of {each.tenant_id or 'unknown'}"].append(each)
    for source, logs in by_source.items():
        failed = [each.log for each in logs if each.has_failed]
        oldest = min((each.succeeded_at for each in logs if each.succeeded_at), default=None)
        if failed:
            names = ", ".join(sorted(set(failed)))
            message = f"at the last collect this did not come: {names}; `whoseagent collect` says why"
            yield Probe(source, Status.WARNING, message)
        elif oldest:
            is_late = (now - oldest).total_seconds() > LATE_HOURS * 3600
            yield Probe(
                source, Status.WARNING if is_late else Status.OK, f"every log came, {ago(now - oldest)} or since"
            )


def _published(folder: Path, now: datetime) -> Iterator[Probe]:
    path = warehouse_path(folder)
    if not path.exists():
        yield Probe("published", Status.MISSING, "nothing yet; `whoseagent run` publishes what has landed")
        return
    published_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    yield Probe("published", Status.OK, ago(now - published_at))
    try:
        with open_reader(folder) as connection:
            newest = connection.execute(_NEWEST).fetchall()
    except (duckdb.Error, OSError) as error:
        message = f"cannot be read ({str(error).partition(chr(10))[0]}); `whoseagent run` publishes anew"
        yield Probe("published", Status.FAILED, message)
        return
    for tenant_id, log, at in newest:
        yield _lag(f"{log} of {tenant_id}", at.replace(tzinfo=UTC), now)


def _lag(key: str, newest: datetime, now: datetime) -> Probe:
    probe = event_probe(key, newest, now, 0)
    if (now - newest).total_seconds() <= LATE_HOURS * 3600:
        return probe
    return probe._replace(status=Status.WARNING, message=f"{probe.message}; was it collected, and run, since?")


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(each for each in (folder.absolute(), *folder.absolute().parents) if each.is_dir())
