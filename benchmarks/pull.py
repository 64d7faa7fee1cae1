"""One collect from a service on this machine to landed files, measured in a process that does nothing else."""

import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.landing.manifest import entries
from pipelines.sources.collecting import collect
from pipelines.sources.slices import Collector, Period


@dataclass(frozen=True)
class Pulled:
    """What one collect took; memory is that of the collecting process alone."""

    records: int
    wall_seconds: float
    cpu_seconds: float
    memory_before_mb: float
    peak_memory_mb: float
    landed_mb: float
    written_mb: float
    slices: int

    def print(self, *, as_json: bool) -> None:
        """Prints it in words, or for `pulled_by` to read."""
        if as_json:
            print(json.dumps(asdict(self)))
            return
        print(
            f"{self.records:,} records in {self.wall_seconds:.1f} s ({self.cpu_seconds:.1f} s of processor time): "
            f"{self.records / self.wall_seconds:,.0f} records/s, {self.landed_mb / self.wall_seconds:,.0f} MB/s, "
            f"in {self.slices} slices, {self.written_mb:,.0f} MB written; "
            f"peak memory {self.peak_memory_mb:,.0f} MB, {self.memory_before_mb:,.0f} MB of it before the first request"
        )


def measure(data: Path, collector: Collector, records: int, period: Period | None = None) -> Pulled:
    """Collects into an empty data folder. Exits with words where not every record landed."""
    before = _peak_mb()
    wall, cpu = time.perf_counter(), time.process_time()
    collected = collect(data, collector, period)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak, landed = _peak_mb(), entries(data)
    if collected.failures or sum(entry.rows for entry in landed) != records:
        raise SystemExit(f"{records:,} records were served, but landed {collected}")
    return Pulled(
        records=records,
        wall_seconds=wall,
        cpu_seconds=cpu,
        memory_before_mb=before,
        peak_memory_mb=peak,
        landed_mb=sum(entry.bytes for entry in landed) / 1e6,
        written_mb=sum(entry.compressed_bytes for entry in landed) / 1e6,
        slices=collected.slices,
    )


def pulled_by(module: str, size: int) -> Pulled:
    """What a benchmark of this package measures, run in a process of its own at this size."""
    command = [sys.executable, "-m", f"benchmarks.{module}", "--size", str(size), "--as-json"]
    return Pulled(**json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
