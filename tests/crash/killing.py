"""Kills each stage of a life at its changes, lets it go on, and compares with the stage that nobody disturbed."""

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from pipelines.cases.verify import verify_cases
from pipelines.landing.verify import verify
from pipelines.warehouse.publish import warehouse_path
from tests.crash.contents import Rows, contents, tables
from tests.crash.processes import Ended, Fault, How, Stages
from tests.crash.stages import COMMANDS, Place

PUBLISHING = ("publish", "run", "retain")
"""After these the published tables are compared, too."""

WRONGS = (
    "rows lost", "rows twice", "left over", "evidence", "readers saw something between", "did not go on",
    "ended otherwise",
)  # fmt: skip

Choose = Callable[[str, Sequence[str]], list[Fault]]
"""The faults of a stage, given its changes."""


@dataclass
class Figures:
    """What came of a stage, or of several."""

    points: int = 0
    """Changes of the data folder by a stage that nobody disturbed."""
    kills: int = 0
    other_faults: int = 0
    """Times that the disk was full or read-only, took half of each write, or there was little memory."""
    survived: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def add(self, other: "Figures") -> None:
        """Adds what came of another stage."""
        self.points += other.points
        self.kills += other.kills
        self.other_faults += other.other_faults
        self.survived += other.survived
        self.wrong += other.wrong
        self.examples += other.examples


class Life:
    """A data folder that is led through the stages."""

    def __init__(self, stages: Stages, place: Place, folder: Path) -> None:
        self._stages = stages
        self._place = place
        self._data = Path(place.data)
        self._before, self._after = folder / "before", folder / "after"
        self._data.mkdir(mode=0o700, exist_ok=True)

    def live(self, stage: str, choose: Choose) -> Figures:
        """One stage: undisturbed, and then again with each of the faults; the folder ends as after the first."""
        _copy(self._data, self._before)
        old = _shown(self._data)
        ended = self._stages.run(stage, self._place)
        if ended.code:
            raise AssertionError(f"{stage} failed without a fault: {ended.said}")
        figures = Figures(points=len(ended.changes))
        expected, new = _all(self._data, stage), _shown(self._data)
        _copy(self._data, self._after)
        for fault in choose(stage, ended.changes):
            _copy(self._before, self._data)
            self._disturb(stage, fault, figures, (old, new))
            self._judge(stage, fault, figures, expected)
        _copy(self._after, self._data)
        return figures

    def once(self, stage: str, fault: Fault) -> Ended:
        """Does a stage with a fault and leaves the folder as it is then."""
        return self._stages.run(stage, self._place, fault)

    def problems(self) -> list[str]:
        """What is wrong with the evidence and the cases."""
        return [problem.message for problem in (*verify(self._data).problems, *verify_cases(self._data).problems)]

    def _disturb(self, stage: str, fault: Fault, figures: Figures, shown: tuple[Rows, Rows]) -> None:
        ended = self._stages.run(stage, self._place, fault)
        figures.kills += ended.was_killed
        figures.other_faults += not ended.was_killed
        if not _is_fair(stage, fault, ended):
            _note(figures, "ended otherwise", f"{stage} {fault}: code {ended.code}, {ended.said[-400:]}")
        if _shown(self._data) not in shown:
            _note(figures, "readers saw something between", f"{stage} {fault}")

    def _judge(self, stage: str, fault: Fault, figures: Figures, expected: Rows) -> None:
        before = figures.wrong.total()
        ended = self._stages.run(stage, self._place)
        place = f"{stage} {fault}"
        if ended.code:
            _note(figures, "did not go on", f"{place}: {ended.said[-400:]}")
        else:
            compare(_all(self._data, stage), expected, place, figures)
        for problem in self.problems():
            _note(figures, "evidence", f"{place}: {problem}")
        figures.survived += figures.wrong.total() == before


def _is_fair(stage: str, fault: Fault, ended: Ended) -> bool:
    """Whether it ended as it must: killed or whole, by the fault; or, for a command, with one line and exit code 1.

    Without memory a library may end the process itself, which is like a kill.
    """
    if fault.memory:
        return True
    if fault.how in (How.DISK_FULL, How.READ_ONLY):
        lines = ended.said.strip().splitlines()
        says_so = [line.startswith("whoseagent: ") for line in lines]
        return ended.code == 1 and (stage not in COMMANDS or (says_so[-1] and sum(says_so) == 1))
    return ended.was_killed or ended.code == 0


def compare(found: Rows, expected: Rows, place: str, figures: Figures) -> None:
    """Notes what is lost, what is there twice, and what is in files and tables that should not be there."""
    lost, more = expected - found, found - expected
    names = {name for name, *_ in expected}
    for what, rows in (
        ("rows lost", lost),
        ("rows twice", Counter({row: count for row, count in more.items() if row[0] in names})),
        ("left over", Counter({row: count for row, count in more.items() if row[0] not in names})),
    ):
        if rows:
            _note(figures, what, f"{place}: {min(rows)}", rows.total())


def _note(figures: Figures, what: str, example: str, count: int = 1) -> None:
    figures.wrong[what] += count
    figures.examples.append(f"{what}: {example}"[:600])


def _all(data: Path, stage: str) -> Rows:
    return contents(data) + tables(data) if stage in PUBLISHING else contents(data)


def _shown(data: Path) -> Rows:
    """The published requests, as a reader finds them; none where nothing is published yet."""
    path = warehouse_path(data)
    if not path.exists():
        return Counter()
    with duckdb.connect(str(path), read_only=True) as connection:
        return Counter(connection.execute("select columns(*)::varchar from attributed_requests").fetchall())


def _copy(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)
