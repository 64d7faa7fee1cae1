"""Lands records: writes them under a temporary name, makes them safe on disk, enters them in the manifest."""

import os
import secrets
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.chained.lines import FIRST_PREVIOUS
from pipelines.durable import make_private_folder, sync_folder
from pipelines.landing.bucket import Bucket, Counts, Finished, count_name, printable
from pipelines.landing.chain import Chain, Identity, identity
from pipelines.landing.folder import WORKING, landing_folder, landing_lock
from pipelines.landing.manifest import Entry, Kind, Source
from pipelines.landing.names import folder_name, free_name

__all__ = ["Batch", "Kind", "Landed", "Landing", "Source"]

ROLL_BYTES = 256 * 2**20
PIECE_BYTES = 2**20
MAX_OPEN_BUCKETS = 64  # each holds an open file and some MiB; hostile input can spell a field in thousands of ways
_ALIVE = "alive"
_PLACED = "placed"


@dataclass(frozen=True)
class Landed:
    """One landed file of a batch; not new when the same content of the same kind had landed before."""

    entry: Entry
    is_new: bool
    was_removed: bool = False
    """Whether it had landed before and was removed by policy since, so that it does not land again."""


class Batch:
    """Takes the records of one source. `landed` is filled when the with-block has ended well."""

    def __init__(self, working: Path, roll_bytes: int) -> None:
        self.landed: list[Landed] = []
        self._working = working
        self._roll_bytes = roll_bytes
        self._piece_bytes = min(PIECE_BYTES, roll_bytes)
        self._buckets: dict[Kind, Bucket] = {}
        self._counts: dict[Kind, Counts] = {}
        self._finished: list[Finished] = []
        self._opened = 0
        self._pool = ThreadPoolExecutor(1, "landing")  # starts no thread before something large is to be compressed
        self._is_open = True

    def add(self, kind: Kind, line: bytes, count: int = 1) -> None:
        """Takes one record, a line without its newline; or so many of them at once, joined by newlines.

        Raises ValueError for a kind that cannot be a path, and, now or later, for a record with a newline in it.
        """
        bucket = self._buckets.get(kind)
        if bucket is None or bucket.buffered >= self._piece_bytes:
            bucket = self._room(kind)
        bucket.lines.append(line)
        bucket.buffered += len(line) + 1
        bucket.taken += count

    def add_piece(self, kind: Kind, piece: bytes, ends: bool) -> None:
        """Takes a part of one overlong unreadable line; the line goes on in the next piece unless it `ends` here."""
        if kind.log != "unreadable":
            raise ValueError(f"only an unreadable line comes in pieces, not a record of {kind.log}")
        self._room(kind).write_piece(piece, ends=ends)

    def note_unknown_field(self, kind: Kind, field: str, count: int = 1) -> None:
        """Counts a field nobody declared, for the manifest entry of the record of this kind that was added last.

        Raises ValueError when none was added.
        """
        count_name(self._counts_of(kind).unknown_fields, field, count)

    def note_label(self, kind: Kind, label: str, count: int = 1) -> None:
        """Counts anything else worth knowing, as `note_unknown_field` does."""
        count_name(self._counts_of(kind).labels, label, count)

    def finish(self) -> list[Finished]:
        """Ends every file and takes no more; in the order in which the files were ended."""
        for kind in list(self._buckets):
            self._finish(kind)
        self._is_open = False
        return self._finished

    def abandon(self) -> None:
        """Closes every file that is still open, ends its thread and takes no more."""
        self._is_open = False
        for bucket in self._buckets.values():
            bucket.abandon()
        self._buckets.clear()
        self._pool.shutdown()

    def _counts_of(self, kind: Kind) -> Counts:
        if kind not in self._counts:
            raise ValueError(f"nothing to note: no record of {kind} has been added to this batch")
        return self._counts[kind]

    def _room(self, kind: Kind) -> Bucket:
        """The bucket for the next line of this kind, with its buffer flushed; a fresh one where the last is full."""
        if not self._is_open:
            raise ValueError("this batch has ended: begin another one")
        bucket = self._buckets.get(kind)
        if bucket is not None:
            bucket.flush()
            if bucket.bytes < self._roll_bytes or bucket.is_mid_line:
                return bucket
            self._finish(kind)
        elif len(self._buckets) >= MAX_OPEN_BUCKETS:
            self._finish(next(iter(self._buckets)))
        return self._open(kind)

    def _open(self, kind: Kind) -> Bucket:
        folder_name(kind)  # raises before anything is written
        bucket = Bucket(kind, self._working / f"{self._opened}.zst", self._pool)
        self._opened += 1
        self._buckets[kind] = bucket
        self._counts[kind] = bucket.counts
        return bucket

    def _finish(self, kind: Kind) -> None:
        self._finished.append(self._buckets[kind].finish())
        del self._buckets[kind]


class Landing:
    """The evidence in a data folder, for adding to it. Several processes may do so at the same time."""

    def __init__(self, data_folder: Path, *, roll_bytes: int = ROLL_BYTES, again: bool = False) -> None:
        """`again` lands what was removed by policy a second time."""
        self._again = again
        self._folder = landing_folder(data_folder)
        self._roll_bytes = roll_bytes
        self._chain = Chain(self._folder)

    @contextmanager
    def batch(self, source: Source) -> Iterator[Batch]:
        """A batch that lands when the with-block ends well; after an exception nothing of it has landed.

        Raises OSError when the disk is full or not writable, ManifestError when the manifest was tampered with.
        """
        with self._working_folder() as working:
            batch = Batch(working, self._roll_bytes)
            try:
                yield batch
                batch.landed = self._enter(batch.finish(), source)
            finally:
                batch.abandon()

    @contextmanager
    def _working_folder(self) -> Iterator[Path]:
        """A folder for the files of one batch. Its lock tells others that this process lives, whatever its pid."""
        make_private_folder(self._folder / WORKING)
        working = self._folder / WORKING / f"{os.getpid()}-{secrets.token_hex(8)}"
        alive = FileLock(working / _ALIVE, mode=0o600, thread_local=False)
        with landing_lock(self._folder):
            self._chain.catch_up()
            self._remove_left_behind()
            working.mkdir(mode=0o700)
            alive.acquire()
        try:
            yield working
        finally:
            shutil.rmtree(working, ignore_errors=True)
            alive.release()

    def _enter(self, files: list[Finished], source: Source) -> list[Landed]:
        landed_at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        drafts: dict[Identity, Entry] = {}
        with landing_lock(self._folder):
            self._chain.catch_up()
            for file in files:
                key = identity(file.kind, source, file.content_sha256)
                if key in self._chain.known and not self._is_wanted_again(key):
                    self._restore(file, self._chain.known[key])
                elif key not in drafts:
                    name = free_name(
                        file.kind, file.content_sha256, self._chain.files, {draft.file for draft in drafts.values()}
                    )
                    drafts[key] = _draft(file, name, source, landed_at)
                    self._place(file, drafts[key])
            self._chain.append([*drafts.values()])
            known = self._chain.known
            keys = [identity(file.kind, source, file.content_sha256) for file in files]
            removed = self._chain.removed
            return [Landed(known[key], drafts.pop(key, None) is not None, known[key].file in removed) for key in keys]

    def _is_wanted_again(self, key: Identity) -> bool:
        return self._again and self._chain.known[key].file in self._chain.removed

    def _place(self, file: Finished, entry: Entry) -> None:
        path = self._folder / entry.file
        make_private_folder(path.parent)
        with (file.path.parent / _PLACED).open("a") as note:  # who finds it knows what was killed before its entry
            note.write(f"{entry.file}\n")
        file.path.replace(path)
        sync_folder(path.parent)

    def _restore(self, file: Finished, entry: Entry) -> None:
        """Puts back a landed file that was lost, not removed by policy, where the new one is the same to the byte."""
        if entry.file in self._chain.removed:
            return
        if file.sha256 == entry.sha256 and not (self._folder / entry.file).exists():
            self._place(file, entry)

    def _remove_left_behind(self) -> None:
        """Removes what dead processes have left; the landing lock must be held."""
        for path in (self._folder / WORKING).iterdir():
            if not path.is_dir():
                path.unlink(missing_ok=True)
                continue
            try:
                with FileLock(path / _ALIVE, timeout=0, mode=0o600):
                    self._remove_without_entry(path / _PLACED)
                    shutil.rmtree(path, ignore_errors=True)
            except (Timeout, FileNotFoundError):
                continue  # its process lives, or has just removed it

    def _remove_without_entry(self, placed: Path) -> None:
        """Removes the files that a dead process had placed and not entered.

        What it pulled is pulled again, and may have other bytes by then. A last line without its end is of no file yet.
        """
        if not placed.exists():
            return
        for name in placed.read_text().split("\n")[:-1]:
            if name not in self._chain.files and ".." not in name:
                (self._folder / name).unlink(missing_ok=True)


def _draft(file: Finished, name: str, source: Source, landed_at: str) -> Entry:
    """An entry that has no place in the chain yet."""
    return Entry(
        seq=0,
        previous=FIRST_PREVIOUS,
        file=name,
        sha256=file.sha256,
        content_sha256=file.content_sha256,
        rows=file.rows,
        bytes=file.bytes,
        compressed_bytes=file.compressed_bytes,
        log=file.kind.log,
        shape=file.kind.shape,
        spelling=file.kind.spelling,
        reason=file.kind.reason,
        unknown_fields=file.counts.unknown_fields,
        labels=file.counts.labels,
        source=Source(source.type, printable(source.name), source.tenant_id, source.window),
        landed_at=landed_at,
    )
