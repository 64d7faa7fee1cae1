"""Killed, interrupted or out of disk at any moment: what has landed stays whole, and landing again completes it."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipelines.landing.manifest import ManifestError, entries
from pipelines.landing.verify import verify
from pipelines.landing.writer import Kind, Landed, Landing, Source

REQUESTS = Kind("MicrosoftGraphActivityLogs", "diagnostic")
SOURCE = Source("file", "export.ndjson")

Land = Callable[..., list[Landed]]


def python(code: str, *arguments: str | Path) -> subprocess.Popen[bytes]:
    """Another process that runs `code`."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], env=environment)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file can grow beyond `size` bytes, as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def landed_files(data_folder: Path) -> list[str]:
    landing = data_folder / "landing"
    return sorted(path.relative_to(landing).as_posix() for path in landing.rglob("*.zst"))


def test_exception_in_the_middle_leaves_nothing(data_folder: Path) -> None:
    def land_until_it_fails() -> None:
        with Landing(data_folder, roll_bytes=4).batch(SOURCE) as batch:
            for number in range(10):
                batch.add(REQUESTS, b"%d" % number)
            assert list((data_folder / "landing/.tmp").rglob("*.zst")) != []
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        land_until_it_fails()
    assert landed_files(data_folder) == []
    assert list((data_folder / "landing/.tmp").iterdir()) == []
    assert verify(data_folder).problems == []
    assert entries(data_folder) == []


KILLED_IN_THE_MIDDLE = """
import os, pathlib, signal, sys
from pipelines.landing.writer import Kind, Landing, Source
with Landing(pathlib.Path(sys.argv[1]), roll_bytes=4).batch(Source("file", "x")) as batch:
    for number in range(10):
        batch.add(Kind("AuditLogs", "graph"), b"%d" % number * int(sys.argv[2]))
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("size", ["1", "3000000"])
def test_killed_import_is_cleared_away_by_the_next(land: Land, data_folder: Path, size: str) -> None:
    assert python(KILLED_IN_THE_MIDDLE, data_folder, size).wait() == -signal.SIGKILL
    assert landed_files(data_folder) != []  # the test is about these
    assert verify(data_folder).problems == []
    (landed,) = land(REQUESTS, b"{}")
    assert landed_files(data_folder) == [landed.entry.file]


KILLED_BEFORE_THE_ENTRY = """
import os, pathlib, signal, sys
from pipelines.landing.chain import Chain
from pipelines.landing.writer import Kind, Landing, Source
Chain.append = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
with Landing(pathlib.Path(sys.argv[1])).batch(Source("file", "x")) as batch:
    batch.add(Kind("AuditLogs", "graph"), b"killed")
"""


def test_file_of_a_killed_import_that_has_no_entry_goes_with_the_next(land: Land, data_folder: Path) -> None:
    land(REQUESTS, b"before")
    assert python(KILLED_BEFORE_THE_ENTRY, data_folder).wait() == -signal.SIGKILL
    assert len(landed_files(data_folder)) == 2
    assert [problem.kind for problem in verify(data_folder).problems] == ["extra"]
    land(REQUESTS, b"other bytes")
    assert verify(data_folder).problems == []
    assert landed_files(data_folder) == sorted(entry.file for entry in entries(data_folder))


def test_files_of_a_living_import_are_left_alone(land: Land, data_folder: Path) -> None:
    with Landing(data_folder).batch(SOURCE) as batch:
        batch.add(REQUESTS, b"slow")
        land(REQUESTS, b"quick")
    assert [entry.rows for entry in entries(data_folder)] == [1, 1]
    assert verify(data_folder).problems == []


def test_torn_last_line_is_no_entry_and_goes_with_the_next_append(land: Land, data_folder: Path) -> None:
    land(REQUESTS, b"1")
    manifest = data_folder / "landing/manifest.ndjson"
    whole = manifest.read_bytes()
    manifest.write_bytes(whole + b'{"bytes": 12, "compressed_by')
    assert len(entries(data_folder)) == 1
    land(REQUESTS, b"2")
    assert manifest.read_bytes().startswith(whole + b'{"bytes":2,')
    assert verify(data_folder).problems == []
    assert verify(data_folder).entries == 2


def test_file_without_an_entry_is_adopted_by_landing_it_again(land: Land, data_folder: Path) -> None:
    land(REQUESTS, b"1")
    landing = data_folder / "landing"
    manifest, head = (landing / "manifest.ndjson").read_bytes(), (landing / "head.json").read_bytes()
    (orphan,) = land(REQUESTS, b"2")
    (landing / "manifest.ndjson").write_bytes(manifest)  # as if killed between the rename and the append
    (landing / "head.json").write_bytes(head)
    assert [problem.kind for problem in verify(data_folder).problems] == ["extra"]
    (landed,) = land(REQUESTS, b"2")
    assert landed.is_new
    assert landed.entry.file == orphan.entry.file
    assert verify(data_folder).problems == []


def test_head_left_behind_is_brought_up_to_date(land: Land, data_folder: Path) -> None:
    head = data_folder / "landing/head.json"
    land(REQUESTS, b"1")
    before = head.read_bytes()
    land(REQUESTS, b"2")
    land(REQUESTS, b"3")
    head.write_bytes(before)  # as if killed between the append and the new head
    (problem,) = verify(data_folder).problems
    assert problem.kind == "head"
    assert "the next import brings it up to date" in problem.message
    land(REQUESTS, b"4")
    assert verify(data_folder).problems == []
    assert verify(data_folder).entries == 4


@pytest.mark.parametrize("damage", ["last entry removed", "head removed", "entry changed"])
def test_import_does_not_bury_tampering(land: Land, data_folder: Path, damage: str) -> None:
    for number in range(3):
        land(REQUESTS, b"%d" % number)
    landing = data_folder / "landing"
    lines = (landing / "manifest.ndjson").read_bytes().splitlines(keepends=True)
    if damage == "last entry removed":
        (landing / "manifest.ndjson").write_bytes(b"".join(lines[:-1]))
    elif damage == "head removed":
        (landing / "head.json").unlink()
    else:
        (landing / "manifest.ndjson").write_bytes(
            b"".join([lines[0], lines[1].replace(b"export", b"exp0rt"), lines[2]])
        )
    with pytest.raises(ManifestError, match="whoseagent verify"):
        land(REQUESTS, b"more")
    assert verify(data_folder).problems != []


@pytest.mark.parametrize("lines", [1, 100])
def test_full_disk_while_compressing_is_an_os_error_and_leaves_nothing(
    land: Land, data_folder: Path, lines: int
) -> None:
    land(REQUESTS, b"1")
    with pytest.raises(OSError, match="File too large"), largest_file(10_000):
        land(REQUESTS, *[os.urandom(50_000).replace(b"\n", b"")] * lines)
    assert list((data_folder / "landing/.tmp").iterdir()) == []
    assert verify(data_folder).problems == []
    assert verify(data_folder).entries == 1


def land_with_a_disk_that_is_full_for_a_while(data_folder: Path) -> None:
    line = os.urandom(2_000_000).replace(b"\n", b"")
    with Landing(data_folder).batch(SOURCE) as batch:
        with largest_file(10_000):
            for _ in range(3):
                batch.add(REQUESTS, line)
        for _ in range(3):
            batch.add(REQUESTS, line)


def test_disk_that_was_full_only_meanwhile_fails_the_batch(data_folder: Path) -> None:
    with pytest.raises(OSError, match="File too large"):
        land_with_a_disk_that_is_full_for_a_while(data_folder)
    assert landed_files(data_folder) == []
    assert entries(data_folder) == []


def test_full_disk_while_entering_leaves_the_manifest_whole(land: Land, data_folder: Path) -> None:
    manifest = data_folder / "landing/manifest.ndjson"
    for number in range(3):
        land(REQUESTS, b"%d" % number)
    before = manifest.read_bytes()
    with pytest.raises(OSError, match="File too large"), largest_file(len(before) + 100):
        land(REQUESTS, b"more")
    assert manifest.read_bytes() == before
    assert [problem.kind for problem in verify(data_folder).problems] == ["extra"]
    land(REQUESTS, b"more")
    assert verify(data_folder).problems == []


def test_folder_that_cannot_be_made_is_an_os_error(data_folder: Path, land: Land) -> None:
    data_folder.mkdir()
    (data_folder / "landing").write_text("in the way")
    with pytest.raises(OSError, match="landing"):
        land(REQUESTS, b"{}")


LANDS_MANY_BATCHES = """
import pathlib, sys
from pipelines.landing.writer import Kind, Landing, Source
landing = Landing(pathlib.Path(sys.argv[1]), roll_bytes=20)
for batch_number in range(8):
    with landing.batch(Source("file", sys.argv[2])) as batch:
        for number in range(8):
            batch.add(Kind("AuditLogs", "graph"), f"{sys.argv[2]} {batch_number} {number}".encode())
            batch.add(Kind("SigninLogs", "csv"), f"both {batch_number} {number}".encode())
"""


def test_verify_during_an_import_finds_no_problem(data_folder: Path) -> None:
    process = python(LANDS_MANY_BATCHES, data_folder, "import")
    while process.poll() is None:
        assert verify(data_folder).problems == []
    assert process.returncode == 0


def test_two_processes_at_once_leave_one_whole_chain(data_folder: Path) -> None:
    processes = [python(LANDS_MANY_BATCHES, data_folder, name) for name in ("first", "second")]
    assert [process.wait() for process in processes] == [0, 0]
    report = verify(data_folder)
    assert report.problems == []
    rows = {
        log: sum(entry.rows for entry in entries(data_folder) if entry.log == log)
        for log in ("AuditLogs", "SigninLogs")
    }
    assert rows == {"AuditLogs": 2 * 8 * 8, "SigninLogs": 8 * 8}  # what both landed is there once
    assert report.files == len(landed_files(data_folder)) == len(entries(data_folder))
