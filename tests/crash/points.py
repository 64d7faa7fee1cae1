"""Where a stage can be killed: at each change of the data folder, found by watching it."""

import re
from collections.abc import Iterator, Sequence
from random import Random

from tests.crash.processes import Fault, How

_ALIKE = (
    (re.compile(r"^(\w+ (?:landing|lake))/(?!cursors|\.tmp)[^/]+/"), r"\1/*/"),
    (re.compile(r"[0-9a-f]{8,}|\d+"), "N"),
)
"""Landed files of any log, and files of any model, are written by the same code."""

_LITTLE_MEMORY = (32 * 2**20, 256 * 2**20)


def faults(changes: Sequence[str]) -> Iterator[Fault]:
    """A kill before each change, in the middle of each write, and after the last: where one ends the next begins."""
    for at, change in enumerate(changes, 1):
        yield Fault(at, How.KILL_BEFORE)
        if change.startswith("write "):
            yield Fault(at, How.TEAR)
    yield Fault(len(changes), How.KILL_AFTER)


def some_of_each_kind(changes: Sequence[str]) -> list[Fault]:
    """Of the kills at changes that are alike, the first, the last and one between."""
    by_kind: dict[tuple[str, How], list[Fault]] = {}
    for fault in faults(changes):
        by_kind.setdefault((kind(changes[fault.at - 1]), fault.how), []).append(fault)
    found = {fault for alike in by_kind.values() for fault in (alike[0], alike[len(alike) // 2], alike[-1])}
    return sorted(found, key=lambda fault: (fault.at, fault.how))


def other_faults(changes: Sequence[str]) -> list[Fault]:
    """A disk full or read-only from the first change on or from one between, half writes, and little memory."""
    places = sorted({1, len(changes) // 2})
    lasting = [Fault(at, how) for how in (How.DISK_FULL, How.READ_ONLY) for at in places]
    return [*lasting, Fault(1, How.HALF_WRITES), *(Fault(memory=size) for size in _LITTLE_MEMORY)]


def sample(changes: Sequence[str], count: int) -> list[Fault]:
    """So many of them, by chance; for as many changes the same."""
    return Random(len(changes)).sample([*faults(changes)], count)  # noqa: S311 - reproducible


def kind(change: str) -> str:
    """A change without what differs between those that are alike."""
    for pattern, instead in _ALIKE:
        change = pattern.sub(instead, change)
    return change
