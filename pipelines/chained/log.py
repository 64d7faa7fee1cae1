"""A chain as one process knows it, and adding to it. Whoever calls it holds the lock of the chain's folder."""

import os
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import orjson

from pipelines.chained.lines import BEGINNING, Head, Names, complete_lines, line_sha256, read_head
from pipelines.durable import replace_small_file, sync_folder


class Linked(Protocol):
    """An entry of a chain."""

    @property
    def seq(self) -> int:
        """Its place, from 0."""

    @property
    def previous(self) -> str:
        """The hash of the line before it."""


Entry = TypeVar("Entry", bound=Linked)


class ChainedLog(ABC, Generic[Entry]):
    """Knows every entry; `catch_up` reads what other processes have added since."""

    def __init__(self, folder: Path, names: Names, working: Path) -> None:
        """`working` is a folder for unfinished files."""
        self._folder = folder
        self._names = names
        self._working = working
        self._begin_anew()

    @abstractmethod
    def decode(self, line: bytes, number: int) -> Entry:
        """The entry in a line; `number` is the line's place. Raises the chain's error."""

    @abstractmethod
    def encode(self, draft: Entry, end: Head) -> bytes:
        """The draft as the line that follows on this end, without the newline."""

    @abstractmethod
    def take(self, entry: Entry) -> None:
        """Keeps an entry that is in the chain."""

    @abstractmethod
    def forget(self) -> None:
        """Forgets every entry."""

    def catch_up(self) -> None:
        """Reads the new entries, and brings the head file up to date where a killed writer left it behind.

        Raises the chain's error when it is not what the head file says, because adding to it would hide that.
        """
        head = self._head()
        if head.entries < self._end.entries:
            self._begin_anew()
        agrees = head == self._end
        for line in complete_lines(self._folder / self._names.file, self._offset):
            self._take(line)
            agrees = agrees or head == self._end
        if not agrees:
            files = f"{self._names.file} and {self._names.head}"
            raise self._error(f"{files} do not agree, so entries were changed or removed")
        if head != self._end:
            self._write_head()

    def append(self, drafts: list[Entry]) -> None:
        """Adds entries, with their place and the hash before them put right, durably; then they have been taken.

        Raises OSError, and then leaves the file as it was where the disk allows it.
        """
        if not drafts:
            return
        lines = []
        end = self._end
        for draft in drafts:
            lines.append(self.encode(draft, end))
            end = Head(end.entries + 1, line_sha256(lines[-1]))
        self._write(b"\n".join(lines) + b"\n")
        self.catch_up()

    def _begin_anew(self) -> None:
        self._end = BEGINNING
        self._offset = 0
        self.forget()

    def _error(self, message: str) -> Exception:
        return self._names.error(f"{message}: {self._names.advice}")

    def _head(self) -> Head:
        head = read_head(self._folder, self._names)
        if head is None and next(complete_lines(self._folder / self._names.file), None) is not None:
            raise self._error(f"{self._names.head} is missing, so removed entries would go unnoticed")
        if head is None:
            # Before the first entry: from now on, a missing head file is a removed one.
            head = BEGINNING
            self._begin_anew()
            self._write_head()
        return head

    def _take(self, line: bytes) -> None:
        entry = self.decode(line, self._end.entries)
        if (entry.seq, entry.previous) != self._end:
            place = f"{self._names.file} entry {self._end.entries}"
            raise self._error(f"{place} does not continue the one before it")
        self.take(entry)
        self._end = Head(entry.seq + 1, line_sha256(line))
        self._offset += len(line) + 1

    def _write(self, lines: bytes) -> None:
        descriptor = os.open(self._folder / self._names.file, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.ftruncate(descriptor, self._offset)  # a torn last line of a killed writer
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
        sync_folder((self._folder / self._names.file).parent)

    def _write_head(self) -> None:
        replace_small_file(self._folder / self._names.head, orjson.dumps(self._end._asdict()), self._working)
