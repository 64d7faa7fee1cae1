"""Processes that run stages under the shim, which counts their changes of the data folder and stops them at one."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import IntEnum
from pathlib import Path

import orjson

from tests.crash.stages import Place

_SOURCE = Path(__file__).with_name("fault.c")


class NoCompilerError(Exception):
    """The shim cannot be made here."""


class How(IntEnum):
    """What happens at the chosen change; the last three go on from there. As in fault.c."""

    NOTHING = 0
    KILL_BEFORE = 1
    KILL_AFTER = 2
    TEAR = 3
    """Killed when half of the bytes are written."""
    DISK_FULL = 4
    READ_ONLY = 5
    HALF_WRITES = 6


@dataclass(frozen=True)
class Fault:
    """Something that happens at the so manieth change of the data folder, from 1."""

    at: int = 0
    how: How = How.NOTHING
    memory: int = 0
    """Bytes of address space that it may have besides what the warm process has; 0 for any."""
    clock: int | None = None
    """The time that stands still, where it is not the usual one."""


@dataclass(frozen=True)
class Ended:
    """How a stage ended."""

    code: int
    said: str
    changes: list[str]
    """What it did to the data folder: operation and path."""

    @property
    def was_killed(self) -> bool:
        """Whether the fault ended it."""
        return self.code == -signal.SIGKILL


class Stages:
    """Runs stages, one at a time. Their clock stands still, so that the times that they write compare too."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path, clock: int) -> None:
        self._process = process
        self._folder = folder
        self._clock = clock

    def run(self, stage: str, place: Place, fault: Fault = Fault()) -> Ended:
        """Runs one stage to its end, good or bad."""
        output, trace = self._folder / "said", self._folder / "changes"
        request = {
            "stage": stage, "place": asdict(place), "output": str(output), "trace": str(trace), "at": fault.at,
            "how": fault.how, "memory": fault.memory, "clock": self._clock if fault.clock is None else fault.clock,
        }  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(orjson.dumps(request) + b"\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        return Ended(code, output.read_text(errors="replace"), trace.read_text(errors="replace").splitlines())


def shim(folder: Path) -> Path:
    """The shim, compiled. Raises NoCompilerError."""
    compiler = shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        raise NoCompilerError("needs Linux and a C compiler (on Debian: apt install gcc libc6-dev)")
    target = folder / "fault.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(target), str(_SOURCE), "-ldl"], check=True)
    return target


@contextmanager
def running_stages(folder: Path, clock: int, environment: Mapping[str, str]) -> Iterator[Stages]:
    """A process that runs stages, as long as the with-block lasts; what it needs besides goes into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    here = {"LD_PRELOAD": str(shim(folder)), "TMPDIR": str(folder), "DAGSTER_DISABLE_TELEMETRY": "1"}
    surroundings = {**os.environ, **environment, **here, "PYTHONPATH": str(_SOURCE.parents[2])}
    surroundings.pop("DAGSTER_HOME", None)
    command = [sys.executable, "-m", "tests.crash.warm"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=surroundings, cwd=folder
    ) as process:
        try:
            yield Stages(process, folder, clock)
        finally:
            process.terminate()
