"""The landing folder on disk: its names, its lock, and writing to it so that a crash or another user does no harm."""

import os
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock

MANIFEST = "manifest.ndjson"
HEAD = "head.json"
LOCK = "lock"
WORKING = ".tmp"


def landing_folder(data_folder: Path) -> Path:
    """The folder of the evidence, which may not exist yet."""
    return data_folder / "landing"


def landing_lock(landing: Path) -> FileLock:
    """A lock, not yet taken, that lets one batch at a time into the manifest; `with` waits for it.

    Made anew for each use, because a lock object must not be used after a fork.
    """
    return FileLock(landing / LOCK, mode=0o600)


def make_private_folder(folder: Path) -> None:
    """Makes `folder`, and the folders above it that are missing, so that only the owner may enter, and durably."""
    if folder.is_dir():
        return
    if not folder.parent.is_dir():
        make_private_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def create_private_file(path: Path) -> BinaryIO:
    """Opens a new file for writing that only the owner may read; FileExistsError when it exists."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def sync_folder(folder: Path) -> None:
    """Makes the names in `folder` outlast a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_and_close(file: BinaryIO) -> None:
    """Makes the content of `file` outlast a power failure, and closes it."""
    with file:
        file.flush()
        os.fsync(file.fileno())


def replace_small_file(path: Path, content: bytes, working: Path) -> None:
    """Writes `path` anew: a reader sees the old content or the new. The landing lock must be held."""
    make_private_folder(working)
    temporary = working / path.name
    temporary.unlink(missing_ok=True)
    try:
        with create_private_file(temporary) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
