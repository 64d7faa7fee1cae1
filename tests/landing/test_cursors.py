"""How far a collector has pulled, kept in a file that may be torn at any byte."""

import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from pipelines.landing.cursors import CollectorBusyError, CursorFile
from pipelines.landing.verify import verify

NAME = "storage/contosologs"


def kept(data_folder: Path, *keys: str) -> list[Any]:
    cursors = CursorFile(data_folder, NAME).read()
    return [cursors.get(key) for key in keys]


def keep(data_folder: Path, *puts: dict[str, dict[str, Any]]) -> None:
    with CursorFile(data_folder, NAME).opened() as cursors:
        for put in puts:
            cursors.put(put)


def test_last_cursor_of_a_key_counts(data_folder: Path) -> None:
    keep(data_folder, {"a": {"offset": 1}, "b": {"offset": 1}}, {"a": {"offset": 2}})
    keep(data_folder, {"b": {"offset": 3}})
    assert kept(data_folder, "a", "b", "c") == [{"offset": 2}, {"offset": 3}, None]


def test_cursor_is_seen_by_the_one_who_keeps_it_at_once(data_folder: Path) -> None:
    with CursorFile(data_folder, NAME).opened() as cursors:
        cursors.put({"a": {"offset": 1}})
        assert cursors.get("a") == {"offset": 1}


def test_collectors_do_not_see_each_other(data_folder: Path) -> None:
    keep(data_folder, {"a": {}})
    assert CursorFile(data_folder, "storage/other").read().get("a") is None


def test_torn_line_is_passed_over_and_the_next_stands_on_its_own(data_folder: Path) -> None:
    keep(data_folder, {"a": {"offset": 1}}, {"a": {"offset": 2}})
    path = CursorFile(data_folder, NAME).path
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        keep(data_folder, {"b": {"offset": 9}})
        first_line = whole.index(b"\n") + 1
        expected = None if length < first_line - 1 else {"offset": 1 if length < len(whole) - 1 else 2}
        assert kept(data_folder, "a", "b") == [expected, {"offset": 9}], length


def test_line_that_is_none_of_ours_hides_no_other(data_folder: Path) -> None:
    keep(data_folder, {"a": {"offset": 1}})
    path = CursorFile(data_folder, NAME).path
    path.write_bytes(path.read_bytes() + b'\0\0\0\n[]\n{"key":"a"}\n{"key":["a"],"cursor":{}}\n\xff\n')
    keep(data_folder, {"b": {"offset": 1}})
    assert kept(data_folder, "a", "b") == [{"offset": 1}, {"offset": 1}]


def test_file_that_has_grown_far_beyond_its_keys_is_compacted(data_folder: Path) -> None:
    path = CursorFile(data_folder, NAME).path
    keep(data_folder, {"a": {"offset": 0}})
    path.write_bytes(b"".join(b'{"key":"a","cursor":{"offset":%d}}\n' % number for number in range(1100)))
    keep(data_folder)
    assert path.read_bytes() == b'{"key":"a","cursor":{"offset":1099}}\n'
    keep(data_folder, {"a": {"offset": 1100}})
    assert kept(data_folder, "a") == [{"offset": 1100}]
    assert sorted(found.name for found in path.parent.iterdir()) == ["contosologs.lock", "contosologs.ndjson"]


def test_compaction_that_was_killed_is_made_anew(data_folder: Path) -> None:
    keep(data_folder, {"a": {"offset": 1}})
    path = CursorFile(data_folder, NAME).path
    path.with_suffix(".new").write_bytes(b'{"key":"a","cursor":{"off')
    path.write_bytes(path.read_bytes() + b"torn")
    keep(data_folder)
    assert kept(data_folder, "a") == [{"offset": 1}]


def test_only_the_owner_may_look(data_folder: Path) -> None:
    keep(data_folder, {"a": {}})
    path = CursorFile(data_folder, NAME).path
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    path.write_bytes(b"torn")
    keep(data_folder, {"a": {}})
    assert path.stat().st_mode & 0o777 == 0o600


def _hold(data_folder: Path, held: Any, release: Any) -> None:
    with CursorFile(data_folder, NAME).opened():
        held.set()
        release.wait()


def test_second_process_is_told_that_the_first_is_at_work(data_folder: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held, release = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(data_folder, held, release))
    other.start()
    try:
        assert held.wait(60)
        with (
            pytest.raises(CollectorBusyError, match="storage/contosologs is being collected by another process"),
            CursorFile(data_folder, NAME).opened(),
        ):
            pytest.fail("two have it")
        assert kept(data_folder, "a") == [None]  # looking is always possible
    finally:
        release.set()
        other.join()
    keep(data_folder, {"a": {}})


def test_nothing_is_kept_unless_opened(data_folder: Path) -> None:
    with pytest.raises(ValueError, match="within `opened` only"):
        CursorFile(data_folder, NAME).put({"a": {}})


@pytest.mark.parametrize("name", ["../up", "storage/../up", "/etc/x", "", "storage//a", ".hidden", "a\n", "a/"])
def test_name_that_leaves_the_folder_is_refused(data_folder: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name of a collector"):
        CursorFile(data_folder, name)


def test_cursors_are_no_evidence(data_folder: Path) -> None:
    keep(data_folder, {"a": {}})
    assert verify(data_folder).problems == []
