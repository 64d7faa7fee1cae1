"""Files and folders that only their owner may read, and that outlast a crash."""

import os
from pathlib import Path
from typing import BinaryIO


def what_failed(error: OSError) -> str:
    """The error in one line that says what to check."""
    name = f"{error.filename}: " if error.filename else ""
    reason = (error.strerror or str(error)).lower()
    return f"{name}{reason}; check the path, the permissions and the space on the disk"


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
    _sync(folder)


def place_file(finished: Path, target: Path) -> None:
    """Moves a finished file to its place, at once and for good; its folder is made where it is missing."""
    make_private_folder(target.parent)
    finished.chmod(0o600)
    _sync(finished)
    finished.replace(target)
    _sync(target.parent)


def replace_small_file(path: Path, content: bytes, working: Path) -> None:
    """Writes `path` anew: a reader sees the old content or the new. Whoever calls it holds the lock of the folder."""
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


def sync_and_close(file: BinaryIO) -> None:
    """Makes the content of `file` outlast a power failure, and closes it."""
    with file:
        file.flush()
        os.fsync(file.fileno())


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
