"""Everything that one run of the benchmark measured, and the machine it ran on, as JSON."""

import json
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb
import polars as pl
from pydantic import TypeAdapter

from benchmarks.day import Day
from benchmarks.history import History, Month
from benchmarks.targets import Target, targets_of_day, targets_of_history, targets_of_month


@dataclass
class Results:
    """What was measured; what was left out is not there."""

    machine: str
    days: list[Day] = field(default_factory=list)
    """From the smallest to the largest."""
    history: History | None = None
    month: Month | None = None

    def targets(self) -> Iterator[Target]:
        """Everything promised, of the largest day."""
        if self.days:
            yield from targets_of_day(self.days[-1])
        if self.month:
            yield from targets_of_month(self.month)
        if self.history:
            yield from targets_of_history(self.history)


def machine() -> str:
    """This machine, its software, and how busy it is with other work, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB of memory"
    software = f"Python {platform.python_version()}, DuckDB {duckdb.__version__}, Polars {pl.__version__}"
    return f"{system}; {software}; load average {os.getloadavg()[0]:.1f} at the start"


def write_results(results: Results, path: Path) -> None:
    """Writes the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(results), indent=1) + "\n")


def read_results(path: Path) -> Results:
    """What `write_results` wrote."""
    return TypeAdapter(Results).validate_json(path.read_bytes())
