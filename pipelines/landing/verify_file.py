"""Checks one landed file against its entry in the manifest, in pieces, so that its size does not matter."""

import hashlib
from pathlib import Path
from typing import NamedTuple

from pipelines.chained.problem import Problem
from pipelines.compression import zstd
from pipelines.landing.manifest import Entry

_PIECE_BYTES = 2**20


class FileCheck(NamedTuple):
    """What a landed file holds, and what is wrong with it; rows and bytes are 0 when something is."""

    was_read: bool
    rows: int = 0
    bytes: int = 0  # uncompressed
    problem: Problem | None = None


class _Contents:
    """Counts and hashes a landed file, compressed and decompressed, as it is fed in pieces."""

    def __init__(self) -> None:
        self.compressed_hash = hashlib.sha256()
        self.compressed_bytes = 0
        self.hash = hashlib.sha256()
        self.rows = 0
        self.bytes = 0
        self._decompressor = zstd.ZstdDecompressor()
        self._is_broken = False

    @property
    def is_whole(self) -> bool:
        """Whether it could be decompressed, to the end and with nothing after that."""
        return self._decompressor.eof and not self._is_broken

    def feed(self, piece: bytes) -> None:
        """Takes the next piece of the file; content that cannot be decompressed is only noted."""
        self.compressed_hash.update(piece)
        self.compressed_bytes += len(piece)
        if not self._is_broken:
            try:
                self._decompress(piece)
            except (zstd.ZstdError, EOFError):  # EOFError: something follows the end
                self._is_broken = True
        self._is_broken = self._is_broken or bool(self._decompressor.unused_data)

    def _decompress(self, piece: bytes) -> None:
        self._take(self._decompressor.decompress(piece, max_length=_PIECE_BYTES))
        while not (self._decompressor.needs_input or self._decompressor.eof):
            self._take(self._decompressor.decompress(b"", max_length=_PIECE_BYTES))

    def _take(self, content: bytes) -> None:
        self.hash.update(content)
        self.rows += content.count(b"\n")
        self.bytes += len(content)


def check_file(landing: Path, entry: Entry) -> FileCheck:
    """Reads the landed file of an entry and compares every number in the entry with it."""
    path = landing / entry.file
    try:
        if not path.resolve().is_relative_to(landing.resolve()):
            message = f"{entry.file} (entry {entry.seq}) leads outside landing/, so it is not the landed file"
            return FileCheck(was_read=False, problem=Problem("outside", entry.file, message))
        contents = _read(path)
    except FileNotFoundError:
        message = f"{entry.file} is missing: entry {entry.seq} says that it holds {entry.rows} lines"
        return FileCheck(was_read=False, problem=Problem("missing", entry.file, message))
    except OSError as error:
        message = f"{entry.file} (entry {entry.seq}) cannot be read: {error.strerror}"
        return FileCheck(was_read=False, problem=Problem("unreadable", entry.file, message))
    problem = _difference(entry, contents)
    if problem:
        return FileCheck(was_read=True, problem=problem)
    return FileCheck(was_read=True, rows=contents.rows, bytes=contents.bytes)


def _read(path: Path) -> _Contents:
    contents = _Contents()
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            contents.feed(piece)
    return contents


def _difference(entry: Entry, contents: _Contents) -> Problem | None:
    if contents.compressed_hash.hexdigest() != entry.sha256:
        message = f"{entry.file} was changed after it landed: entry {entry.seq} has another SHA-256"
        return Problem("changed", entry.file, message)
    if not contents.is_whole:
        message = f"{entry.file} cannot be decompressed, although it is the file that entry {entry.seq} was made for"
        return Problem("unreadable", entry.file, message)
    if contents.rows != entry.rows:
        message = f"{entry.file} holds {contents.rows} lines, but entry {entry.seq} says {entry.rows}"
        return Problem("content", entry.file, message)
    counted = (contents.hash.hexdigest(), contents.bytes, contents.compressed_bytes)
    if counted != (entry.content_sha256, entry.bytes, entry.compressed_bytes):
        message = f"{entry.file} does not have the content or the size that entry {entry.seq} says"
        return Problem("content", entry.file, message)
    return None
