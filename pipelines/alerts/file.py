"""A file with a JSON object a line, for whatever reads such files."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from pipelines.alerts.alert import record_of
from pipelines.alerts.message import Message
from pipelines.alerts.routes import FileRoute
from pipelines.alerts.sending import DeliveryError, Patience


def render(message: Message) -> list[dict[str, Any]]:
    """An object for each alert."""
    return [record_of(alert) for alert in message.alerts]


def send(route: FileRoute, message: Message, _: Patience) -> None:
    """Adds the alerts to the file. Raises DeliveryError."""
    append_lines(route.path, render(message))


def append_lines(path: Path, documents: Iterable[dict[str, Any]]) -> None:
    """Adds lines to a file, durably; one is made for its owner only. Raises DeliveryError."""
    lines = b"".join(orjson.dumps(document) + b"\n" for document in documents)
    try:
        with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "r+b", buffering=0) as file:
            _write(file.fileno(), _end_of_torn_line(file.fileno()) + lines)
            os.fsync(file.fileno())
    except OSError as error:
        raise DeliveryError(f"{path} cannot be written: {error.strerror}") from None


def _end_of_torn_line(descriptor: int) -> bytes:
    """What ends the line that a killed writer left, so that it spoils no other."""
    size = os.fstat(descriptor).st_size
    return b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""


def _write(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
