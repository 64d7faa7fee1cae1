"""Checks the manifest: each entry continues the one before it, and head.json says where it ends."""

from pathlib import Path
from typing import NamedTuple

from pipelines.landing.folder import HEAD, MANIFEST
from pipelines.landing.manifest import (
    FIRST_PREVIOUS,
    Entry,
    Head,
    ManifestError,
    OutsideError,
    complete_lines,
    decode_entry,
    line_sha256,
)
from pipelines.landing.problem import Problem


class ChainCheck(NamedTuple):
    """The entries that can be read, where the manifest really ends, and what is wrong with it."""

    entries: list[Entry]
    end: Head
    problems: list[Problem]


def check_chain(manifest: Path, size: int, head: Head | ManifestError | None) -> ChainCheck:
    """Checks the first `size` bytes of the manifest against themselves and against what head.json says."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    end = Head(0, FIRST_PREVIOUS)
    agrees = head == end
    expected, rest = 0, size
    for line in complete_lines(manifest):
        if len(line) + 1 > rest:
            break  # added since, in the place of a torn line
        rest -= len(line) + 1
        try:
            entry = decode_entry(line, end.entries)
        except ManifestError as error:
            problems.append(_unusable_entry(end.entries, error))
            expected += 1
        else:
            problems += _link_problems(entry, end, expected)
            entries.append(entry)
            expected = entry.seq + 1
        end = Head(end.entries + 1, line_sha256(line))
        agrees = agrees or head == end
    if rest:
        problems.append(_torn())
    return ChainCheck(entries, end, problems + _head_problems(head, end, agrees=agrees))


def _place(number: int) -> str:
    return f"{MANIFEST} entry {number}"


def _unusable_entry(number: int, error: ManifestError) -> Problem:
    return Problem("outside" if isinstance(error, OutsideError) else "entry", _place(number), str(error))


def _link_problems(entry: Entry, before: Head, expected: int) -> list[Problem]:
    """What is wrong between an entry and the line before it, whose place and hash are the end so far."""
    place = _place(before.entries)
    if entry.seq != expected:
        message = (
            f"{MANIFEST} entry {entry.seq} stands where entry {expected} should be: "
            f"an entry was removed, or entries were put in another order"
        )
    elif entry.previous == before.sha256:
        return []
    elif entry.seq == 0:
        message = f"{MANIFEST} entry 0 does not begin a chain: it was changed"
    else:
        message = (
            f"{MANIFEST} entry {entry.seq} does not continue entry {entry.seq - 1}: "
            f"one of the two was changed after it was written"
        )
    return [Problem("chain", place, message)]


def _torn() -> Problem:
    message = (
        f"the last line of {MANIFEST} is incomplete: an import was interrupted, or the file was cut off; "
        f"the next import removes the line, and what it stood for has to be imported again"
    )
    return Problem("torn", MANIFEST, message)


def _head_problems(head: Head | ManifestError | None, end: Head, *, agrees: bool) -> list[Problem]:
    """What is wrong with head.json; `agrees` when the entry that it calls the last is in the manifest as it says."""
    if isinstance(head, ManifestError):
        message = str(head)
    elif head is None and end.entries == 0:
        return []
    elif head is None:
        message = f"{HEAD} is missing: whether entries were removed from the end of {MANIFEST} cannot be told"
    elif head.entries > end.entries:
        message = (
            f"{HEAD} counts {head.entries} entries, {MANIFEST} has {end.entries}: "
            f"entries were removed from the end, from entry {end.entries} on"
        )
    elif not agrees:
        message = (
            f"{HEAD} does not fit entry {max(head.entries, 1) - 1} of {MANIFEST}: "
            f"that entry or {HEAD} was changed after it was written"
        )
    elif head.entries < end.entries:
        message = (
            f"{HEAD} counts {head.entries} entries, {MANIFEST} has {end.entries}: an import was interrupted "
            f"between the two, or {HEAD} was replaced by an older one; the next import brings it up to date"
        )
    else:
        return []
    return [Problem("head", HEAD, message)]
