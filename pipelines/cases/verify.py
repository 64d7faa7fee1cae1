"""Checks that the event log is as it was written."""

from pathlib import Path

from pipelines.cases.entry import NAMES, CaseError, Entry, decode_entry
from pipelines.cases.log import cases_folder, cases_lock
from pipelines.chained.check import ChainCheck, check_chain
from pipelines.chained.lines import BEGINNING, Head, read_head


def verify_cases(data_folder: Path) -> ChainCheck[Entry]:
    """The chain of events, checked; no problem where there is no log. A writer at the same time is waited for."""
    data_folder = data_folder.absolute()
    if not cases_folder(data_folder).is_dir():
        return ChainCheck([], BEGINNING, [])
    try:
        with cases_lock(data_folder):
            size, head = _look(data_folder)
    except OSError:
        size, head = _look(data_folder)  # a copy that cannot be written to: nobody adds to it either
    return check_chain(data_folder / NAMES.file, size, head, NAMES, decode_entry)


def _look(data_folder: Path) -> tuple[int, Head | CaseError | None]:
    path = data_folder / NAMES.file
    size = path.stat().st_size if path.exists() else 0
    try:
        return size, read_head(data_folder, NAMES)
    except CaseError as error:
        return size, error
