"""`make bench`: landing and staging, beside what DuckDB needs at the very least, and the collectors, in one run."""

import os
import platform
import re
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.collectors import bench_collectors
from benchmarks.graph_activity import write_graph_activity
from benchmarks.step import Measured, forget_staging, measure

ROUNDS = 3
FILE_MEGABYTES = 250
"""Size of a generated file, like an hour of a large tenant in the archive."""


def main(
    size: Annotated[str, typer.Option(help="Amount of Graph activity to generate, such as 200MB or 2GB.")] = "2GB",
    folder: Annotated[Path | None, typer.Option(help="Where to work; a temporary folder by default.")] = None,
) -> None:
    """Measures landing and staging against the floor, at the given size and at a quarter of it; then collectors."""
    console = Console(width=120)
    megabytes = _megabytes(size)
    console.print(f"Python {platform.python_version()}, DuckDB {duckdb.__version__}, {os.cpu_count()} cores, {size}")
    peaks = {}
    for part in (megabytes // 4, megabytes):
        with tempfile.TemporaryDirectory(dir=folder, prefix="whoseagent-bench-") as work:
            peaks[part] = _bench(Path(work), part, console)
    _print_memory(console, peaks)
    bench_collectors(console)


def _bench(work: Path, megabytes: int, console: Console) -> dict[str, float]:
    raw, data = work / "raw", work / "data"
    records = write_graph_activity(raw, megabytes=megabytes, files=max(2, megabytes // FILE_MEGABYTES))
    raw_mb = sum(file.stat().st_size for file in raw.rglob("*") if file.is_file()) / 1e6
    landed = measure("land", data, raw, data / "landing")
    floors, stagings = [], []
    for _ in range(ROUNDS):  # in turn, so that a machine that slows down slows both
        target = work / "floor.parquet"
        floors.append(measure("floor", data, target, target))
        forget_staging(data)
        stagings.append(measure("stage", data, raw, data / "lake"))
    _check_rows(records, [landed, *floors, *stagings])
    _print_steps(console, raw_mb, landed, floors, stagings)
    return {"landing": landed.peak_memory_mb, "staging": max(step.peak_memory_mb for step in stagings)}


def _check_rows(records: int, steps: Sequence[Measured]) -> None:
    """A fast answer that lost a row is no answer."""
    if any(step.rows != records for step in steps):
        raise SystemExit(f"{records} records were generated, but the steps saw {[step.rows for step in steps]}")


def _print_steps(
    console: Console, raw_mb: float, landed: Measured, floors: list[Measured], stagings: list[Measured]
) -> None:
    floor, staging = _median(floors), _median(stagings)
    table = Table(title=f"{landed.rows:,} Graph requests, {raw_mb:,.0f} MB of JSON ({ROUNDS} rounds, median)")
    for column in ("step", "wall s", "cpu s", "MB/s", "rows/s", "peak memory MB", "written MB"):
        table.add_column(column, justify="left" if column == "step" else "right")
    rows = {"landing": landed, "DuckDB floor": floor, "staging": staging}
    for name, step in rows.items():
        table.add_row(
            name,
            f"{step.wall_seconds:.2f}",
            f"{step.cpu_seconds:.2f}",
            f"{raw_mb / step.wall_seconds:,.0f}",
            f"{step.rows / step.wall_seconds:,.0f}",
            f"{step.peak_memory_mb:,.0f}",
            f"{step.written_mb:,.0f}",
        )
    console.print(table)
    wall = [after.wall_seconds / before.wall_seconds for before, after in zip(floors, stagings, strict=True)]
    cpu = [after.cpu_seconds / before.cpu_seconds for before, after in zip(floors, stagings, strict=True)]
    console.print(
        f"staging / floor: {statistics.median(wall):.2f} wall (target 1.3), {statistics.median(cpu):.2f} cpu; "
        f"landing / floor: {landed.wall_seconds / floor.wall_seconds:.2f} wall\n"
    )


def _print_memory(console: Console, peaks: dict[int, dict[str, float]]) -> None:
    small, large = sorted(peaks)
    for step in peaks[large]:
        console.print(
            f"peak memory of {step}: {peaks[small][step]:,.0f} MB at {small:,} MB of input, "
            f"{peaks[large][step]:,.0f} MB at {large:,} MB"
        )


def _median(steps: list[Measured]) -> Measured:
    return sorted(steps, key=lambda step: step.wall_seconds)[len(steps) // 2]


def _megabytes(size: str) -> int:
    match = re.fullmatch(r"(\d+)\s*(MB|GB)", size.strip(), re.IGNORECASE)
    if not match:
        raise typer.BadParameter(f"{size}: say a size such as 200MB or 2GB")
    return int(match[1]) * (1000 if match[2].upper() == "GB" else 1)


if __name__ == "__main__":
    typer.run(main)
