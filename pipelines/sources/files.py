"""Exported files: the paths a user gives → files → records."""

import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pipelines.sources.contents import Named, is_hidden, read_contents
from pipelines.sources.problems import Problem, printable

__all__ = ["InputFile", "Problem", "find_files", "read_file"]


class InputFile(NamedTuple):
    """A file to read, and its name for people and the manifest: the path as given, with "!member" in an archive."""

    path: Path
    name: str


def find_files(paths: Sequence[Path]) -> Iterator[InputFile | Problem]:
    """Yield the files at these paths, folders in sorted order with all below them, without hidden ones."""
    seen: set[tuple[int, int]] = set()
    for path in paths:
        yield from _find(path, seen)


def _find(path: Path, seen: set[tuple[int, int]]) -> Iterator[InputFile | Problem]:
    name = printable(str(path))
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            # A folder that a symbolic link leads to again is not read again: that also ends loops.
            known = (status.st_dev, status.st_ino)
            entries = [] if known in seen else sorted(path.iterdir())
            seen.add(known)
        else:
            entries = None
    except (FileNotFoundError, NotADirectoryError):
        yield Problem(name, f"{name} is not there; check the path", "missing")
        return
    except OSError as error:
        yield _unreadable(name, error)
        return
    if entries is not None:
        for entry in entries:
            if not is_hidden(entry.name):
                yield from _find(entry, seen)
    elif stat.S_ISREG(status.st_mode):
        yield InputFile(path, name)
    else:
        message = f"{name} is no regular file, skipped; save what it gives to a file and import that"
        yield Problem(name, message, "skipped")


def read_file(file: Path, *, name: str) -> Iterator[Named]:
    """Yield the file's records, bad lines and problems, each with the name of the file or archive member it is from."""
    name = printable(name)
    try:
        stream = file.open("rb")
    except OSError as error:
        yield name, _unreadable(name, error)
        return
    with stream:
        yield from read_contents(stream, name)


def _unreadable(name: str, error: OSError) -> Problem:
    why = (error.strerror or "unknown error").lower()
    return Problem(name, f"{name} cannot be read ({why}); check that it may be read and try again", "unreadable")
