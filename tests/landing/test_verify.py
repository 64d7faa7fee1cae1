"""Every kind of tampering is found, and the message names the place."""

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.landing.manifest import entries
from pipelines.landing.verify import Problem, Report, verify
from pipelines.landing.writer import Kind, Landed

REQUESTS = Kind("MicrosoftGraphActivityLogs", "diagnostic")

Land = Callable[..., list[Landed]]
Forge = Callable[..., None]


def the_problem(landing: Path) -> Problem:
    (problem,) = verify(landing.parent).problems
    return problem


def test_nothing_landed_is_no_problem(tmp_path: Path) -> None:
    assert verify(tmp_path) == Report(0, 0, 0, 0, [], None)
    assert list(tmp_path.iterdir()) == []


def test_untouched_evidence_is_counted(landing: Path) -> None:
    report = verify(landing.parent)
    assert (report.entries, report.files, report.rows, report.bytes) == (4, 4, 8, 4 * len('{"number": 0}\n{}\n'))
    assert report.problems == []
    assert report.head is not None
    assert report.head._asdict() == orjson.loads((landing / "head.json").read_bytes())


def test_progress_counts_to_the_end(landing: Path) -> None:
    seen: list[tuple[int, int]] = []
    verify(landing.parent, progress=lambda done, total: seen.append((done, total)))
    total = sum(entry.compressed_bytes for entry in entries(landing.parent))
    assert len(seen) == 4
    assert seen == sorted(seen)
    assert seen[-1] == (total, total)


def test_changed_landed_file(landing: Path) -> None:
    entry = entries(landing.parent)[2]
    content = bytearray((landing / entry.file).read_bytes())
    content[-1] ^= 1
    (landing / entry.file).write_bytes(content)
    problem = the_problem(landing)
    assert (problem.kind, problem.where) == ("changed", entry.file)
    assert entry.file in problem.message
    assert verify(landing.parent).rows == 6


def test_missing_landed_file(landing: Path) -> None:
    entry = entries(landing.parent)[1]
    (landing / entry.file).unlink()
    problem = the_problem(landing)
    assert (problem.kind, problem.where) == ("missing", entry.file)
    assert "entry 1 says that it holds 2 lines" in problem.message
    assert verify(landing.parent).files == 3


@pytest.mark.parametrize("name", ["SigninLogs/csv/0123456789abcdef.ndjson.zst", "notes.txt", ".tmp2/x"])
def test_extra_file(landing: Path, name: str) -> None:
    (landing / name).parent.mkdir(parents=True, exist_ok=True)
    (landing / name).write_bytes(b"")
    assert the_problem(landing) == Problem(
        "extra", name, f"{name} is not in the manifest: left by an interrupted import, or its entry was removed"
    )


def test_link_to_a_folder_is_an_extra_file(landing: Path, tmp_path: Path) -> None:
    (landing / "elsewhere").symlink_to(tmp_path)
    assert (the_problem(landing).kind, the_problem(landing).where) == ("extra", "elsewhere")


@pytest.mark.parametrize("field", ["rows", "bytes", "compressed_bytes"])
def test_entry_that_counts_wrongly(landing: Path, forge: Forge, field: str) -> None:
    entry = entries(landing.parent)[1]
    forge(1, **{field: 99})
    problem = the_problem(landing)
    assert (problem.kind, problem.where) == ("content", entry.file)
    assert "entry 1" in problem.message


@pytest.mark.parametrize("damage", ["no frame", "cut off", "more after the end"])
def test_file_that_cannot_be_decompressed(landing: Path, forge: Forge, damage: str) -> None:
    entry = entries(landing.parent)[1]
    good = (landing / entry.file).read_bytes()
    bad = {"no frame": b"no frame", "cut off": good[:-3], "more after the end": good + good}[damage]
    (landing / entry.file).write_bytes(bad)
    forge(1, sha256=hashlib.sha256(bad).hexdigest(), compressed_bytes=len(bad))
    problem = the_problem(landing)
    assert (problem.kind, problem.where) == ("unreadable", entry.file)
    assert "cannot be decompressed" in problem.message


def test_landed_file_that_is_a_link_to_outside(landing: Path) -> None:
    entry = entries(landing.parent)[1]
    (landing / entry.file).rename(landing.parent / "moved")
    (landing / entry.file).symlink_to(landing.parent / "moved")
    problem = the_problem(landing)
    assert (problem.kind, problem.where) == ("outside", entry.file)


def test_landed_file_that_is_a_folder(landing: Path) -> None:
    entry = entries(landing.parent)[1]
    (landing / entry.file).unlink()
    (landing / entry.file).mkdir()
    problem = the_problem(landing)
    assert (problem.kind, problem.where) == ("unreadable", entry.file)


def test_file_much_larger_than_a_piece_is_whole(land: Land, data_folder: Path) -> None:
    lines = [os.urandom(3_000_000).replace(b"\n", b""), b"0" * 5_000_000]
    land(Kind("unreadable", "", reason="too_long"), *lines)
    report = verify(data_folder)
    assert report.problems == []
    assert report.bytes == sum(map(len, lines)) + 2


@given(data=st.data(), bit=st.integers(0, 7))
def test_any_flipped_bit_is_found(evidence: Path, data: st.DataObject, bit: int) -> None:
    files = sorted(
        path for path in (evidence / "landing").rglob("*") if path.name.endswith((".zst", ".ndjson", ".json"))
    )
    assert len(files) == 8
    path = data.draw(st.sampled_from(files))
    content = path.read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    try:
        path.write_bytes(content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :])
        assert verify(evidence).problems != []
    finally:
        path.write_bytes(content)


def test_evidence_can_be_verified_elsewhere(landing: Path, tmp_path: Path) -> None:
    shutil.copytree(landing, tmp_path / "copy/landing")
    (tmp_path / "copy/landing/lock").unlink()
    assert verify(tmp_path / "copy") == verify(landing.parent)
