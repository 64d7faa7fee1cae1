"""The collectors' part of `make bench`: records a second from services on this machine to landed files."""

from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.pull import Pulled, pulled_by


class Benchmark(NamedTuple):
    """One collector, at two sizes: where memory is bounded, both have the same peak."""

    name: str
    module: str
    sizes: tuple[int, int]
    target: int
    """Records a second."""


BENCHMARKS = (
    Benchmark("Log Analytics", "collect", (140_000, 560_000), 100_000),
    Benchmark("Microsoft Graph", "graph_collect", (2, 8), 10_000),
)


def bench_collectors(console: Console) -> None:
    """Measures each collector and prints a table of it."""
    for benchmark in BENCHMARKS:
        _print(console, benchmark, [pulled_by(benchmark.module, size) for size in benchmark.sizes])


def _print(console: Console, benchmark: Benchmark, runs: list[Pulled]) -> None:
    table = Table(title=f"{benchmark.name} to landed files, the service on the same cores")
    for column in ("records", "wall s", "cpu s", "MB/s", "records/s", "target", "peak memory MB", "written MB"):
        table.add_column(column, justify="right")
    for run in runs:
        table.add_row(
            f"{run.records:,}",
            f"{run.wall_seconds:.2f}",
            f"{run.cpu_seconds:.2f}",
            f"{run.landed_mb / run.wall_seconds:,.0f}",
            f"{run.records / run.wall_seconds:,.0f}",
            f"{benchmark.target:,}",
            f"{run.peak_memory_mb:,.0f}",
            f"{run.written_mb:,.0f}",
        )
    console.print(table)
    small, large = runs
    console.print(
        f"peak memory: {small.peak_memory_mb:,.0f} MB at {small.landed_mb:,.0f} MB of records, "
        f"{large.peak_memory_mb:,.0f} MB at {large.landed_mb:,.0f} MB\n"
    )
