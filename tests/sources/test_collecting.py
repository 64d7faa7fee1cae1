"""Slices land whole or not at all, and a cursor is kept only for what has landed."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from pipelines.compression import zstd
from pipelines.landing.cursors import CollectorBusyError, CursorFile
from pipelines.landing.manifest import Source, entries
from pipelines.probes import Probe
from pipelines.sources.collecting import Collected, collect
from pipelines.sources.items import BadLine, Item, Record
from pipelines.sources.slices import CollectError, Cursor, Cursors, Period, Remark, Slice

KEYS = ("SigninLogs", "AuditLogs")


def record(number: int, **more: Any) -> Record:
    fields = {"Type": "AuditLogs", "Id": str(number), "InitiatedBy": {}, "ActivityDisplayName": "Add user", **more}
    return Record(orjson.dumps(fields), fields)


class Counting:
    """Pulls the numbers of each key from its cursor on, three to a slice; `breaks` names the number that fails."""

    name = "counting/one"
    tenant_id = "8a6f1f0e-0000-4000-8000-000000000001"

    def __init__(self, last: int = 9, breaks: tuple[str, int] | None = None, dies_at: str = "") -> None:
        self.last = last
        self.breaks = breaks
        self.dies_at = dies_at
        self.failures: list[Remark] = []
        self.notes: list[Remark] = []

    def plan(self, cursors: Cursors, period: Period | None) -> list[str]:
        raise NotImplementedError

    def check(self) -> Iterator[Probe]:
        raise NotImplementedError

    def slices(self, cursors: Cursors, period: Period | None) -> Iterator[Slice]:
        del period
        for key in KEYS:
            done = cursors.get(key) or {"next": 0}
            for first in range(done["next"], self.last, 3):
                yield Slice(
                    Source("counting", key, self.tenant_id),
                    key,
                    self._records(key, first),
                    lambda key=key, first=first: self._cursors(key, first),  # type: ignore[misc]
                )

    def _records(self, key: str, first: int) -> Iterator[Item]:
        for number in range(first, min(first + 3, self.last)):
            if (key, number) == self.breaks:
                raise CollectError(f"{key} broke at {number}")
            yield record(number, Category=key)

    def _cursors(self, key: str, first: int) -> Mapping[str, Cursor]:
        if key == self.dies_at:
            os._exit(9)
        return {key: {"next": min(first + 3, self.last)}}


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def landed(data_folder: Path) -> Counter[tuple[str, int]]:
    found: Counter[tuple[str, int]] = Counter()
    for entry in entries(data_folder):
        for line in zstd.decompress((data_folder / "landing" / entry.file).read_bytes()).splitlines():
            fields = orjson.loads(line)
            found[fields["Category"], int(fields["Id"])] += 1
    return found


def whole(last: int = 9) -> Counter[tuple[str, int]]:
    return Counter((key, number) for key in KEYS for number in range(last))


def test_everything_lands_once_and_the_next_call_goes_on_from_there(data_folder: Path) -> None:
    first = collect(data_folder, Counting(7))
    assert (landed(data_folder), first.slices) == (whole(7), 6)
    assert first.lines == {("AuditLogs", "log_analytics"): 14}
    again = collect(data_folder, Counting(7))
    assert (again.slices, again.lines, again.known) == (0, {}, 0)
    collect(data_folder, Counting(12))
    assert landed(data_folder) == whole(12)


def test_failing_slice_lands_nothing_and_no_later_one_leaps_over_it(data_folder: Path) -> None:
    result = collect(data_folder, Counting(breaks=("SigninLogs", 4)))
    assert result.failures == [Remark("SigninLogs", "SigninLogs broke at 4")]
    assert landed(data_folder) == whole() - Counter({("SigninLogs", number): 1 for number in range(3, 9)})
    assert CursorFile(data_folder, Counting.name).read().get("SigninLogs") == {"next": 3}
    assert collect(data_folder, Counting()).failures == []
    assert landed(data_folder) == whole()


@pytest.mark.parametrize("dies_at", KEYS)
def test_kill_between_landing_and_cursor_pulls_the_slice_again_and_it_is_known(data_folder: Path, dies_at: str) -> None:
    code = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from test_collecting import Counting
from pipelines.sources.collecting import collect
collect(Path({str(data_folder)!r}), Counting(dies_at={dies_at!r}))
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    before = landed(data_folder)
    assert before[dies_at, 2] == 1
    result = collect(data_folder, Counting())
    assert result.known == 3
    assert landed(data_folder) == whole()


def test_source_that_fails_as_a_whole_is_one_failure(data_folder: Path) -> None:
    class Refused(Counting):
        def slices(self, cursors: Cursors, period: Period | None) -> Iterator[Slice]:
            yield from list(super().slices(cursors, period))[:1]
            raise CollectError("no permission")

    result = collect(data_folder, Refused())
    assert (result.slices, result.failures) == (1, [Remark("counting/one", "no permission")])


def test_fault_of_ours_lands_nothing_of_its_slice(data_folder: Path) -> None:
    class Faulty(Counting):
        def _records(self, key: str, first: int) -> Iterator[Item]:  # noqa: ARG002
            yield record(0)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        collect(data_folder, Faulty())
    assert entries(data_folder) == []
    assert CursorFile(data_folder, Counting.name).read().get("SigninLogs") is None


def test_what_is_no_record_lands_too_and_is_counted(data_folder: Path) -> None:
    class Odd(Counting):
        def _records(self, key: str, first: int) -> Iterator[Item]:  # noqa: ARG002
            yield BadLine(b"{", "truncated")
            yield record(0, NeverSeen=1)
            yield Record(b'{"a":1}', {"a": 1})
            yield Record(b"", {"id": "1", "appId": "2", "passwordCredentials": [{"secretText": "geheim"}]})

    odd = Odd(1)
    odd.notes.append(Remark("x", "worth saying"))
    result = collect(data_folder, odd)
    assert result.bad_lines == {"truncated": 1}
    assert result.unknown_fields["NeverSeen"] == 1
    assert result.looks_like == {"record with fields a": 1}
    assert result.secrets == 2
    assert result.known == 4  # the other key gave the same
    assert result.notes == [Remark("x", "worth saying")]
    assert b"geheim" not in b"".join(
        zstd.decompress((data_folder / "landing" / entry.file).read_bytes()) for entry in entries(data_folder)
    )


def test_progress_names_each_slice_before_it_is_pulled(data_folder: Path) -> None:
    said: list[tuple[str, int]] = []

    def on_slice(key: str, collected: Collected) -> None:
        said.append((key, collected.lines.total()))

    collect(data_folder, Counting(4), on_slice=on_slice)
    assert said == [("SigninLogs", 0), ("SigninLogs", 3), ("AuditLogs", 4), ("AuditLogs", 7), ("", 8)]


def test_two_at_once_are_refused_and_nothing_lands_twice(data_folder: Path) -> None:
    with CursorFile(data_folder, Counting.name).opened(), pytest.raises(CollectorBusyError, match="counting/one"):
        collect(data_folder, Counting())
    assert entries(data_folder) == []
