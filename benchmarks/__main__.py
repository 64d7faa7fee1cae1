"""`make bench`: the pipeline beside the least work there is and what one would write instead, collectors, dashboard."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.collectors import bench_collectors
from benchmarks.dashboard import bench_dashboard
from benchmarks.day import measure_day
from benchmarks.history import measure_history, measure_month
from benchmarks.results import Results, machine, write_results
from benchmarks.tables import Sheet, sheets

MONTH_SHARE, MOST_A_DAY = 20, 1_000_000
"""A day of the measured month has so much less than the largest day, and no more requests than this."""


class Part(StrEnum):
    """What can be measured by itself."""

    DAY = "day"
    HISTORY = "history"
    MONTH = "month"
    COLLECTORS = "collectors"
    DASHBOARD = "dashboard"


def main(
    size: Annotated[str, typer.Option(help="Graph requests of a day: 1m, 500k, or several as in 1m,5m,20m.")] = "1m",
    only: Annotated[list[Part] | None, typer.Option(help="Measure this part only; may be given several times.")] = None,
    json: Annotated[Path | None, typer.Option(help="Write the results into this file.")] = None,
    folder: Annotated[Path | None, typer.Option(help="Where to work; a temporary folder by default.")] = None,
) -> None:
    """Measures, and prints what it took and which targets are met."""
    console, sizes, parts = Console(width=140), _sizes(size), only or list(Part)
    results = Results(machine())
    console.print(results.machine)
    if Part.DAY in parts:
        for requests in sizes:
            with _work(folder) as work:
                results.days.append(measure_day(work / "data", requests, console.log))
            _keep(results, json)
    if Part.HISTORY in parts:
        with _work(folder) as work:
            results.history = measure_history(work, console.log)
        _keep(results, json)
    if Part.MONTH in parts:
        with _work(folder) as work:
            results.month = measure_month(work, min(sizes[-1] // MONTH_SHARE, MOST_A_DAY), console.log)
        _keep(results, json)
    for sheet in sheets(results):
        console.print(_table(sheet))
    if Part.COLLECTORS in parts:
        bench_collectors(console)
    if Part.DASHBOARD in parts:
        bench_dashboard(console, sizes[-1])


@contextmanager
def _work(folder: Path | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=folder, prefix="whoseagent-bench-") as work:
        yield Path(work)


def _keep(results: Results, path: Path | None) -> None:
    """After each part, so that a benchmark of hours that is stopped leaves what it has."""
    if path:
        write_results(results, path)


def _table(sheet: Sheet) -> Table:
    table = Table(title=sheet.title)
    for number, column in enumerate(sheet.columns):
        table.add_column(column, justify="right" if number else "left")
    for row in sheet.rows:
        table.add_row(*row)
    return table


def _sizes(text: str) -> list[int]:
    sizes = []
    for size in text.split(","):
        match = re.fullmatch(r"(\d+)(k|m)", size.strip(), re.IGNORECASE)
        if not match:
            raise typer.BadParameter(f"{size}: say a size such as 500k or 20m")
        sizes.append(int(match[1]) * (1_000_000 if match[2].lower() == "m" else 1_000))
    return sorted(sizes)


if __name__ == "__main__":
    typer.run(main)
