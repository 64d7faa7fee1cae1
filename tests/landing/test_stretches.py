"""Stretches of time are put together and taken out of each other."""

from datetime import datetime, timedelta

import pytest

from pipelines.landing.stretches import Stretch, merged, without


def hours(*pairs: tuple[int, int]) -> list[Stretch]:
    midnight = datetime.fromisoformat("2026-03-02T00:00:00Z")
    return [(midnight + timedelta(hours=first), midnight + timedelta(hours=last)) for first, last in pairs]


def test_those_that_touch_or_overlap_become_one_and_empty_ones_go() -> None:
    given = hours((8, 9), (1, 3), (2, 4), (4, 5), (6, 6), (9, 8))
    assert merged(given) == hours((1, 5), (8, 9))
    assert merged([]) == []


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        ([], [(1, 5), (7, 9)]),
        ([(0, 10)], []),
        ([(2, 3)], [(1, 2), (3, 5), (7, 9)]),
        ([(0, 2), (8, 12)], [(2, 5), (7, 8)]),
        ([(4, 8), (8, 8)], [(1, 4), (8, 9)]),
        ([(5, 7)], [(1, 5), (7, 9)]),
    ],
)
def test_what_is_taken_out_leaves_the_rest(taken: list[tuple[int, int]], left: list[tuple[int, int]]) -> None:
    assert without(hours((1, 5), (7, 9)), hours(*taken)) == hours(*left)
