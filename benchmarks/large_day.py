"""Makes a large day out of a small one: the synthetic tenant's day many times over, each time with other people.

All copies share the tenant, its apps and their credentials. So an app serves as many more users as there are copies,
and each request has the sign-in of its own copy. People who sign in and ask nothing of Graph make up the sign-ins that
a tenant has beside these: one for every four requests in all.
"""

import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from math import ceil
from pathlib import Path
from typing import NamedTuple

from benchmarks.copies import Copies
from benchmarks.small_day import DAY, SmallDay, small_day
from pipelines.sources.importing import import_files

REQUESTS_PER_SIGN_IN = 4
BATCH_REQUESTS = 500_000
"""So many requests are written out as raw files, imported, and the raw files removed; two batches side by side."""


class LargeDay(NamedTuple):
    """What has been made of a large day."""

    requests: int
    sign_ins: int
    raw_bytes: int
    landing_seconds: float
    """Of all processes that landed."""

    def with_more(self, other: "LargeDay") -> "LargeDay":
        """What both hold together."""
        return LargeDay(
            self.requests + other.requests,
            self.sign_ins + other.sign_ins,
            self.raw_bytes + other.raw_bytes,
            self.landing_seconds + other.landing_seconds,
        )


@dataclass(frozen=True)
class _Batch:
    """Numbers of whole copies, and of those of whose people only the sign-ins are logged."""

    whole: range
    sign_ins_only: range

    def numbers(self, file: str) -> Iterator[int]:
        """The copies that the file of this name holds."""
        yield from self.whole
        if SmallDay.is_of_people(file):
            yield from self.sign_ins_only


@dataclass(frozen=True)
class _Making:
    """Makes and imports batches, in a process of its own."""

    data: Path
    raw: Path
    small: SmallDay
    kinds: dict[str, Copies]

    def land(self, batch: _Batch) -> LargeDay:
        """Writes one large file for each log, shape and hour, and imports these."""
        with tempfile.TemporaryDirectory(dir=self.raw) as folder:
            for name, copies in self.kinds.items():
                path = Path(folder) / name
                path.parent.mkdir(exist_ok=True)
                with path.open("wb") as file:
                    file.writelines(copies.copy(number) for number in batch.numbers(name))
            size = sum(path.stat().st_size for path in Path(folder).rglob("*.json"))
            started = time.perf_counter()
            import_all(self.data, Path(folder), self.small.tenant_id)
            landing = time.perf_counter() - started
        people = len(batch.whole) + len(batch.sign_ins_only)
        return LargeDay(len(batch.whole) * self.small.requests, people * self.small.sign_ins, size, landing)


def land_large_day(data: Path, work: Path, requests: int) -> LargeDay:
    """Lands a day of at least so many Graph requests in the data folder; what is written in `work` is removed again.

    The same arguments land the same lines.
    """
    small = small_day(work / "small")
    land_inventory(data, work, small)
    return land_copies(data, work, small, requests)


def land_inventory(data: Path, work: Path, small: SmallDay) -> None:
    """Lands the directory that all copies share."""
    with tempfile.TemporaryDirectory(dir=work) as folder:
        (Path(folder) / "inventory.json").write_bytes(Copies(small.inventory, small.shared).copy(0))
        import_all(data, Path(folder), small.tenant_id)


def land_copies(
    data: Path,
    work: Path,
    small: SmallDay,
    requests: int,
    day: date = DAY,
    *,
    first: int = 0,
    on_landed: Callable[[LargeDay], None] = lambda _: None,
) -> LargeDay:
    """The same of a small day at hand, its copies numbered from `first`, so that no two days share people."""
    made = LargeDay(0, 0, 0, 0)
    with _workers(ceil(requests / BATCH_REQUESTS), (data, work, small, day)) as land:
        for landed in land(_land, _batches(small, requests, first)):
            made = made.with_more(landed)
            on_landed(made)
    return made


@contextmanager
def _workers(batches: int, prepared: tuple[Path, Path, SmallDay, date]) -> Iterator[Callable[..., Iterator[LargeDay]]]:
    """A `map` over processes that are prepared for the batches; over this one where it is a single batch."""
    if batches == 1:
        _prepare(*prepared)
        yield map
        _MAKING.clear()
        return
    workers = min(os.cpu_count() or 1, batches)
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _prepare, prepared) as pool:
        yield pool.map


def _batches(small: SmallDay, requests: int, first: int) -> Iterator[_Batch]:
    copies = ceil(requests / small.requests)
    in_batch = max(1, BATCH_REQUESTS // small.requests)
    lacking = copies * small.requests / REQUESTS_PER_SIGN_IN - copies * small.sign_ins
    others = max(0, ceil(lacking / small.sign_ins))
    for begin in range(0, copies, in_batch):
        end = min(copies, begin + in_batch)
        only = [first + copies + others * at // copies for at in (begin, end)]
        yield _Batch(range(first + begin, first + end), range(*only))


_MAKING: list[_Making] = []  # of this process: what all its batches have in common takes a while to prepare


def _prepare(data: Path, work: Path, small: SmallDay, day: date) -> None:
    kinds = {name: Copies(text, small.shared) for name, text in small.texts(day).items()}
    _MAKING[:] = [_Making(data, work, small, kinds)]


def _land(batch: _Batch) -> LargeDay:
    return _MAKING[0].land(batch)


def import_all(data: Path, folder: Path, tenant_id: str) -> None:
    """Imports what was made up; stops with words where not all of it is readable."""
    problems = [problem for file in import_files(data, [folder], tenant_id=tenant_id) for problem in file.problems]
    if problems:
        raise SystemExit(f"made-up records could not be imported: {problems}")
