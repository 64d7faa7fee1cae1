"""The event log `cases/events.ndjson`: many processes read it and add to it at once."""

import os
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from pipelines.cases.entry import NAMES, Entry, decode_entry, encode_entry
from pipelines.cases.events import What
from pipelines.cases.state import Cases
from pipelines.chained.lines import BEGINNING, Head, complete_lines, read_head
from pipelines.chained.log import ChainedLog
from pipelines.durable import make_private_folder

WHOSEAGENT = "whoseagent"
"""The actor of what whoseagent says itself."""

Clock = Callable[[], datetime]
Decide = Callable[[Cases, datetime], Iterable[What]]
"""What is to be written, given all that is in the log, and the time: nobody writes between the two."""


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def cases_folder(data_folder: Path) -> Path:
    """The folder of the log, which may not exist yet."""
    return data_folder.absolute() / "cases"


def events_file(data_folder: Path) -> Path:
    """The file of the log; made, empty and for its owner only, where it is not there."""
    make_private_folder(cases_folder(data_folder))
    path = data_folder.absolute() / NAMES.file
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    return path


def cases_lock(data_folder: Path) -> FileLock:
    """A lock, not yet taken, that lets one writer at a time into the log."""
    return FileLock(cases_folder(data_folder) / "lock", mode=0o600)


def read_entries(data_folder: Path, after: int = -1) -> Iterator[Entry]:
    """The events behind a place in the log, oldest first. Does not check the chain: `verify` and writers do."""
    for number, line in enumerate(complete_lines(data_folder.absolute() / NAMES.file)):
        if number > after:
            yield decode_entry(line, number)


def read_cases(data_folder: Path) -> Cases:
    """What follows from all events."""
    cases = Cases()
    for entry in read_entries(data_folder):
        cases.take(entry)
    return cases


def is_head_up_to_date(data_folder: Path) -> bool:
    """Whether the head file counts all events: not after a writer was killed between the two. Raises CaseError."""
    head = read_head(data_folder.absolute(), NAMES) or BEGINNING
    return head.entries == sum(1 for _ in complete_lines(data_folder.absolute() / NAMES.file))


class CaseLog:
    """Adds to the log of a data folder."""

    def __init__(self, data_folder: Path, clock: Clock = utc_now) -> None:
        self._data_folder = data_folder.absolute()
        self._clock = clock
        self._chain = _Chain(self._data_folder)

    def write(self, actor: str, decide: Decide) -> list[Entry]:
        """Writes what is decided, all or nothing, durably; the entries that were written.

        Raises CaseError when the log was changed, pydantic.ValidationError for an event that cannot be, and what
        `decide` raises. Nothing is written then.
        """
        events_file(self._data_folder)
        with cases_lock(self._data_folder):
            self._chain.catch_up()
            before = len(self._chain.entries)
            now = self._clock()
            drafts = [
                Entry(event_id=uuid.uuid4().hex, at=now, actor=actor, what=what)
                for what in decide(self._chain.cases, now)
            ]
            self._chain.append(drafts)
        return self._chain.entries[before:]


class _Chain(ChainedLog[Entry]):
    entries: list[Entry]
    cases: Cases

    def __init__(self, data_folder: Path) -> None:
        super().__init__(data_folder, NAMES, cases_folder(data_folder) / ".tmp")

    def decode(self, line: bytes, number: int) -> Entry:
        return decode_entry(line, number)

    def encode(self, draft: Entry, end: Head) -> bytes:
        return encode_entry(draft.model_copy(update={"seq": end.entries, "previous": end.sha256}))

    def take(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.cases.take(entry)

    def forget(self) -> None:
        self.entries, self.cases = [], Cases()
