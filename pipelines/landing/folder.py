"""The landing folder on disk: its names and its lock."""

from pathlib import Path

from filelock import FileLock

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
