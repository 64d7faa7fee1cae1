"""The lake: typed Parquet by model and event day, and the ledger that says which landed file became which.

Every file is immutable and named for what it was made from: records for their landed file and the queries that
parsed it, partitions for the fingerprint of all their inputs. A file that exists is up to date; what is current
follows from the ledger and the SQL, so a killed run leaves nothing half-true behind.
"""

import os
import shutil
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import orjson
from filelock import FileLock

from pipelines.durable import make_private_folder
from pipelines.landing.manifest import read_removals, removed_files

PARQUET = "format parquet, compression zstd, compression_level 1"
"""How files of the lake are written: a higher level takes longer and saves a twentieth."""

UNDATED = "undated"
"""The partition of records that have no usable time: kept, counted, but no day's truth."""


@dataclass(frozen=True)
class Parsed:
    """One landed file, typed: a line of the ledger."""

    landed_file: str
    """Path below landing/."""
    parser: str
    """Fingerprint of the queries and field declarations that parsed it."""
    model: str
    """The records model (or `quarantine`)."""
    rows: int
    days: dict[str, int]
    """Rows per event day (`2026-03-02` or `undated`)."""
    cast_failures: dict[str, int] = field(default_factory=dict)
    """Values that did not cast, per column."""
    batch: str = ""
    """Names the landed files that were parsed together, and so share a Parquet file a day."""

    def file_name(self, day: str) -> str:
        """Name of its Parquet file of that day. It holds the day, so that no other file of the lake has the name."""
        return f"{day}-{self.batch or batch_name([self.landed_file])}-{self.parser}.parquet"


def batch_name(landed_files: Iterable[str]) -> str:
    """A name for landed files that are parsed together: the same files have the same name."""
    return sha256("\0".join(sorted(landed_files)).encode()).hexdigest()[:16]


class Lake:
    """The folder `lake/` of a data folder."""

    def __init__(self, data_folder: Path) -> None:
        self.data_folder = data_folder.absolute()
        self.folder = self.data_folder / "lake"
        self._ledger = self.folder / "ledger.ndjson"
        self._scratch = self.folder / ".tmp"

    def prepare(self) -> None:
        """Makes the folders, for their owner only."""
        make_private_folder(self._scratch)

    def partition(self, model: str, day: str, file_name: str) -> Path:
        """Where a file of a model's day stands. `day` is an ISO date or `undated`: nothing else becomes a path."""
        _check_day(day)
        return self.folder / model / f"day={day}" / file_name

    @contextmanager
    def writing(self) -> Iterator[Path]:
        """A path to write a file to; it is gone afterwards unless `place_file` moved it."""
        self.prepare()
        scratch = self._scratch / f"{os.getpid()}-{uuid.uuid4().hex}.parquet"
        try:
            yield scratch
        finally:
            scratch.unlink(missing_ok=True)

    @contextmanager
    def spilling(self) -> Iterator[Path]:
        """A folder for what does not fit into memory; it is gone afterwards."""
        self.prepare()
        folder = self._scratch / f"{os.getpid()}-{uuid.uuid4().hex}.spill"
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def discard_leftovers(self) -> int:
        """Removes what killed runs left in the scratch folder; the number of files and folders removed."""
        leftovers = list(self._scratch.glob("*")) if self._scratch.is_dir() else []
        for path in leftovers:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        return len(leftovers)

    def record(self, *parsed: Parsed) -> None:
        """Enters landed files that were parsed together, all or none, after their Parquet files are in place."""
        self.prepare()
        with FileLock(self.folder / "ledger.lock", mode=0o600), self._ledger.open("ab") as ledger:
            os.fchmod(ledger.fileno(), 0o600)
            if ledger.tell() and not _ends_with_newline(self._ledger):
                ledger.write(b"\n")
            ledger.write(orjson.dumps([asdict(each) for each in parsed], option=orjson.OPT_SORT_KEYS) + b"\n")
            ledger.flush()
            os.fsync(ledger.fileno())

    def ledger(self) -> "Ledger":
        """What has been parsed so far. A line torn by a crash is no entry, nor one whose files were swept away.

        Nor is one with a landed file that was removed by policy: what was parsed with it is parsed again without it.
        """
        lines = self._ledger.read_bytes().splitlines() if self._ledger.exists() else []
        removed = removed_files(read_removals(self.data_folder))
        together = [_entries(line) for line in lines]
        standing = [line for line in together if not any(entry.landed_file in removed for entry in line)]
        return Ledger([entry for line in standing for entry in line if self._holds(entry)])

    def _holds(self, parsed: Parsed) -> bool:
        return all(self.partition(parsed.model, day, parsed.file_name(day)).exists() for day in parsed.days)

    def empty_file(self) -> Path:
        """A file without a line, to learn the columns of a query that reads landed lines."""
        self.prepare()
        path = self.folder / "empty.ndjson"
        path.touch(mode=0o600)
        return path


class Ledger:
    """The landed files that were parsed, by file and by day."""

    def __init__(self, entries: list[Parsed]) -> None:
        self.entries = {(entry.landed_file, entry.parser): entry for entry in entries}

    def has(self, landed_file: str, parser: str) -> bool:
        """Whether the file was parsed by these very queries."""
        return (landed_file, parser) in self.entries

    def current(self, parsers: dict[str, str]) -> list[Parsed]:
        """The entries made by the present queries; `parsers` is records model → fingerprint."""
        return [entry for entry in self.entries.values() if parsers.get(entry.model) == entry.parser]

    @staticmethod
    def files_by_day(entries: list[Parsed], model: str) -> dict[str, list[str]]:
        """Event day → names of the model's Parquet files, sorted: the day's content."""
        days: dict[str, set[str]] = defaultdict(set)
        for entry in entries:
            if entry.model == model:
                for day in entry.days:
                    days[day].add(entry.file_name(day))
        return {day: sorted(files) for day, files in days.items()}


@lru_cache(maxsize=4096)
def _check_day(day: str) -> None:
    """Raises ValueError for what is neither an ISO date nor `undated`."""
    if day != UNDATED:
        date.fromisoformat(day)


def _entries(line: bytes) -> list[Parsed]:
    try:
        return [Parsed(**entry) for entry in orjson.loads(line)]
    except (orjson.JSONDecodeError, TypeError):
        return []


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def file_list(files: Iterable[Path]) -> str:
    """A list of paths as SQL literals: a view keeps its text, so there is nothing to bind."""
    return "[" + ", ".join("'" + str(file).replace("'", "''") + "'" for file in files) + "]"
