"""The manifest as one process knows it, and adding to it. The landing lock must be held for every call."""

import os
from contextlib import suppress
from pathlib import Path

import orjson

from pipelines.catalog.logs import DIRECTORY_OBJECTS
from pipelines.durable import sync_folder
from pipelines.landing.folder import HEAD, MANIFEST, WORKING, replace_small_file
from pipelines.landing.manifest import (
    FIRST_PREVIOUS,
    Entry,
    Head,
    Kind,
    ManifestError,
    Source,
    complete_lines,
    decode_entry,
    encode_entry,
    line_sha256,
    read_head,
)

Identity = tuple[Kind, str | None, str, str]
"""What makes landed content the same: its kind, the tenant that its source names, when a directory was observed, and
the hash of its lines."""

_DIRECTORY = {log.name for log in DIRECTORY_OBJECTS}

_ADVICE = "run `whoseagent verify`, and restore the landing folder from a copy before importing more"


def identity(kind: Kind, source: Source, content_sha256: str) -> Identity:
    """The identity of content. Records that do not name their tenant are another tenant's when the source is.

    A directory that was collected says what was true at a time, so the same content at another time is another
    observation: without it, a return to an earlier state would be lost. A file does not say when it was observed.
    """
    observed = source.window[0] if source.window and kind.log in _DIRECTORY else ""
    return kind, source.tenant_id, observed, content_sha256


class Chain:
    """Knows every entry; `catch_up` reads what other processes have added since."""

    def __init__(self, landing: Path) -> None:
        self._landing = landing
        self._forget()

    def _forget(self) -> None:
        self.known: dict[Identity, Entry] = {}
        self.files: set[str] = set()
        self._end = Head(0, FIRST_PREVIOUS)
        self._offset = 0

    def catch_up(self) -> None:
        """Reads the new entries, and brings head.json up to date where a killed import left it behind.

        Raises ManifestError when the manifest is not what head.json says, because adding to it would hide that.
        """
        head = self._head()
        if head.entries < self._end.entries:
            self._forget()
        agrees = head == self._end
        for line in complete_lines(self._landing / MANIFEST, self._offset):
            self._take(line)
            agrees = agrees or head == self._end
        if not agrees:
            raise ManifestError(f"{MANIFEST} and {HEAD} do not agree, so entries were changed or removed: {_ADVICE}")
        if head != self._end:
            self._write_head()

    def append(self, drafts: list[Entry]) -> None:
        """Adds entries, with `seq` and `previous` put right, durably; afterwards they are in `known`.

        Raises OSError, and then leaves the manifest as it was where the disk allows it.
        """
        if not drafts:
            return
        lines = []
        seq, previous = self._end
        for draft in drafts:
            lines.append(encode_entry(draft.model_copy(update={"seq": seq, "previous": previous})))
            seq, previous = seq + 1, line_sha256(lines[-1])
        self._write(b"\n".join(lines) + b"\n")
        self.catch_up()

    def _head(self) -> Head:
        head = read_head(self._landing)
        if head is None and next(complete_lines(self._landing / MANIFEST), None) is not None:
            raise ManifestError(f"{HEAD} is missing, so removed entries would go unnoticed: {_ADVICE}")
        if head is None:
            # Before the first entry: from now on, a missing head.json is a removed one.
            head = Head(0, FIRST_PREVIOUS)
            self._forget()
            self._write_head()
        return head

    def _take(self, line: bytes) -> None:
        entry = decode_entry(line, self._end.entries)
        if (entry.seq, entry.previous) != self._end:
            raise ManifestError(f"{MANIFEST} entry {self._end.entries} does not continue the one before it: {_ADVICE}")
        self.known[identity(entry.kind, entry.source, entry.content_sha256)] = entry
        self.files.add(entry.file)
        self._end = Head(entry.seq + 1, line_sha256(line))
        self._offset += len(line) + 1

    def _write(self, lines: bytes) -> None:
        descriptor = os.open(self._landing / MANIFEST, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.ftruncate(descriptor, self._offset)  # a torn last line of a killed import
            os.lseek(descriptor, self._offset, os.SEEK_SET)
            rest = memoryview(lines)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        except OSError:
            with suppress(OSError):
                os.ftruncate(descriptor, self._offset)
            raise
        finally:
            os.close(descriptor)
        sync_folder(self._landing)

    def _write_head(self) -> None:
        replace_small_file(self._landing / HEAD, orjson.dumps(self._end._asdict()), self._landing / WORKING)
