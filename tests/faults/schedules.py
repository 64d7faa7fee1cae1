"""Runs schedules of faults over all sources at once, and sums up what came of them."""

import multiprocessing
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

import orjson

from pipelines.landing.cursors import CursorFile
from pipelines.sources.graph_logs import POLLS
from pipelines.sources.importing import import_files
from pipelines.warehouse.warehouse import Warehouse
from tests.faults.collector import SOURCES, Call, Death, Place, Source, run
from tests.faults.judge import Verdict, judge_landed, judge_tables
from tests.faults.served import MIDNIGHT, Served, serve_tenant
from tests.faults.services import Services, services
from tests.faults.tables import Tables, tables

HOUR = timedelta(hours=1)
SINCE_HOUR = 17
"""What is served happened in the last hours of the day; what came before was collected before."""


MOST: dict[Source, int] = {"graph": 100, "inventory": 36, "log_analytics": 60, "storage": 40, "import": 30}
"""About how many requests and fsyncs a source takes."""


class Request(NamedTuple):
    """Dies at the so manieth request to a source, killed from outside."""

    source: str
    number: int
    at: str = "request"


@dataclass
class Figures:
    """What schedules did, and what came of them."""

    schedules: int = 0
    judged: int = 0
    """Schedules of which the tables were compared, too."""
    calls: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    injected: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    served: int = 0
    landed: int = 0
    again: int = 0
    failures: int = 0
    """Sources that a call gave up, to be collected by a later one."""
    wrong: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def add(self, seed: int, verdict: Verdict) -> None:
        """Adds what came of one schedule."""
        self.landed += verdict.landed
        self.again += verdict.again
        self.wrong += verdict.wrong
        self.examples += [f"schedule {seed}: {example}" for example in verdict.examples]


class Schedules:
    """Makes one schedule after the other."""

    def __init__(self, folder: Path, to: Services, place: Place, signature: str, expected: Tables) -> None:
        self.figures = Figures()
        self.folder = folder
        self.served = to.served
        self.expected = expected
        """The tables of an undisturbed import of the same, in `imported` below the folder."""
        self._services = to
        self._place = place
        self._signature = signature
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["tests.faults.preloaded", "tests.faults.schedules", "typer"])

    def run(self, seed: int, *, with_tables: bool) -> Verdict:
        """Collects a day through faults and kills, and judges what landed; the tables too if asked to."""
        data, rng = self.folder / f"schedule-{seed}", Random(seed)  # noqa: S311 - reproducible
        chance, verdict = self._services.chance, Verdict()
        before = chance.requests
        self._services.begin(seed)
        if self._services.reorders:
            chance.injected["reordered pages"] += 1
        chance.start(seed, rate=rng.choice([0.05, 0.12, 0.2]))
        self._collect_the_day(data, rng, verdict)
        judge_landed(data, self.served.ids, verdict)
        if with_tables:
            judge_tables(data, self.expected, verdict)
        self._count(seed, verdict, chance.requests - before, with_tables=with_tables)
        shutil.rmtree(data, ignore_errors=True)
        return verdict

    def _count(self, seed: int, verdict: Verdict, requests: int, *, with_tables: bool) -> None:
        self.figures.schedules += 1
        self.figures.judged += with_tables
        self.figures.requests += requests
        self.figures.served += self.served.records
        self.figures.injected = self._services.chance.injected
        self.figures.add(seed, verdict)

    def _collect_the_day(self, data: Path, rng: Random, verdict: Verdict) -> None:
        self._were_collected(data)
        for hours in (-rng.randrange(1, 6), 1):
            self._services.show(MIDNIGHT + HOUR * hours, is_over=hours == 1)
            dying = rng if rng.random() < 0.75 else None
            self._call(self._new_call(data, hours, rng), dying, verdict)
        self._services.chance.start(0, rate=0)
        for failure in self._call(self._new_call(data, 2, rng), None, verdict):
            verdict.add("failed without a fault", failure)

    def _were_collected(self, data: Path) -> None:
        """Graph was collected up to then, lest each call ask for every hour of the days before."""
        until = f"{MIDNIGHT - HOUR * (24 - SINCE_HOUR):%Y-%m-%dT%H:%M:%SZ}"
        with CursorFile(data, f"graph/{self._place.tenant_id}").opened() as cursors:
            cursors.put({poll.key: {"until": until, "looked_back": until} for poll in POLLS})

    def _new_call(self, data: Path, hours: int, rng: Random) -> Call:
        return Call(
            data,
            MIDNIGHT + HOUR * hours,
            order=rng.randrange(1000),
            most_rows=rng.choice([12, 40, 500_000]),
            chunk_bytes=rng.choice([700, 5000, 4 * 2**20]),
            result=self.folder / "result.json",
        )

    def _call(self, call: Call, dying: Random | None, verdict: Verdict) -> list[str]:
        """What failed in one call, in a process of its own; nothing where that was killed."""
        death = _death(dying) if dying else None
        result = self.folder / "result.json"
        result.unlink(missing_ok=True)
        inside = death if isinstance(death, Death) else None
        told = (self._place, self._signature, replace(call, death=inside))
        process = self._processes.Process(target=run, args=told)
        process.start()
        if isinstance(death, Request):
            self._services.chance.kill_at(death.source, death.number, process.pid or 0)
        process.join()
        self._services.chance.spare()
        self.figures.calls += 1
        if process.exitcode == 0:
            failures: list[str] = orjson.loads(result.read_bytes())
            self.figures.failures += len(failures)
            return failures
        if death and (process.exitcode or 0) < 0:
            self.figures.kills[f"{death.at} of {death.source}"] += 1
        else:
            verdict.add("crashed", f"exit code {process.exitcode}")
        return []


def _death(rng: Random) -> Death | Request:
    """Where the next call dies: some way into one of the sources."""
    source = rng.choice(SOURCES)
    match rng.choice(["request", "fsync", "fsync", "rename", "write"]):
        case "fsync":
            return Death(source, "fsync", rng.randrange(1, MOST[source]), is_before=rng.random() < 0.5)
        case "rename":
            return Death(source, "rename", rng.randrange(1, MOST[source] // 3))
        case "write":
            return Death(source, "write", rng.randrange(1, MOST[source] * 200))
    server = {"inventory": "graph", "import": "storage"}.get(source, source)
    return Request(server, rng.randrange(1, MOST[source]))


@contextmanager
def schedules(folder: Path) -> Iterator[Schedules]:
    """Schedules over a small tenant, of which an undisturbed import is made first; all in this folder."""
    served = serve_tenant(folder / "made", scale=0.02, share=0.4, since_hour=SINCE_HOUR, most_objects=6)
    exported = served.write_files(folder / "files")
    expected = _undisturbed(folder, served)
    with services(served, folder) as (to, place, signature):
        yield Schedules(folder, to, place(exported), signature, expected)


def _undisturbed(folder: Path, served: Served) -> Tables:
    warehouse = Warehouse(folder / "imported")
    list(import_files(warehouse.data_folder, [folder / "files"], tenant_id=served.tenant_id))
    verdict = Verdict()
    judge_landed(warehouse.data_folder, served.ids, verdict)
    if verdict.wrong:
        raise AssertionError(f"the undisturbed import is wrong: {verdict.examples}")
    warehouse.run()
    return tables(warehouse.path)
