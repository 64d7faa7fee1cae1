"""The landing folder on disk: its names, its lock, and writing to it so that a crash or another user does no harm."""

import os
from pathlib import Path

from filelock import FileLock

from pipelines.durable import create_private_file, make_private_folder, sync_folder

MANIFEST = "manifest.ndjson"
HEAD = "head.json"
LOCK = "lock"
WORKING = ".tmp"
CURSORS = "cursors"


def landing_folder(data_folder: Path) -> Path:
    """The folder of the evidence, which may not exist yet."""
    return data_folder / "landing"


def landing_lock(landing: Path) -> FileLock:
    """A lock, not yet taken, that lets one batch at a time into the manifest; `with` waits for it.

    Made anew for each use, because a lock object must not be used after a fork.
    """
    return FileLock(landing / LOCK, mode=0o600)


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
