"""A manifest or head.json that was tampered with is found, and the message names the entry."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.landing.manifest import entries
from pipelines.landing.verify import Problem, verify
from pipelines.landing.writer import Kind, Landed

REQUESTS = Kind("MicrosoftGraphActivityLogs", "diagnostic")

Land = Callable[..., list[Landed]]
Forge = Callable[..., None]


def the_problem(landing: Path) -> Problem:
    (problem,) = verify(landing.parent).problems
    return problem


def manifest_lines(landing: Path) -> list[bytes]:
    return (landing / "manifest.ndjson").read_bytes().splitlines(keepends=True)


def test_changed_entry(landing: Path) -> None:
    lines = manifest_lines(landing)
    lines[1] = lines[1].replace(b"export", b"exp0rt")
    (landing / "manifest.ndjson").write_bytes(b"".join(lines))
    problem = the_problem(landing)
    assert (problem.kind, problem.where) == ("chain", "manifest.ndjson entry 2")
    assert "entry 2 does not continue entry 1" in problem.message


def test_changed_last_entry(landing: Path) -> None:
    lines = manifest_lines(landing)
    lines[3] = lines[3].replace(b"export", b"exp0rt")
    (landing / "manifest.ndjson").write_bytes(b"".join(lines))
    problem = the_problem(landing)
    assert (problem.kind, problem.where) == ("head", "head.json")
    assert "does not fit entry 3" in problem.message


@pytest.mark.parametrize("replacement", [b"\n", b"null\n", b"\xff\n", b'{"version":2}\n'])
def test_entry_that_is_none(landing: Path, replacement: bytes) -> None:
    lines = manifest_lines(landing)
    file = entries(landing.parent)[1].file
    lines[1] = replacement
    (landing / "manifest.ndjson").write_bytes(b"".join(lines))
    problems = verify(landing.parent).problems
    assert [(problem.kind, problem.where) for problem in problems] == [
        ("entry", "manifest.ndjson entry 1"),
        ("chain", "manifest.ndjson entry 2"),
        ("extra", file),
    ]


def test_entry_of_an_unknown_version(landing: Path) -> None:
    lines = manifest_lines(landing)
    lines[3] = lines[3].replace(b'"version":1', b'"version":2')
    (landing / "manifest.ndjson").write_bytes(b"".join(lines))
    assert any("entry 3 is of a version" in problem.message for problem in verify(landing.parent).problems)


def test_reordered_entries(landing: Path) -> None:
    lines = manifest_lines(landing)
    (landing / "manifest.ndjson").write_bytes(b"".join([lines[0], lines[2], lines[1], lines[3]]))
    messages = [problem.message for problem in verify(landing.parent).problems]
    assert any("entry 2 stands where entry 1 should be" in message for message in messages)


def test_entry_removed_in_the_middle(landing: Path) -> None:
    lines = manifest_lines(landing)
    (landing / "manifest.ndjson").write_bytes(b"".join([lines[0], *lines[2:]]))
    messages = [problem.message for problem in verify(landing.parent).problems]
    assert any("entry 2 stands where entry 1 should be: an entry was removed" in message for message in messages)


def test_first_entry_removed(landing: Path) -> None:
    (landing / "manifest.ndjson").write_bytes(b"".join(manifest_lines(landing)[1:]))
    messages = [problem.message for problem in verify(landing.parent).problems]
    assert any("entry 1 stands where entry 0 should be" in message for message in messages)


def test_entries_removed_at_the_end(landing: Path) -> None:
    removed = entries(landing.parent)[2:]
    for entry in removed:
        (landing / entry.file).unlink()
    (landing / "manifest.ndjson").write_bytes(b"".join(manifest_lines(landing)[:2]))
    problem = the_problem(landing)
    assert (problem.kind, problem.where) == ("head", "head.json")
    assert "entries were removed from the end, from entry 2 on" in problem.message


def test_manifest_removed(landing: Path) -> None:
    (landing / "manifest.ndjson").unlink()
    assert [problem.kind for problem in verify(landing.parent).problems] == ["head", "extra", "extra", "extra", "extra"]


def test_missing_head(landing: Path) -> None:
    (landing / "head.json").unlink()
    problem = the_problem(landing)
    assert (problem.kind, problem.where) == ("head", "head.json")
    assert "head.json is missing" in problem.message


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"entries": 4, "sha256": null}',
        b'{"entries": 4, "sha256": "00"}',
        b'{"entries": 2, "sha256": "00"}',
        b'{"entries": 0, "sha256": "00"}',
        b'{"entries": -1, "sha256": "00"}',
    ],
)
def test_replaced_head(landing: Path, content: bytes) -> None:
    (landing / "head.json").write_bytes(content)
    assert (the_problem(landing).kind, the_problem(landing).where) == ("head", "head.json")


def test_torn_tail(landing: Path) -> None:
    with (landing / "manifest.ndjson").open("ab") as manifest:
        manifest.write(b'{"bytes": 1')
    assert (the_problem(landing).kind, the_problem(landing).where) == ("torn", "manifest.ndjson")


@pytest.mark.parametrize(
    "file", ["../secret", "/etc/passwd", "a/../../../b/0123456789abcdef.zst", "manifest.ndjson", ""]
)
def test_entry_that_points_outside(landing: Path, forge: Forge, file: str) -> None:
    (landing.parent / "secret").write_bytes(b"")
    forge(1, file=file)
    outside, extra = verify(landing.parent).problems
    assert (outside.kind, outside.where) == ("outside", "manifest.ndjson entry 1")
    assert "points outside landing/" in outside.message
    assert extra.kind == "extra"


@given(order=st.permutations(range(6)), count=st.integers(0, 6))
def test_any_other_order_or_number_of_entries_is_found(evidence: Path, order: list[int], count: int) -> None:
    manifest = evidence / "landing/manifest.ndjson"
    content = manifest.read_bytes()
    lines = content.splitlines(keepends=True)
    changed = b"".join(lines[number] for number in order[:count])
    try:
        manifest.write_bytes(changed)
        assert (verify(evidence).problems == []) == (changed == content)
    finally:
        manifest.write_bytes(content)
