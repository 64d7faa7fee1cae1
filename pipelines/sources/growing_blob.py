"""A blob that grows: what has been added since it was last read, up to the last line that a newline ends.

Hour blobs of diagnostic settings are append blobs and keep growing long after their hour (domain fact T22), so how
far each was read is kept per blob, with what shows whether the beginning is still the same.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from pipelines.sources.items import MAX_RECORD_BYTES, Item
from pipelines.sources.lines import read_ended_lines, read_unended_line
from pipelines.sources.slices import Cursor

CHUNK_BYTES = 4 * 2**20
TAIL_BYTES = 4096
PATIENCE = timedelta(hours=24)

Fetch = Callable[[str, int, int], bytes]
"""(path, start, end) → the bytes there, fewer where the blob ends before; raises `BlobError`."""


class BlobError(Exception):
    """Part of a blob could not be fetched."""


class Listed(NamedTuple):
    """A blob as the listing shows it."""

    path: str
    size: int
    etag: str
    changed_at: datetime


def has_news(blob: Listed, cursor: Cursor | None, now: datetime) -> bool:
    """Whether there may be something to read that was not read before."""
    if cursor is None:
        return blob.size > 0
    if (blob.etag, blob.size) != (cursor["etag"], cursor["size"]):
        return True
    return cursor["offset"] < blob.size and is_left_alone(blob, now)


def is_left_alone(blob: Listed, now: datetime) -> bool:
    """Whether nobody is going to end a half-written last line any more."""
    return now - blob.changed_at > PATIENCE


class GrowingBlob:
    """Reads one blob from where its cursor ends to the size it was listed with; `records` is to be exhausted first."""

    def __init__(self, blob: Listed, cursor: Cursor | None, fetch: Fetch, now: datetime) -> None:
        self.blob = blob
        self.change: Literal["", "replaced", "shortened"] = ""
        """How the beginning is not what was read before, which made it be read again from there."""
        self.error: BlobError | None = None
        """What ended the reading early; everything before that counts as read."""
        self._fetch = fetch
        self._now = now
        self._offset = 0  # where the unread begins
        self._at = 0  # up to where it was fetched
        self._recent = b""  # the last bytes fetched: `TAIL_BYTES` before the last newline and all after it
        self._before = cursor

    @property
    def unread_bytes(self) -> int:
        """How much there is to read, as the listing says."""
        done = self._before["offset"] if self._before else 0
        return self.blob.size - done if self.blob.size >= done else self.blob.size

    def records(self) -> Iterator[Item]:
        """The records of lines that are complete; a last line without newline once nobody is going to end it."""
        try:
            self._go_to_unread()
        except BlobError as error:
            self.error = error
            return
        rest = yield from read_ended_lines(self._chunks())
        if rest and self.error is None and is_left_alone(self.blob, self._now):
            yield from read_unended_line(rest)
            rest = b""
        self._offset = self._at - len(rest)
        self._recent = self._recent[: len(self._recent) - len(rest)][-TAIL_BYTES:]

    def cursor(self) -> Cursor | None:
        """How far it is read now; None where not even the beginning could be fetched."""
        if self.error and not self._at:
            return self._before
        return {
            "offset": self._offset,
            "size": self._at,  # less than listed where something ended the reading early
            "etag": self.blob.etag,
            "tail": _sha256(self._recent),
        }

    def _go_to_unread(self) -> None:
        """Goes behind what was read before, if that is still there."""
        before: dict[str, Any] = self._before or {"offset": 0}
        if before["offset"] > self.blob.size:
            self.change = "shortened"
        elif before["offset"]:
            start = max(0, before["offset"] - TAIL_BYTES)
            tail = self._fetch(self.blob.path, start, before["offset"])
            if _sha256(tail) == before["tail"]:
                self._offset = self._at = before["offset"]
                self._recent = tail
            else:
                self.change = "replaced"

    def _chunks(self) -> Iterator[bytes]:
        """What is unread, piece by piece, until the listed size, the end of the blob or an error."""
        while self._at < self.blob.size:
            end = min(self._at + CHUNK_BYTES, self.blob.size)
            try:
                chunk = self._fetch(self.blob.path, self._at, end)
            except BlobError as error:
                self.error = error
                return
            if not chunk:
                return
            self._at += len(chunk)
            self._remember(chunk)
            yield chunk

    def _remember(self, chunk: bytes) -> None:
        recent = self._recent + chunk
        if len(recent) > 2 * MAX_RECORD_BYTES:  # a line that long is given out without waiting for its end
            recent = recent[-MAX_RECORD_BYTES:]
        line_start = recent.rfind(b"\n") + 1
        self._recent = recent[max(0, line_start - TAIL_BYTES) :]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]
