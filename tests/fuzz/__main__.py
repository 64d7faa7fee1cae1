"""`python -m tests.fuzz`: feeds every parser and guard with hostile input for a while, and prints what crashed."""

import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from tests.fuzz.feeding import feed
from tests.fuzz.targets import targets


def main(
    minutes: Annotated[float, typer.Option(help="How long, for all targets together.")] = 5,
    first_seed: Annotated[int | None, typer.Option("--seed", help="Where inputs begin; the time by default.")] = None,
) -> None:
    """Exit code 1 when an input crashes something, gets out of its folder, or is shown what it may not see."""
    start = int(time.time()) if first_seed is None else first_seed
    crashes = tried = 0
    with tempfile.TemporaryDirectory(prefix="whoseagent-fuzz-") as folder, targets(Path(folder)) as found:
        for name, target in found.items():
            fed = feed(target, minutes * 60 / len(found), start)
            tried, crashes = tried + fed.inputs, crashes + len(fed.crashes)
            print(f"{name}: {fed.inputs:,} inputs, {len(fed.crashes)} crashes", flush=True)
            for crash in fed.crashes[:3]:
                print(f"  {crash}")
    print(f"inputs tried: {tried:,}; crashes: {crashes} (seed {start})")
    raise typer.Exit(1 if crashes else 0)


if __name__ == "__main__":
    typer.run(main)
