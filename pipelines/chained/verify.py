"""Checks a chain of the data folder while others may add to it."""

from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from pipelines.chained.check import ChainCheck, check_chain
from pipelines.chained.lines import BEGINNING, ChainError, Head, Names, read_head
from pipelines.chained.log import Entry


def verify_chain(
    data_folder: Path, names: Names, lock: Callable[[Path], FileLock], decode: Callable[[bytes, int], Entry]
) -> ChainCheck[Entry]:
    """The chain, checked; no problem where its folder is not there. A writer at the same time is waited for."""
    data_folder = data_folder.absolute()
    if not (data_folder / names.file).parent.is_dir():
        return ChainCheck([], BEGINNING, [])
    try:
        with lock(data_folder):
            size, head = _look(data_folder, names)
    except OSError:
        size, head = _look(data_folder, names)  # a copy that cannot be written to: nobody adds to it either
    return check_chain(data_folder / names.file, size, head, names, decode)


def _look(data_folder: Path, names: Names) -> tuple[int, Head | ChainError | None]:
    path = data_folder / names.file
    size = path.stat().st_size if path.exists() else 0
    try:
        return size, read_head(data_folder, names)
    except ChainError as error:
        return size, error
