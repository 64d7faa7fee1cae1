"""Running the command, in this process or, where it matters, in one of its own."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from pipelines.cli.start import run

COMMAND = [sys.executable, "-c", "from pipelines.cli import main; main()"]


class Ended(NamedTuple):
    code: int
    out: str
    err: str


Whoseagent = Callable[..., Ended]


@pytest.fixture
def whoseagent(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Whoseagent:
    """Runs the command in this process, in a folder without settings; data folder `data` unless told."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WHOSEAGENT_DATA", raising=False)

    def call(*arguments: object) -> Ended:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return call


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """The data folder with a published table of hostile values, made without the pipeline."""
    data = tmp_path / "data"
    (data / "lake").mkdir(parents=True)
    with duckdb.connect(str(data / "warehouse.duckdb")) as connection:
        connection.execute("create table apps (name varchar, requests bigint, note varchar)")
        connection.execute(
            "insert into apps values ($1, 3, '-5'), ('=cmd|calc', -4, null), ('[bold]App[/bold]', 5, '@SUM(A1)')",
            ["\x1b[31mRed\x1b]0;owned\x07\r\n\u202eevil"],
        )
    return data


@pytest.fixture
def process(tmp_path: Path) -> Callable[..., "subprocess.Popen[bytes]"]:
    """Starts the command in a process of its own."""

    def start(*arguments: object) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [*COMMAND, *map(str, arguments)], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": ""},
        )  # fmt: skip

    return start
