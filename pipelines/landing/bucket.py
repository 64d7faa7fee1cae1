"""One landed file while it is being written: lines of one kind, compressed and hashed on the way."""

import hashlib
from concurrent.futures import Executor, Future
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pipelines.compression import zstd
from pipelines.durable import create_private_file, sync_and_close
from pipelines.landing.manifest import Kind

LEVEL = 2
IN_BACKGROUND_BYTES = 256 * 1024
"""Hashing and compressing less than this takes no longer than handing it over to another thread."""
MAX_NAMES = 1000
MAX_NAME_LENGTH = 200
OTHER_NAMES = "…"


class Counts:
    """What a manifest entry says about the fields of its records: how often each name was met."""

    def __init__(self) -> None:
        self.unknown_fields: dict[str, int] = {}
        self.labels: dict[str, int] = {}


def count_name(counts: dict[str, int], name: str, count: int) -> None:
    """Adds `count` under `name`, cut to a sane length; once there are too many names, under "…"."""
    name = printable(name[:MAX_NAME_LENGTH])
    if name not in counts and len(counts) >= MAX_NAMES:
        name = OTHER_NAMES
    counts[name] = counts.get(name, 0) + count


def printable(text: str) -> str:
    r"""The text with what UTF-8 cannot hold, such as the stray bytes of a file name, written as \udcff."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


class Finished(NamedTuple):
    """A file that is written and safe on disk, but has no place in the landing folder yet."""

    path: Path
    kind: Kind
    counts: Counts
    sha256: str
    content_sha256: str
    rows: int
    bytes: int
    compressed_bytes: int


class Bucket:
    """Takes lines into `lines` (their size in `buffered`, their number in `taken`) and compresses them at `flush`."""

    __slots__ = (
        "_compressed_bytes",
        "_compressed_hash",
        "_compressor",
        "_content_hash",
        "_file",
        "_path",
        "_pending",
        "_pool",
        "_rows",
        "buffered",
        "bytes",
        "counts",
        "is_mid_line",
        "kind",
        "lines",
        "taken",
    )

    def __init__(self, kind: Kind, path: Path, pool: Executor) -> None:
        self.kind = kind
        self.counts = Counts()
        self.lines: list[bytes] = []
        self.buffered = 0
        self.taken = 0
        self.bytes = 0
        self.is_mid_line = False
        self._rows = 0
        self._compressed_bytes = 0
        self._content_hash = hashlib.sha256()
        self._compressed_hash = hashlib.sha256()
        self._compressor = zstd.ZstdCompressor(level=LEVEL)
        self._path = path
        self._pool = pool
        self._pending: Future[None] | None = None
        self._file = create_private_file(path)

    def flush(self) -> None:
        """Compresses the lines taken so far. ValueError when they read as another number than was taken."""
        if not self.lines:
            return
        self._end_line()
        self.lines.append(b"")
        content = b"\n".join(self.lines)
        rows = content.count(b"\n")
        if rows != self.taken and self.kind.log != "unreadable":
            raise ValueError(f"a record of {self.kind.log} has a newline in it: {self.taken} would read as {rows}")
        self._rows += rows
        self.lines = []
        self.buffered = 0
        self.taken = 0
        self._write(content)

    def write_piece(self, piece: bytes, *, ends: bool) -> None:
        """Writes a part of one long line after the lines taken so far."""
        self.flush()
        self._rows += piece.count(b"\n")
        self._write(piece)
        self.is_mid_line = True
        if ends:
            self._end_line()

    def finish(self) -> Finished:
        """Ends the file; it is safe on disk, still under its temporary name."""
        self.flush()
        self._end_line()
        self._wait()
        self._store(self._compressor.flush())
        sync_and_close(self._file)
        return Finished(
            path=self._path,
            kind=self.kind,
            counts=self.counts,
            sha256=self._compressed_hash.hexdigest(),
            content_sha256=self._content_hash.hexdigest(),
            rows=self._rows,
            bytes=self.bytes,
            compressed_bytes=self._compressed_bytes,
        )

    def abandon(self) -> None:
        """Closes the file as it is."""
        with suppress(OSError):  # what could not be written is not wanted any more
            self._wait()
        with suppress(OSError):
            self._file.close()

    def _end_line(self) -> None:
        if self.is_mid_line:
            self.is_mid_line = False
            self._rows += 1
            self._write(b"\n")

    def _write(self, content: bytes) -> None:
        """Compresses the content, a large one while the next is gathered: at most one is ever on its way."""
        self.bytes += len(content)
        self._wait()
        if len(content) < IN_BACKGROUND_BYTES:
            self._compress(content)
        else:
            self._pending = self._pool.submit(self._compress, content)

    def _wait(self) -> None:
        """Returns once nothing is on its way. Raises OSError when that could not be written."""
        if self._pending is not None:
            pending, self._pending = self._pending, None
            pending.result()

    def _compress(self, content: bytes) -> None:
        self._content_hash.update(content)
        self._store(self._compressor.compress(content))

    def _store(self, compressed: bytes) -> None:
        self._compressed_bytes += len(compressed)
        self._compressed_hash.update(compressed)
        self._file.write(compressed)
