"""The access log `access/events.ndjson`: who looked at what. Many processes add to it at once."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from filelock import FileLock

from pipelines.access.entry import NAMES, AccessLogError, Entry, decode_entry, encode_entry
from pipelines.access.events import Refused, What
from pipelines.access.roles import Act, NotAllowedError, Role, Viewer
from pipelines.cases.events import LONGEST_NAME
from pipelines.cases.log import Clock, utc_now
from pipelines.chained.check import ChainCheck
from pipelines.chained.lines import Head, complete_lines
from pipelines.chained.log import ChainedLog
from pipelines.chained.verify import verify_chain
from pipelines.durable import make_private_folder


def access_folder(data_folder: Path) -> Path:
    """The folder of the log and of the key of the pseudonyms, which may not exist yet."""
    return data_folder.absolute() / "access"


def access_lock(data_folder: Path) -> FileLock:
    """A lock, not yet taken, that lets one writer at a time into the folder."""
    return FileLock(access_folder(data_folder) / "lock", mode=0o600)


def read_access(data_folder: Path, kind: str | None = None) -> Iterator[Entry]:
    """All that was looked at, or of one kind, oldest first. Does not check the chain: `verify` and writers do."""
    named = f'"{kind}"'.encode() if kind else b""
    for number, line in enumerate(complete_lines(data_folder.absolute() / NAMES.file)):
        if named in line and (entry := decode_entry(line, number)).what.kind == (kind or entry.what.kind):
            yield entry


def verify_access(data_folder: Path) -> ChainCheck[Entry]:
    """The chain of the log, checked; no problem where there is none."""
    return verify_chain(data_folder, NAMES, access_lock, decode_entry)


class AccessLog:
    """Adds to the log of a data folder. Write first, and show then: who cannot be written down is shown nothing."""

    def __init__(self, data_folder: Path, clock: Clock = utc_now) -> None:
        self._data_folder = data_folder.absolute()
        self._clock = clock
        self._chain = _Chain(self._data_folder)
        # A file lock is asked for again and again: many threads of one process would mostly sleep in front of it.
        self._threads = Lock()

    def write(self, viewer: Viewer, *events: What) -> list[Entry]:
        """Writes what the viewer does, all or nothing, durably; the entries.

        Raises AccessLogError where it cannot be written or was changed: then show nothing.
        """
        return self._add(viewer.name, viewer.object_id, viewer.role, events)

    def refuse_sign_in(self, claims: Mapping[str, Any], error: NotAllowedError) -> list[Entry]:
        """Writes down that somebody signed in and was let in no further; the entry. Raises AccessLogError."""
        object_id = str(claims.get("oid") or "")[:LONGEST_NAME] or None
        name = str(claims.get("preferred_username") or object_id or "unknown")[:LONGEST_NAME]
        return self._add(name, object_id, None, [Refused(what="sign in", reason=str(error))])

    def check(self, viewer: Viewer, act: Act, least: Role | None = None) -> None:
        """Raises NotAllowedError, and writes down the refusal, where the viewer may not do it."""
        try:
            viewer.check(act, least)
        except NotAllowedError as error:
            self.write(viewer, Refused(what=act, reason=str(error)))
            raise

    def _add(self, actor: str, actor_id: str | None, role: Role | None, events: Iterable[What]) -> list[Entry]:
        try:
            make_private_folder(access_folder(self._data_folder))
            with self._threads, access_lock(self._data_folder):
                self._chain.catch_up()
                at = self._clock()
                drafts = [
                    Entry(event_id=uuid.uuid4().hex, at=at, actor=actor, actor_id=actor_id, role=role, what=event)
                    for event in events
                ]
                self._chain.append(drafts)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            advice = "check the permissions of the folder and the space on the disk"
            message = f"the access log {NAMES.file} cannot be written ({reason}), so nothing is shown; {advice}"
            raise AccessLogError(message) from error
        return drafts


class _Chain(ChainedLog[Entry]):
    """The chain without its entries, which would be too many to keep."""

    def __init__(self, data_folder: Path) -> None:
        super().__init__(data_folder, NAMES, access_folder(data_folder) / ".tmp")

    def decode(self, line: bytes, number: int) -> Entry:
        return decode_entry(line, number)

    def encode(self, draft: Entry, end: Head) -> bytes:
        return encode_entry(draft.model_copy(update={"seq": end.entries, "previous": end.sha256}))

    def take(self, entry: Entry) -> None:
        pass

    def forget(self) -> None:
        pass
