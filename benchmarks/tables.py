"""The results as tables of text, for the terminal and for docs/benchmarks.md alike."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchmarks.day import PARTS_OF_WHOLE, Day
from benchmarks.history import History, Month
from benchmarks.results import Results
from benchmarks.step import Measured
from benchmarks.steps import ALTERNATIVES

_NAMES = {
    "floor": "floor: DuckDB's typed read",
    "stage": "staging",
    "build": "models",
    "evaluate": "findings",
    "publish": "publication",
    "whole": "whole pipeline",
    "command": "`whoseagent run` then: checks, follow-up",
    "again": "`whoseagent run` again, nothing new",
    "late": "`whoseagent run` with one late file",
    "question": "question to the published tables",
    "pandas_notebook": "pandas notebook",
    "polars_script": "Polars script",
    "clickhouse": "ClickHouse in process",
}


class Sheet(NamedTuple):
    """A title, the names of the columns, the rows."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def sheets(results: Results) -> Iterator[Sheet]:
    """All tables of the results."""
    for day in results.days:
        yield _steps(day)
        yield _alternatives(day)
    if results.days:
        yield _growth(results.days)
        yield _late(results.days[-1])
        yield _who(results.days[-1])
    if results.month:
        yield _who(results.month)
    if results.history:
        yield _history(results.history)
    yield targets(results)


def _steps(day: Day) -> Sheet:
    floor = day.steps["floor"]
    title = (
        f"{day.requests:,} requests, {day.sign_ins:,} sign-ins: {day.raw_mb:,.0f} MB of JSON, "
        f"{day.landed_mb:,.0f} MB landed, {day.lake_mb:,.0f} MB of tables, {day.published_mb:,.0f} MB published"
    )
    columns = ("step", "wall s", "cpu s", "wall / floor", "cpu / floor", "requests/s", "peak memory MB", "scratch MB")
    shown = ("floor", *PARTS_OF_WHOLE, "whole", "command", "again", "late")
    rows = [_step(_NAMES[name], day.steps[name], floor, day.requests) for name in shown]
    return Sheet(title, columns, rows)


def _step(name: str, step: Measured, floor: Measured, requests: int) -> tuple[str, ...]:
    return (
        name,
        f"{step.wall_seconds:,.1f}",
        f"{step.cpu_seconds:,.1f}",
        f"{step.wall_seconds / floor.wall_seconds:.2f}",
        f"{step.cpu_seconds / floor.cpu_seconds:.2f}",
        f"{requests / step.wall_seconds:,.0f}",
        f"{step.peak_memory_mb:,.0f}",
        f"{step.peak_scratch_mb:,.0f}",
    )


def _alternatives(day: Day) -> Sheet:
    title = f"One join and one flag over {day.requests:,} requests, and what one would write instead"
    columns = (
        "program",
        "wall s",
        "cpu s",
        "peak memory MB",
        "wall / whole pipeline",
        "wall / question",
        "same answer",
    )
    whole, question = day.steps["whole"], day.steps["question"]
    rows = [
        (
            _NAMES[name],
            step.stopped or f"{step.wall_seconds:,.2f}",
            f"{step.cpu_seconds:,.2f}",
            f"{step.peak_memory_mb:,.0f}",
            f"{step.wall_seconds / whole.wall_seconds:.2f}",
            f"{step.wall_seconds / question.wall_seconds:.1f}",
            {True: "yes", False: "NO", None: ""}[day.agree.get(name)],
        )
        for name in ("question", *ALTERNATIVES)
        for step in (day.steps[name],)
    ]
    return Sheet(title, columns, rows)


def _growth(days: list[Day]) -> Sheet:
    columns = (
        "requests",
        "landing MB/s a process",
        "floor cpu s per million",
        "whole cpu s per million",
        "whole wall s",
        "peak memory MB",
    )
    rows = [
        (
            f"{day.requests:,}",
            f"{day.raw_mb / day.landing_seconds:,.0f}",
            f"{day.steps['floor'].cpu_seconds / day.requests * 1e6:.1f}",
            f"{day.steps['whole'].cpu_seconds / day.requests * 1e6:.1f}",
            f"{day.steps['whole'].wall_seconds:,.1f}",
            f"{day.steps['whole'].peak_memory_mb:,.0f}",
        )
        for day in days
    ]
    return Sheet("Growth with the size of a day", columns, rows)


def _late(day: Day) -> Sheet:
    return Sheet("Models of which one late file makes something anew", ("models",), [(", ".join(day.rebuilt),)])


def _who(of: Day | Month) -> Sheet:
    requests = f"a day of {of.requests:,}" if isinstance(of, Day) else f"{of.days} days of {of.requests_a_day:,}"
    rows = [
        (name, f"{step.said['seconds']:.2f}", f"{step.start_seconds:.2f}", f"{step.peak_memory_mb:,.0f}")
        for name, step in of.who.items()
    ]
    columns = ("by the id of a", "answer s", "process start s", "peak memory MB")
    return Sheet(f"`whoseagent who` over {requests} requests", columns, rows)


def _history(history: History) -> Sheet:
    rows = [(str(day), f"{seconds:.1f}") for day, seconds in history.cpu_seconds.items()]
    title = f"A run on one new day of {history.requests_a_day:,} requests"
    return Sheet(title, ("day of the history", "cpu s"), rows)


def targets(results: Results) -> Sheet:
    """What was promised, and whether it was kept."""
    rows = [
        (target.name, f"{target.value:,.2f}", f"{target.limit:,.2f}", target.unit, target.verdict)
        for target in results.targets()
    ]
    return Sheet("Targets", ("target", "measured", "at most", "", ""), rows)
