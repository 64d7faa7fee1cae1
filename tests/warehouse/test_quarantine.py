"""Lines that are no records are kept byte for byte, with their place and the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.warehouse import quarantine

if TYPE_CHECKING:
    from tests.warehouse.conftest import Folder


def kept(folder: Folder) -> list[tuple[Any, ...]]:
    """(line number, reason, length, line) of the quarantine, in order."""
    with duckdb.connect() as connection:
        return connection.execute(
            "select line_number, reason, line_bytes, line from read_parquet($files) order by landed_file, line_number",
            {"files": f"{folder.warehouse.lake.folder}/quarantine/*/*.parquet"},
        ).fetchall()


def test_lines_are_kept_byte_for_byte(folder: Folder) -> None:
    lines = [b"", b"{", b"\xff\xfe\x00 no UTF-8 \x80", b'{"a": 1}\r', "é".encode(), b"  ", b"'; drop table x; --"]
    folder.land_unreadable(*lines, reason="invalid_utf8")
    assert [parsed.rows for parsed in folder.warehouse.set_aside()] == [len(lines)]
    assert kept(folder) == [(number, "invalid_utf8", len(line), line) for number, line in enumerate(lines, start=1)]


def test_lines_are_set_aside_once(folder: Folder) -> None:
    folder.land_unreadable(b"{")
    assert len(folder.warehouse.set_aside()) == 1
    assert folder.warehouse.set_aside() == []
    folder.land_unreadable(b"[")
    assert len(folder.warehouse.set_aside()) == 1
    assert sorted(line for *_, line in kept(folder)) == [b"[", b"{"]


@pytest.mark.parametrize("length", [7, 8, 9, 15, 16, 17, 40])
def test_long_line_is_shown_up_to_the_limit_and_counted_whole(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    monkeypatch.setattr(quarantine, "SHOWN_BYTES", 8)
    folder.land_unreadable(b"before", b"x" * length, b"after")
    folder.warehouse.set_aside()
    long = (2, "invalid_json", length, b"x" * min(length, 8))
    assert kept(folder) == [(1, "invalid_json", 6, b"before"), long, (3, "invalid_json", 5, b"after")]


def test_many_lines(folder: Folder) -> None:
    lines = [b"%d" % number for number in range(2500)]
    folder.land_unreadable(*lines)
    folder.warehouse.set_aside()
    assert [line for *_, line in kept(folder)] == lines


def test_quarantine_is_published_with_its_file_and_source(folder: Folder) -> None:
    entry = folder.land_unreadable(b"\xff", reason="invalid_utf8")
    folder.warehouse.run()
    assert folder.ask("select landed_file, source_name, line_number, reason, line_bytes, line from quarantine") == [
        (entry.file, "broken.ndjson", 1, "invalid_utf8", 1, b"\xff")
    ]
    assert folder.ask("select landed, quarantined, typed, waiting, looks_like from landed_files") == [
        (1, 1, 0, 0, "invalid_utf8")
    ]


def test_quarantine_without_lines_has_its_columns(folder: Folder) -> None:
    folder.warehouse.run()
    columns = [row[0] for row in folder.ask("describe quarantine")]
    assert columns == list(quarantine.COLUMNS)
    assert folder.ask("from quarantine") == []
