"""The chains of a data folder whose heads a pack names, and whether such a head is still in its chain."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pipelines.access.entry import NAMES as ACCESS
from pipelines.cases.entry import NAMES as CASES
from pipelines.chained.lines import Head, Names, complete_lines, line_sha256, read_head

OTHER_CHAINS: Mapping[str, Names] = {"access": ACCESS, "cases": CASES}
"""Chains beside that of landing."""
LANDING = "landing"
_FILES = {LANDING: "landing/manifest.ndjson", **{name: names.file for name, names in OTHER_CHAINS.items()}}


def other_heads(data_folder: Path) -> dict[str, Head]:
    """Where the chains beside that of landing end, as far as they are there. Raises ChainError."""
    heads = {name: read_head(data_folder, names) for name, names in OTHER_CHAINS.items()}
    return {name: head for name, head in heads.items() if head}


def foreign_heads(data_folder: Path, heads: Mapping[str, Head]) -> Iterator[str]:
    """The names of those heads that no chain of the data folder has, or ever had, at that place."""
    for name, head in heads.items():
        if name in _FILES and head.entries and not _is_in(data_folder / _FILES[name], head):
            yield name


def _is_in(chain: Path, head: Head) -> bool:
    lines = enumerate(complete_lines(chain), 1)
    return any(number == head.entries and line_sha256(line) == head.sha256 for number, line in lines)
