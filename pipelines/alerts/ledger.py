"""What was delivered: cases/deliveries.ndjson, which is only added to.

A line is written after the receiver has accepted. A writer that is killed between the two sends once more the next
time, and so does one whose last line is torn; the receiver can tell by the event id.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from filelock import FileLock, Timeout

from pipelines.alerts.alert import time_of
from pipelines.alerts.file import append_lines
from pipelines.durable import make_private_folder

_FILE = "deliveries.ndjson"


class DeliveryBusyError(RuntimeError):
    """Another process delivers right now."""


@dataclass
class History:
    """What became of a route's deliveries."""

    sent: set[str] = field(default_factory=set)
    """Ids of the events that were delivered."""
    sent_at: str | None = None
    failure: str | None = None
    """What went wrong last; None where nothing did since the last delivery."""
    failed_at: str | None = None


class Ledger:
    """The deliveries of a data folder: `read` to look at them, `opened` to add to them."""

    def __init__(self, data_folder: Path) -> None:
        self.path = data_folder / "cases" / _FILE
        self._writing = threading.Lock()

    def read(self) -> dict[str, History]:
        """What became of the deliveries, by route. A line that cannot be read counts as not delivered."""
        found: dict[str, History] = {}
        for line in _lines(self.path):
            history = found.setdefault(line["route"], History())
            if line["kind"] == "sent":
                history.sent |= set(line["event_ids"])
                history.sent_at, history.failure, history.failed_at = line["at"], None, None
            else:
                history.failure, history.failed_at = line["message"], line["at"]
        return found

    @contextmanager
    def opened(self) -> Iterator[dict[str, History]]:
        """What there is, for adding to it, by this process alone.

        Raises DeliveryBusyError when another process delivers, DeliveryError when it cannot be written.
        """
        make_private_folder(self.path.parent)
        lock = FileLock(self.path.with_suffix(".lock"), mode=0o600)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            message = "another process sends alerts right now; what it leaves is sent the next time"
            raise DeliveryBusyError(message) from None
        try:
            append_lines(self.path, [])  # what cannot be written down is not sent
            yield self.read()
        finally:
            lock.release()

    def add_sent(self, route: str, key: str, event_ids: Iterable[str]) -> None:
        """Keeps, durably, that a route's receiver has these. Raises DeliveryError when it cannot be written."""
        self._add({"route": route, "kind": "sent", "key": key, "event_ids": list(event_ids)})

    def add_failure(self, route: str, message: str) -> None:
        """Keeps what went wrong. Raises DeliveryError when it cannot be written."""
        self._add({"route": route, "kind": "failed", "message": message})

    def _add(self, line: dict[str, Any]) -> None:
        with self._writing:
            append_lines(self.path, [{"at": time_of(datetime.now(UTC)), **line}])


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    for line in content.splitlines():
        try:
            parsed = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        match parsed:
            case {"at": str(), "route": str(), "kind": "sent", "event_ids": list()}:
                yield parsed
            case {"at": str(), "route": str(), "kind": "failed", "message": str()}:
                yield parsed
