"""One measured step in a process of its own, so that its processor time and peak memory are its own."""

import json
import os
import re
import resource
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Limits:
    """What a step may take before it is stopped."""

    seconds: float = 3 * 3600
    memory_mb: float = 20_000


@dataclass(frozen=True)
class Measured:
    """What one run of a step took; where it was stopped, `stopped` says why, and the figures go until then."""

    wall_seconds: float
    cpu_seconds: float = 0
    start_seconds: float = 0
    """From the start of the process, which is not in `wall_seconds`, until it knew what to do."""
    peak_memory_mb: float = 0
    peak_scratch_mb: float = 0
    """Most that stood in the scratch folder of the lake at a time."""
    left_scratch_mb: float = 0
    """What stood there afterwards."""
    said: dict[str, Any] = field(default_factory=dict)
    stopped: str = ""


def measure(step: str, data: Path, *arguments: str, limits: Limits = Limits()) -> Measured:
    """Runs a step of benchmarks/steps.py in a fresh process. Exits with its words where it fails."""
    command = [sys.executable, "-m", "benchmarks.step", step, str(data), *arguments]
    started = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=_environment()
    ) as run:
        watched = _watch(run, data / "lake" / ".tmp", limits)
        printed, errors = run.communicate()
    took = time.perf_counter() - started
    if watched.stopped:
        return Measured(
            wall_seconds=took, peak_memory_mb=watched.peak_memory_mb, peak_scratch_mb=watched.peak_scratch_mb,
            stopped=watched.stopped,
        )  # fmt: skip
    if run.returncode:
        return Measured(wall_seconds=took, stopped=_last_words(errors, run.returncode))
    figures = json.loads(printed.splitlines()[-1])
    return Measured(
        **figures,
        start_seconds=max(0.0, took - figures["wall_seconds"]),
        peak_scratch_mb=watched.peak_scratch_mb,
        left_scratch_mb=_folder_mb(data / "lake" / ".tmp"),
    )


def _environment() -> dict[str, str]:
    """Without the home of a Dagster of the user's own."""
    return {name: value for name, value in os.environ.items() if name != "DAGSTER_HOME"}


def _last_words(errors: str, code: int) -> str:
    lines = errors.strip().splitlines()
    return lines[-1][:300] if lines else f"ended with code {code}"


def _watch(run: "subprocess.Popen[str]", scratch: Path, limits: Limits) -> Measured:
    """Looks at the process until it ends, and stops it beyond the limits."""
    started, memory, most, stopped = time.perf_counter(), 0.0, 0.0, ""
    while run.poll() is None:
        memory, most = max(memory, _memory_mb(run.pid)), max(most, _folder_mb(scratch))
        if memory > limits.memory_mb:
            stopped = f"out of memory at {memory / 1000:.1f} GB"
        elif time.perf_counter() - started > limits.seconds:
            stopped = f"not done after {limits.seconds:,.0f} s"
        if stopped:
            run.kill()
            break
        time.sleep(_LOOK_SECONDS)
    return Measured(0, peak_memory_mb=memory, peak_scratch_mb=most, stopped=stopped)


def _memory_mb(pid: int) -> float:
    """Memory of a process now; 0 where the machine has no /proc."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _folder_mb(folder: Path) -> float:
    """What stands in a folder while others write and remove files in it."""
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                size += (Path(parent) / name).stat().st_size
            except FileNotFoundError:
                continue
    return size / 1e6


def main() -> None:
    """Runs the step named on the command line and prints what it took."""
    from benchmarks.steps import STEPS  # noqa: PLC0415 - counts to the start, as whatever a command imports

    name, data, *arguments = sys.argv[1:]
    wall, cpu = time.perf_counter(), time.process_time()
    said = STEPS[name](Path(data), *arguments)
    figures = {
        "wall_seconds": time.perf_counter() - wall,
        "cpu_seconds": time.process_time() - cpu,
        "peak_memory_mb": _peak_memory_mb(),
        "said": said,
    }
    print("\n" + json.dumps(figures))


def _peak_memory_mb() -> float:
    """Most memory that this program had. Linux counts in `ru_maxrss` also the program that started it."""
    try:
        found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    except OSError:
        found = None
    if found:
        return int(found[1]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


if __name__ == "__main__":
    main()
