"""What a growing history costs: a new day beside few and many others, and answers over a month."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.day import Say, measure_who
from benchmarks.large_day import land_copies, land_inventory
from benchmarks.small_day import DAY, SmallDay, small_day
from benchmarks.step import Measured, measure

DAYS, MONTH = 90, 30
MEASURED_DAYS = (2, 31, DAYS)
SCALE = 0.2  # of the people of the synthetic tenant: some thousand requests a day


@dataclass
class History:
    """What a run on one new day costs, by how many days there are."""

    requests_a_day: int
    cpu_seconds: dict[int, float]


@dataclass
class Month:
    """What an answer over many days takes."""

    days: int
    requests_a_day: int
    run: Measured
    who: dict[str, Measured]


def measure_history(work: Path, say: Say) -> History:
    """Lands day after day, and measures the run on some of them; what lies between is run at once."""
    small, data = small_day(work / "small", SCALE), work / "data"
    land_inventory(data, work, small)
    costs, landed = {}, 0
    for number in MEASURED_DAYS:
        for before in range(landed + 1, number):
            _land(data, work, small, before, small.requests)
        say(f"{number - 1} days of history")
        _run(data)
        _land(data, work, small, number, small.requests)
        say(f"day {number}")
        costs[number], landed = _run(data).cpu_seconds, number
    return History(small.requests, costs)


def measure_month(work: Path, requests: int, say: Say) -> Month:
    """A month of days with so many requests each, run at once, and `who` by each kind of id."""
    small, data = small_day(work / "small"), work / "data"
    land_inventory(data, work, small)
    for number in range(1, MONTH + 1):
        say(f"making day {number} of {MONTH}")
        _land(data, work, small, number, requests)
    say(f"run over {MONTH} days")
    return Month(MONTH, requests, _run(data), measure_who(data, say))


def _land(data: Path, work: Path, small: SmallDay, number: int, requests: int) -> None:
    """The day of this number, the last of which is that of the synthetic tenant; each has people of its own."""
    copies = 2 * -(-requests // small.requests)
    land_copies(data, work, small, requests, DAY - timedelta(days=DAYS - number), first=number * copies)


def _run(data: Path) -> Measured:
    measured = measure("whole", data)
    if measured.stopped:
        raise SystemExit(f"the run failed: {measured.stopped}")
    return measured
