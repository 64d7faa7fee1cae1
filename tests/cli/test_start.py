import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

import pipelines
from tests.cli.conftest import COMMAND, Whoseagent

Process = Callable[..., "subprocess.Popen[bytes]"]

VERBS = ["demo", "import", "collect", "doctor", "run", "sql", "findings", "agents", "verify", "dictionary"]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example(whoseagent: Whoseagent, verb: str) -> None:
    ended = whoseagent(verb, "--help")
    assert (ended.code, ended.err) == (0, "")
    assert "Example: whoseagent" in ended.out
    assert verb in whoseagent("--help").out


def test_help_loads_nothing_slow() -> None:
    program = "import sys; from pipelines.cli.start import run; run(['import', '--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {"duckdb", "dagster", "polars", "pyarrow", "sqlglot"}


def test_version(whoseagent: Whoseagent) -> None:
    assert whoseagent("--version").out == f"whoseagent {pipelines.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope"], "nope"),
        (["verify", "--nope"], "--nope"),
        (["--config", "missing.toml", "verify"], "missing.toml is not there"),
        (["import"], "PATH"),
        (["import", "x", "--tenant", "contoso"], "--tenant"),
        (["run", "--from", "2026-02-30"], "--from takes a day such as 2026-03-02"),
        (["run", "--from", "2026-03-02", "--to", "2026-03-01"], "earlier day first"),
        (["verify", "--head", "abc"], "64 hex digits"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(whoseagent: Whoseagent, arguments: list[str], message: str) -> None:
    ended = whoseagent(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert len(ended.err.splitlines()) == 1


def test_no_traceback_unless_debug(process: Process) -> None:
    out, err = process("sql", "selec 1").communicate()
    assert (out, len(err.splitlines())) == (b"", 1)
    _, err = process("--debug", "sql", "selec 1").communicate()
    assert b"Traceback" in err


@pytest.mark.usefixtures("published")
def test_a_closed_pipe_ends_quietly(process: Process) -> None:
    running = process("sql", "select range, repeat('x', 100) from range(1000000)", "--format", "csv")
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.readline()
    running.stdout.close()
    assert running.stderr.read() == b""
    running.stderr.close()
    assert running.wait() == 1


@pytest.mark.usefixtures("published")
def test_ctrl_c_stops_a_question_with_one_line_and_130(process: Process) -> None:
    rows = "select range from range(30000)"
    endless = f"{rows} union all select a.range from range(100000000000) a where a.range < 0"
    running = process("sql", endless, "--format", "csv")
    assert running.stdout is not None
    running.stdout.readline()
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=20)
    assert running.returncode == 130
    assert err.startswith(b"whoseagent: interrupted")
    assert len(err.splitlines()) == 1


def test_the_command_of_the_tests_is_the_installed_one() -> None:
    assert "pipelines.cli" in COMMAND[-1]
