"""Checks a chain: each entry continues the one before it, and the head file says where it ends."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

from pipelines.chained.lines import BEGINNING, ChainError, Head, Names, complete_lines, line_sha256
from pipelines.chained.log import Entry, Linked
from pipelines.chained.problem import Problem


@dataclass(frozen=True)
class ChainCheck(Generic[Entry]):
    """The entries that can be read, where the chain really ends, and what is wrong with it."""

    entries: list[Entry]
    end: Head
    problems: list[Problem]


def check_chain(
    file: Path, size: int, head: Head | ChainError | None, names: Names, decode: Callable[[bytes, int], Entry]
) -> ChainCheck[Entry]:
    """Checks the first `size` bytes of the file against themselves and against what the head file says."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    end = BEGINNING
    agrees = head == end
    expected, rest = 0, size
    for line in complete_lines(file):
        if len(line) + 1 > rest:
            break  # added since, in the place of a torn line
        rest -= len(line) + 1
        try:
            entry = decode(line, end.entries)
        except ChainError as error:
            problems.append(Problem(error.kind, _place(names, end.entries), str(error)))
            expected += 1
        else:
            problems += _link_problems(names, entry, end, expected)
            entries.append(entry)
            expected = entry.seq + 1
        end = Head(end.entries + 1, line_sha256(line))
        agrees = agrees or head == end
    if rest:
        problems.append(_torn(names))
    return ChainCheck(entries, end, problems + _head_problems(names, head, end, agrees=agrees))


def _place(names: Names, number: int) -> str:
    return f"{names.file} entry {number}"


def _link_problems(names: Names, entry: Linked, before: Head, expected: int) -> list[Problem]:
    """What is wrong between an entry and the line before it, whose place and hash are the end so far."""
    this = _place(names, entry.seq)
    if entry.seq != expected:
        message = (
            f"{this} stands where entry {expected} should be: "
            f"an entry was removed, or entries were put in another order"
        )
    elif entry.previous == before.sha256:
        return []
    elif entry.seq == 0:
        message = f"{this} does not begin a chain: it was changed"
    else:
        message = f"{this} does not continue entry {entry.seq - 1}: one of the two was changed after it was written"
    return [Problem("chain", _place(names, before.entries), message)]


def _torn(names: Names) -> Problem:
    message = (
        f"the last line of {names.file} is incomplete: {names.writer} was interrupted, or the file was cut off; "
        f"{names.next_writer} removes the line, and {names.torn}"
    )
    return Problem("torn", names.file, message)


def _head_problems(names: Names, head: Head | ChainError | None, end: Head, *, agrees: bool) -> list[Problem]:
    """What is wrong with the head file; `agrees` when the entry that it calls the last is there as it says."""
    if isinstance(head, ChainError):
        message = str(head)
    elif head is None and end.entries == 0:
        return []
    elif head is None:
        message = f"{names.head} is missing: whether entries were removed from the end of {names.file} cannot be told"
    elif head.entries > end.entries:
        message = (
            f"{names.head} counts {head.entries} entries, {names.file} has {end.entries}: "
            f"entries were removed from the end, from entry {end.entries} on"
        )
    elif not agrees:
        message = (
            f"{names.head} does not fit entry {max(head.entries, 1) - 1} of {names.file}: "
            f"that entry or {names.head} was changed after it was written"
        )
    elif head.entries < end.entries:
        message = (
            f"{names.head} counts {head.entries} entries, {names.file} has {end.entries}: {names.writer} was "
            f"interrupted between the two, or {names.head} was replaced by an older one; "
            f"{names.next_writer} brings it up to date"
        )
    else:
        return []
    return [Problem("head", names.head, message)]
