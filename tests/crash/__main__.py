"""`python -m tests.crash`: kills a small data folder's stages at every kind of change, and prints figures."""

import tempfile
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated

import typer

from tests.crash.killing import Choose, Figures, Life
from tests.crash.lives import a_life
from tests.crash.points import faults, other_faults, sample, some_of_each_kind
from tests.crash.processes import Fault, NoCompilerError
from tests.crash.report import document, show, total_of
from tests.crash.stages import STAGES

_WHOLE_COMMANDS = ("run", "retain")
_SAMPLE = 12
"""They take long, and what they do was killed alone before: a sample of kills is enough, unless all are asked for."""
_AT_EACH_KIND = (
    f"at the first, a middle and the last fault point of each kind, and {_SAMPLE} times by chance in whole commands"
)
_BY_CHANCE = "by chance, a few times in each stage"


def main(
    everything: Annotated[bool, typer.Option("--all", help="Kills at every change: takes hours.")] = False,
    kills: Annotated[int, typer.Option(min=0, help="Kills each stage so often, by chance: for a short one.")] = 0,
    stage: Annotated[list[str] | None, typer.Option(help="Kills in this stage only; may be repeated.")] = None,
    report: Annotated[Path | None, typer.Option(help="Writes the figures into this document.")] = None,
) -> None:
    """Exit code 1 when anything is lost, twice or left over."""
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="whoseagent-crash-") as folder, a_life(Path(folder)) as life:
            by_stage = _live(life, _chosen(stage or [*STAGES], kills, everything=everything))
    except (NoCompilerError, FileNotFoundError) as error:
        print(f"cannot run here: {error}")
        raise typer.Exit(1) from None
    print(show(by_stage, time.monotonic() - started))
    if report:
        which = "at every fault point" if everything else _BY_CHANCE if kills else _AT_EACH_KIND
        report.write_text(document(by_stage, which), encoding="utf-8")
    total = total_of(by_stage)
    raise typer.Exit(0 if total.kills and not total.wrong else 1)


def _chosen(stages: Collection[str], kills: int, *, everything: bool) -> Choose:
    def choose(stage: str, changes: Sequence[str]) -> list[Fault]:
        if stage not in stages:
            return []
        if everything:
            return [*faults(changes), *other_faults(changes)]
        if kills:
            return [*sample(changes, kills), *other_faults(changes)[1:2]]
        found = sample(changes, _SAMPLE) if stage in _WHOLE_COMMANDS else some_of_each_kind(changes)
        return [*found, *other_faults(changes)]

    return choose


def _live(life: Life, choose: Choose) -> dict[str, Figures]:
    by_stage = {}
    for stage in STAGES:
        started = time.monotonic()
        figures = by_stage[stage] = life.live(stage, choose)
        for example in figures.examples[:20]:
            print(example, flush=True)
        print(f"{stage}: {figures.kills} kills, {time.monotonic() - started:.0f} s", flush=True)
    return by_stage


if __name__ == "__main__":
    typer.run(main)
