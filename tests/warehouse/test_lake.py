"""The lake: private, atomic, and a ledger that survives a crash."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.durable import place_file
from pipelines.warehouse.lake import UNDATED, Lake, Ledger, Parsed

PARSED = Parsed("SigninLogs/a.ndjson.zst", "p1", "sign_in_records", 3, {"2026-03-02": 2, UNDATED: 1}, {"error_code": 1})


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "data")


def record(lake: Lake, parsed: Parsed) -> None:
    """Enters a landed file as staging does, its Parquet files first."""
    for day in parsed.days:
        with lake.writing() as scratch:
            scratch.touch()
            place_file(scratch, lake.partition(parsed.model, day, parsed.file_name(day)))
    lake.record(parsed)


def test_only_a_day_becomes_a_folder(lake: Lake) -> None:
    assert lake.partition("m", "2026-03-02", "f.parquet") == lake.folder / "m" / "day=2026-03-02" / "f.parquet"
    assert lake.partition("m", UNDATED, "f.parquet").parent.name == "day=undated"
    for day in ("../x", "2026-13-01", ""):
        with pytest.raises(ValueError, match=r"isoformat|month"):
            lake.partition("m", day, "f.parquet")


def test_finished_file_is_placed_and_nothing_is_left_over(lake: Lake) -> None:
    target = lake.partition("m", "2026-03-02", "f.parquet")
    with lake.writing() as scratch:
        scratch.write_bytes(b"whole")
        place_file(scratch, target)
    assert target.read_bytes() == b"whole"
    assert lake.discard_leftovers() == 0


def test_unfinished_file_is_gone_when_writing_fails(lake: Lake) -> None:
    with pytest.raises(OSError, match="disk full"), lake.writing() as scratch:  # noqa: PT012
        scratch.write_bytes(b"half")
        raise OSError("disk full")
    assert lake.discard_leftovers() == 0


def test_leftovers_of_a_killed_run_are_removed(lake: Lake) -> None:
    with lake.writing() as scratch:
        scratch.with_name("killed.parquet").write_bytes(b"half")
    assert lake.discard_leftovers() == 1
    assert lake.discard_leftovers() == 0


def test_lake_is_its_owners_alone(lake: Lake) -> None:
    record(lake, PARSED)
    assert {path.stat().st_mode & 0o077 for path in [lake.folder.parent, lake.folder, *lake.folder.rglob("*")]} == {0}


def test_ledger_gives_back_what_was_recorded(lake: Lake) -> None:
    record(lake, PARSED)
    assert lake.ledger().has(PARSED.landed_file, "p1")
    assert not lake.ledger().has(PARSED.landed_file, "p2")
    assert list(lake.ledger().entries.values()) == [PARSED]


@pytest.mark.parametrize("kept", [0.3, 0.99])
def test_line_torn_by_a_crash_is_no_entry_and_harms_no_other(lake: Lake, kept: float) -> None:
    record(lake, PARSED)
    ledger = lake.folder / "ledger.ndjson"
    whole = ledger.read_bytes()
    ledger.write_bytes(whole + whole[: int(len(whole) * kept)].replace(b"/a.", b"/torn."))
    assert list(lake.ledger().entries.values()) == [PARSED]
    later = replace(PARSED, landed_file="SigninLogs/b.ndjson.zst")
    record(lake, later)
    assert list(lake.ledger().entries.values()) == [PARSED, later]


def test_entry_whose_file_is_gone_is_none(lake: Lake) -> None:
    record(lake, PARSED)
    lake.partition(PARSED.model, UNDATED, PARSED.file_name(UNDATED)).unlink()
    assert not lake.ledger().has(PARSED.landed_file, "p1")


def test_files_of_equal_name_in_different_folders_or_on_different_days_do_not_collide() -> None:
    others = [replace(PARSED, landed_file="AuditLogs/a.ndjson.zst"), replace(PARSED, parser="p2")]
    days = ("2026-03-02", UNDATED)
    assert len({parsed.file_name(day) for parsed in [PARSED, *others] for day in days}) == 6


def test_current_entries_are_those_of_the_present_queries() -> None:
    newer = replace(PARSED, parser="p2")
    ledger = Ledger([PARSED, newer])
    assert ledger.current({"sign_in_records": "p2"}) == [newer]
    assert ledger.current({"another": "p1"}) == []


def test_content_of_a_day_does_not_depend_on_the_order_of_parsing() -> None:
    entries = [replace(PARSED, landed_file=name) for name in ("a", "b", "c")]
    days = Ledger.files_by_day(entries, "sign_in_records")
    assert days == Ledger.files_by_day(entries[::-1], "sign_in_records")
    assert days == {day: sorted(entry.file_name(day) for entry in entries) for day in ("2026-03-02", UNDATED)}
    assert Ledger.files_by_day(entries, "another") == {}
