"""The legal holds that are in force: event days of which nothing may be removed."""

from pathlib import Path

from pipelines.cases.entry import NAMES, decode_entry
from pipelines.cases.events import HoldPlaced
from pipelines.cases.state import Cases
from pipelines.chained.lines import complete_lines

_ABOUT_HOLDS = b'"kind":"hold_'
"""Stands in the lines of holds only: in a text, its quotes would be escaped."""


def active_holds(data_folder: Path) -> list[HoldPlaced]:
    """The holds in force, by name. Raises CaseError for a line that was changed."""
    cases = Cases()
    for number, line in enumerate(complete_lines(data_folder.absolute() / NAMES.file)):
        if _ABOUT_HOLDS in line:
            cases.take(decode_entry(line, number))
    return [cases.holds[name].what for name in sorted(cases.holds)]
