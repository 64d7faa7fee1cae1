"""Killed at any change of the data folder, the next call ends in the same tables, manifest, ledger and cases."""

import time
from collections.abc import Sequence

from tests.crash.contents import Rows
from tests.crash.killing import Figures, Life, compare
from tests.crash.points import other_faults, sample
from tests.crash.processes import Fault
from tests.crash.stages import STAGES

KILLS = {"import": 2, "collect": 2, "staging": 1, "marts": 1, "findings": 1, "publish": 1, "follow up": 2, "triage": 2}
"""By stage, as many as take a moment: `make crash` kills at all kinds of changes, and the whole commands too."""

WITH_OTHER_FAULTS = ("collect", "triage")


def sampled(life: Life) -> Figures:
    """What came of a sample of kills."""

    def choose(stage: str, changes: Sequence[str]) -> list[Fault]:
        others = other_faults(changes) if stage in WITH_OTHER_FAULTS else []
        return [*sample(changes, KILLS[stage]), *others]

    total = Figures()
    for stage in KILLS:
        total.add(life.live(stage, choose))
    return total


def test_nothing_is_lost_twice_or_left_over(life: Life) -> None:
    figures = sampled(life)
    assert (figures.examples, figures.wrong) == ([], {})
    assert figures.kills == sum(KILLS.values())
    assert figures.survived == figures.kills + figures.other_faults
    assert figures.points > 500
    assert KILLS.keys() <= STAGES.keys()
    check_clock_that_goes_backwards(life)


def check_clock_that_goes_backwards(life: Life) -> None:
    """It breaks no chain. Part of the same life, which takes a while to lead."""
    earlier = Fault(clock=int(time.time()) - 30 * 86_400)
    for stage in ("suppress", "import late"):
        ended = life.once(stage, earlier)
        assert ended.code == 0, ended.said
    assert life.problems() == []


def test_what_is_lost_twice_or_left_over_is_noticed() -> None:
    expected = Rows({("a", "1"): 1, ("a", "2"): 1})
    found = Rows({("a", "1"): 2, ("b", "3"): 1})
    noticed = Figures()
    compare(found, expected, "there", noticed)
    assert noticed.wrong == {"rows lost": 1, "rows twice": 1, "left over": 1}
