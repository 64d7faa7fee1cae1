"""Starts a verb, and turns what goes wrong into one line and an exit code."""

import io
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from time import sleep

import typer

from pipelines.cli.failure import NEGATIVE, WRONG_USE, Failure
from pipelines.cli.show import plain, say
from pipelines.cli.verbs import app
from pipelines.durable import what_failed

_INTERRUPTED = 128 + signal.SIGINT
_GRACE_SECONDS = 3.0
_NEGATIVE_ERRORS = {
    "BuildError", "BusyError", "ChainError", "NotPublishedError", "PackError", "PseudonymKeyError", "RunFailedError",
    "StagingError",
}  # fmt: skip


def main() -> None:
    """Runs the command line of this process and exits with its code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what the terminal cannot show is no reason to fail
    with suppress(ValueError):  # only the main thread may
        _end_soon_after_interrupt()
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = _quiet_after_broken_pipe()
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """The exit code: 0 success, 1 a negative answer (or its reader left), 2 wrong use, 130 interrupted."""
    try:
        code = app(list(arguments), prog_name="whoseagent", standalone_mode=False) or 0
    except typer.TyperException as error:
        message = getattr(error, "format_message", error.__str__)()
        say(f"{plain(message)} (see whoseagent --help)")
        return WRONG_USE
    except BrokenPipeError:
        return _quiet_after_broken_pipe()
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except Exception as error:  # the last resort: a sentence instead of a traceback
        if "--debug" in arguments:
            raise
        return _explain(error)
    if code == _INTERRUPTED:
        say("interrupted; what was finished before stays, and the same command goes on from there")
    return int(code)


def _explain(error: Exception) -> int:
    if isinstance(error, Failure):
        say(str(error))
        return error.code
    if isinstance(error, OSError):
        say(plain(what_failed(error)))
        return WRONG_USE if isinstance(error, PermissionError | NotADirectoryError | FileExistsError) else NEGATIVE
    known = _known_error(error)
    if known is not None:
        say(plain(str(error)))
        return known
    say(f"{type(error).__name__}: {plain(str(error))}; a fault of whoseagent; `whoseagent --debug …` shows where")
    return NEGATIVE


def _known_error(error: Exception) -> int | None:
    """The exit code for an error whose message is meant for the user; by name, so that nothing is imported."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & _NEGATIVE_ERRORS:
        return NEGATIVE
    return WRONG_USE if names & {"SettingsError", "AskError", "ModelError", "NotAllowedError"} else None


def _quiet_after_broken_pipe() -> int:
    """Lets the interpreter flush its streams into nothing."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    return NEGATIVE


def _end_soon_after_interrupt() -> None:
    """Ends the process some seconds after Ctrl-C even when it waits in a library that does not look up.

    That is safe, because a run or import killed at any instant loses nothing.
    """
    woken, waker = socket.socketpair()
    waker.setblocking(False)
    signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)

    def watch() -> None:
        while (number := woken.recv(1)) != bytes([signal.SIGINT]):
            if not number:
                return
        sleep(_GRACE_SECONDS)
        say("interrupted; what was finished before stays, and the same command goes on from there")
        os._exit(_INTERRUPTED)

    threading.Thread(target=watch, daemon=True).start()
    _KEPT.extend((woken, waker))


_KEPT: list[socket.socket] = []
