"""`python -m tests.crash.warm`: runs stages in forks of itself, which have everything loaded already.

Reads a request a line and answers with the exit code, negative for the signal that ended the stage.
"""

import ctypes
import os
import resource
import sys
import traceback
from pathlib import Path
from typing import Any

import orjson
from dagster import RetryPolicy

import pipelines.cli.collecting
import pipelines.cli.findings
import pipelines.cli.imports
import pipelines.cli.retaining
import pipelines.cli.running
import pipelines.cli.suppressing
import pipelines.cli.triaging
import pipelines.defs.run
import pipelines.sources.storage  # noqa: F401
from pipelines.defs import assets
from tests.crash.stages import STAGES, Place


def main() -> None:
    """Serves until its input ends."""
    # Dagster waits for another attempt by the clock, which stands still.
    assets.RETRIES = RetryPolicy(max_retries=0)  # type: ignore[attr-defined]
    shim = ctypes.CDLL(os.environ["LD_PRELOAD"])
    for line in sys.stdin.buffer:
        process = os.fork()
        if process == 0:
            _stage(shim, orjson.loads(line))
        _, status = os.waitpid(process, 0)
        sys.stdout.buffer.write(b"%d\n" % os.waitstatus_to_exitcode(status))
        sys.stdout.buffer.flush()


def _stage(shim: ctypes.CDLL, request: dict[str, Any]) -> None:
    """Becomes the stage and ends with it, in a process group of its own."""
    os.setpgid(0, 0)
    output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    trace = os.open(request["trace"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    for stream, target in ((0, os.open(os.devnull, os.O_RDONLY)), (1, output), (2, output)):
        os.dup2(target, stream)
    shim.fault_stop_clock(ctypes.c_long(request["clock"]))
    shim.fault_arm(os.fsencode(request["place"]["data"]), trace, ctypes.c_long(request["at"]), request["how"])
    if request["memory"]:
        _bound_memory(request["memory"])
    code = 1
    try:
        code = STAGES[request["stage"]](Place(**request["place"]))
    except Exception:  # noqa: BLE001 - as the interpreter would
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _bound_memory(more: int) -> None:
    """Lets this process have so many bytes more of address space than it has."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    bound = pages * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))


if __name__ == "__main__":
    main()
