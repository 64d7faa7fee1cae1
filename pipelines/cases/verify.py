"""Checks that the event log is as it was written."""

from pathlib import Path

from pipelines.cases.entry import NAMES, Entry, decode_entry
from pipelines.cases.log import cases_lock
from pipelines.chained.check import ChainCheck
from pipelines.chained.verify import verify_chain


def verify_cases(data_folder: Path) -> ChainCheck[Entry]:
    """The chain of events, checked; no problem where there is no log. A writer at the same time is waited for."""
    return verify_chain(data_folder, NAMES, cases_lock, decode_entry)
