"""`python -m tests.faults`: collects a tenant's day again and again through faults and kills, and prints figures."""

import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from tests.faults.schedules import Figures, Schedules, schedules

WRONGS = ("lost", "made up", "lost from tables", "twice in tables", "ledger", "evidence")


def main(
    count: Annotated[int, typer.Option("--schedules", help="Schedules to run, each with a seed of its own.")] = 200,
    first: Annotated[int, typer.Option(help="Seed of the first one.")] = 0,
    every: Annotated[int, typer.Option(help="Compares the public tables after every so manieth schedule.")] = 5,
) -> None:
    """Exit code 1 when anything is lost, twice, or wrong in the ledger."""
    try:
        with tempfile.TemporaryDirectory(prefix="whoseagent-faults-") as folder, schedules(Path(folder)) as run:
            is_whole = _run(run, range(first, first + count), every)
    except FileNotFoundError as error:
        print(f"needs the storage emulator, which make fetches where npm is: {error.filename or error}")
        raise typer.Exit(1) from None
    show(run.figures)
    raise typer.Exit(0 if is_whole and not run.figures.wrong else 1)


def _run(run: Schedules, seeds: range, every: int) -> bool:
    """Whether all were run: who interrupts sees the figures so far."""
    try:
        _run_all(run, seeds, every)
    except KeyboardInterrupt:
        print("interrupted")
        return False
    return True


def _run_all(run: Schedules, seeds: range, every: int) -> None:
    started = time.monotonic()
    for number, seed in enumerate(seeds, 1):
        verdict = run.run(seed, with_tables=number % every == 0)
        for example in verdict.examples:
            print(f"schedule {seed}: {example}", flush=True)
        if number % 20 == 0:
            print(f"{number} schedules, {time.monotonic() - started:.0f} s", flush=True)


def show(figures: Figures) -> None:
    """Prints the figures."""
    print(f"{figures.schedules} schedules, {figures.calls} calls, {figures.requests:,} requests served")
    _list("killed at", figures.kills)
    _list("faults", figures.injected)
    print(f"sources that a call gave up until a later one: {figures.failures}")
    print(f"records served, each event in up to four shapes: {figures.served:,}; lines landed: {figures.landed:,}")
    print(f"lines that landed again, for staging to leave out: {figures.again:,}")
    print(f"public tables compared with those of an undisturbed import: after {figures.judged} schedules")
    for what in (*WRONGS, *sorted(figures.wrong.keys() - set(WRONGS))):
        print(f"{what}: {figures.wrong[what]}")


def _list(what: str, counts: dict[str, int]) -> None:
    print(f"{what}: {sum(counts.values()):,}")
    for name, count in sorted(counts.items(), key=lambda item: -item[1]):
        print(f"  {count:>7,} {name}")


if __name__ == "__main__":
    typer.run(main)
