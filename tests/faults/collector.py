"""One call that collects everything, in a process of its own that may die at any write, rename or fsync."""

import logging
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, Literal

import orjson

from pipelines.sources import growing_blob
from pipelines.sources.collecting import Collected, collect
from pipelines.sources.graph_logs import GraphLogs
from pipelines.sources.importing import import_files
from pipelines.sources.inventory import Inventory
from pipelines.sources.log_analytics import LogAnalytics
from pipelines.sources.slices import Collector
from pipelines.sources.storage import StorageArchive
from pipelines.sources.storage_account import StorageAccount
from pipelines.sources.workspace import Limits, Workspace
from tests.sources.graph_tenant import Clock, inventory, logs
from tests.tenant_server.log_analytics_rig import WORKSPACE, Credential

LOOKBACK = timedelta(hours=27)


@dataclass(frozen=True)
class Place:
    """Where a tenant is served."""

    tenant_id: str
    graph: str
    log_analytics: str
    ca_file: str
    storage: str
    exported: Path
    """Folder of the files that are imported."""
    drives: tuple[str, ...]


Source = Literal["graph", "inventory", "log_analytics", "storage", "import"]
SOURCES: tuple[Source, ...] = ("graph", "inventory", "log_analytics", "storage", "import")


@dataclass(frozen=True)
class Death:
    """Dies at so many of these, counted from when a source is begun with; at so many bytes that the manifest, or
    another file, may still grow, in the middle of that write."""

    source: Source
    at: Literal["fsync", "rename", "write"]
    count: int
    is_before: bool = True


@dataclass(frozen=True)
class Call:
    """How and when it is collected."""

    data: Path
    now: datetime
    order: int = 0
    """Seed of the order of the sources."""
    most_rows: int = 500_000
    """Most rows of one answer of Log Analytics."""
    chunk_bytes: int = 4 * 2**20
    """Most bytes that are fetched of a blob at once."""
    death: Death | None = None
    result: Path | None = None
    """Takes what failed, once all is done."""


def collectors(place: Place, call: Call) -> list[Collector]:
    """A collector of each source; time passes only while they wait, each by its own clock."""
    now = call.now
    return [
        _graph(place, now),
        _inventory(place, now),
        _log_analytics(place, now, call.most_rows),
        _storage(place, now),
    ]


def _graph(place: Place, now: datetime) -> GraphLogs:
    server: Any = SimpleNamespace(endpoint=place.graph)
    return logs(server, Clock(now), tenant_id=place.tenant_id, first_days=1)


def _inventory(place: Place, now: datetime) -> Inventory:
    server: Any = SimpleNamespace(endpoint=place.graph)
    return inventory(server, Clock(now), tenant_id=place.tenant_id, drives=lambda: place.drives)


def _log_analytics(place: Place, now: datetime, most_rows: int) -> LogAnalytics:
    clock = Clock(now)
    workspace = Workspace(
        WORKSPACE, Credential(), place.log_analytics, ca_file=place.ca_file, clock=clock.now, sleep=clock.sleep,
        limits=Limits(rows=most_rows),
    )  # fmt: skip
    return LogAnalytics(workspace, place.tenant_id, lookback=LOOKBACK, clock=clock.now)


def _storage(place: Place, now: datetime) -> StorageArchive:
    def no_token() -> Any:
        raise AssertionError("an emulator gets no token")

    clock = Clock(now)
    account = StorageAccount(place.storage, no_token, clock=clock.now, sleep=clock.sleep)
    return StorageArchive(account, place.tenant_id, clock=clock.now)


def collect_all(place: Place, call: Call, on_source: Callable[[Source], Any] = lambda _: None) -> Iterator[Collected]:
    """Collects every source and imports the files, in some order; says with which one it begins."""
    by_source = dict(zip(SOURCES, collectors(place, call), strict=False))
    waiting = list(SOURCES)
    Random(call.order).shuffle(waiting)  # noqa: S311 - reproducible
    for source in waiting:
        on_source(source)
        if source in by_source:
            yield collect(call.data, by_source[source])
        else:
            list(import_files(call.data, [place.exported], tenant_id=place.tenant_id))


def run(place: Place, signature: str, call: Call) -> None:
    """What a process of its own does."""
    os.environ["WHOSEAGENT_STORAGE_SAS"] = signature
    logging.disable()
    growing_blob.CHUNK_BYTES = call.chunk_bytes
    dying = Dying(call.data, call.death) if call.death else lambda _: None
    failures = [failure.message for each in collect_all(place, call, dying) for failure in each.failures]
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    if call.result:
        call.result.write_bytes(orjson.dumps(failures))


class Dying:
    """Kills this process when it is time, after the source was begun with."""

    def __init__(self, data: Path, death: Death) -> None:
        self._data = data
        self._death = death
        self._left = death.count

    def __call__(self, source: Source) -> None:
        """This source is begun with."""
        if source != self._death.source:
            return
        if self._death.at == "write":
            self._bound_files()
        elif self._death.at == "rename":
            sys.addaudithook(lambda event, _: self._count_down() if event == "os.rename" else None)
        else:
            self._watch_fsync()

    def _bound_files(self) -> None:
        """The kernel kills whoever writes beyond the bound, after what fits was written."""
        manifest = self._data / "landing/manifest.ndjson"
        size = manifest.stat().st_size if manifest.exists() else 0
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(
            resource.RLIMIT_FSIZE, (size + self._death.count, resource.getrlimit(resource.RLIMIT_FSIZE)[1])
        )

    def _watch_fsync(self) -> None:
        fsync = os.fsync

        def fsync_and_die(descriptor: Any) -> None:
            if self._death.is_before:
                self._count_down()
            fsync(descriptor)
            if not self._death.is_before:
                self._count_down()

        os.fsync = fsync_and_die  # type: ignore[assignment]

    def _count_down(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
