"""Stretches of time, half-open, as lists without overlap in order."""

from collections.abc import Iterable
from datetime import datetime

Stretch = tuple[datetime, datetime]


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """All that one of the stretches covers; those that touch become one, and empty ones are left out."""
    found: list[Stretch] = []
    for first, last in sorted(stretches):
        if first >= last:
            continue
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def without(stretches: Iterable[Stretch], taken: Iterable[Stretch]) -> list[Stretch]:
    """What is left of the stretches when others are taken out of them."""
    left = merged(stretches)
    for start, end in merged(taken):
        left = [part for first, last in left for part in ((first, min(last, start)), (max(first, end), last))]
        left = [(first, last) for first, last in left if first < last]
    return left
