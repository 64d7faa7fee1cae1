"""How far each collector has pulled: one append-only file per collector, in landing/cursors/.

A line is a key and the cursor kept for it, null where it is forgotten; the last one of a key counts. A line that a
crash tore is passed over: the older cursor pulls again what has landed, and the second copies are left out later.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Self

import orjson
from filelock import FileLock, Timeout

from pipelines.durable import create_private_file, make_private_folder, place_file
from pipelines.landing.folder import CURSORS, landing_folder

_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SPARE_LINES = 1000
_FORGOTTEN = b"null"


class CollectorBusyError(RuntimeError):
    """Another process collects the same right now."""


class CursorFile:
    """The cursors of one collector: `read` to look at them, `opened` to add to them."""

    def __init__(self, data_folder: Path, collector: str) -> None:
        """Opens nothing yet. ValueError for a collector's name that is no relative path of plain words."""
        if not all(_PART.fullmatch(part) for part in collector.split("/")):
            raise ValueError(f"{collector!r} cannot be the name of a collector")
        self.path = landing_folder(data_folder) / CURSORS / f"{collector}.ndjson"
        self._collector = collector
        self._kept: dict[str, bytes] = {}
        self._file: BinaryIO | None = None

    def read(self) -> Self:
        """Reads what is kept, for looking only, whoever else collects."""
        self._read()
        return self

    @contextmanager
    def opened(self) -> Iterator[Self]:
        """Reads what is kept and lets it be added to, by this process alone.

        Raises CollectorBusyError when another process has it open, OSError when it cannot be written.
        """
        make_private_folder(self.path.parent)
        with self._alone():
            lines = self._read()
            if not self.path.exists() or self._is_torn() or lines > 2 * len(self._kept) + _SPARE_LINES:
                self._compact()
            with self.path.open("ab") as file:
                self._file = file
                try:
                    yield self
                finally:
                    self._file = None

    def get(self, key: str) -> dict[str, Any] | None:
        """The cursor kept last under this key, None where there is none."""
        kept = self._kept.get(key)
        return None if kept is None else orjson.loads(kept)

    def under(self, prefix: str) -> list[str]:
        """The keys that begin so under which a cursor is kept."""
        return [key for key in self._kept if key.startswith(prefix)]

    def put(self, cursors: Mapping[str, Mapping[str, Any] | None]) -> None:
        """Keeps these cursors, durably and in this order; None forgets one. What they stand for must have landed."""
        if self._file is None:
            raise ValueError("cursors are kept within `opened` only")
        if not cursors:
            return
        encoded = {key: orjson.dumps(cursor) for key, cursor in cursors.items()}
        self._file.write(b"".join(map(_line, encoded, encoded.values())))
        self._file.flush()
        os.fsync(self._file.fileno())
        for key, cursor in encoded.items():
            self._keep(key, cursor)

    def _keep(self, key: str, cursor: bytes) -> None:
        if cursor == _FORGOTTEN:
            self._kept.pop(key, None)
        else:
            self._kept[key] = cursor

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = FileLock(self.path.with_suffix(".lock"), mode=0o600)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            message = f"{self._collector} is being collected by another process; try again when it is done"
            raise CollectorBusyError(message) from None
        try:
            yield
        finally:
            lock.release()

    def _read(self) -> int:
        """Reads what is kept; how many lines the file has."""
        self._kept = {}
        lines = 0
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            return 0
        with file:
            for lines, line in enumerate(file, 1):  # noqa: B007 - counted for the caller
                with suppress(orjson.JSONDecodeError, KeyError, TypeError):
                    kept = orjson.loads(line)
                    self._keep(kept["key"], orjson.dumps(kept["cursor"]))
        return lines

    def _is_torn(self) -> bool:
        with self.path.open("rb") as file:
            if file.seek(0, os.SEEK_END) == 0:
                return False
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"

    def _compact(self) -> None:
        """Writes the file anew with one line a key."""
        temporary = self.path.with_suffix(".new")
        temporary.unlink(missing_ok=True)
        with create_private_file(temporary) as file:
            file.writelines(map(_line, self._kept, self._kept.values()))
        place_file(temporary, self.path)


def _line(key: str, cursor: bytes) -> bytes:
    return b'{"key":%b,"cursor":%b}\n' % (orjson.dumps(key), cursor)
