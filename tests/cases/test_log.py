"""Many write at once, are killed, and lose nothing that was acknowledged; who changes the log is found out."""

import signal
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.cases.entry import CaseError
from pipelines.cases.events import Commented, What
from pipelines.cases.log import CaseLog, read_entries
from pipelines.cases.state import Cases
from pipelines.cases.verify import verify_cases
from tests.cases.conftest import Python, opened

WRITES_ALWAYS = """
import pathlib, sys
from pipelines.cases.events import Commented
from pipelines.cases.log import CaseLog
log = CaseLog(pathlib.Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    (entry,) = log.write("writer", lambda cases, now: [Commented(finding_id="f", comment=f"{number} " + "x" * 3000)])
    print(entry.event_id, flush=True)
"""


def comment(log: CaseLog, text: str = "x") -> None:
    log.write("kim", lambda _, __: [Commented(finding_id="f", comment=text)])


def events(data: Path) -> Path:
    return data / "cases" / "events.ndjson"


def kinds(data: Path) -> list[str]:
    return [problem.kind for problem in verify_cases(data).problems]


def test_events_are_numbered_and_chained_and_their_owners_alone(log: CaseLog, tmp_path: Path) -> None:
    comment(log)
    CaseLog(tmp_path / "data").write("lee", lambda _, __: [opened("f"), opened("g")])
    comment(log)
    assert [entry.seq for entry in read_entries(tmp_path / "data")] == [0, 1, 2, 3]
    assert [entry.seq for entry in read_entries(tmp_path / "data", after=1)] == [2, 3]
    assert verify_cases(tmp_path / "data").problems == []
    for path in (tmp_path / "data" / "cases", events(tmp_path / "data")):
        assert path.stat().st_mode & 0o077 == 0


def test_two_hundred_writes_of_several_processes_with_kills(python: Python, tmp_path: Path) -> None:
    """Each writer but the last is killed after some acknowledgements, wherever in its next write it is then."""
    data = tmp_path / "data"
    writers = [python(WRITES_ALWAYS, data, 1000) for _ in range(4)]
    last = python(WRITES_ALWAYS, data, 60)
    acknowledged = []
    for number, writer in enumerate(writers):
        assert writer.stdout is not None
        acknowledged += [writer.stdout.readline().decode().strip() for _ in range(30 + 7 * number)]
        writer.send_signal(signal.SIGKILL)
        acknowledged += writer.stdout.read().decode().split("\n")[:-1]
        assert writer.wait() == -signal.SIGKILL
        writer.stdout.close()
    acknowledged += last.communicate()[0].decode().split()
    assert last.returncode == 0
    assert len(acknowledged) >= 200
    comment(CaseLog(data))  # mends what the killed left
    assert verify_cases(data).problems == []
    written = [entry.event_id for entry in read_entries(data)]
    assert set(acknowledged) <= set(written)
    assert len(set(written)) == len(written)


def test_a_torn_last_line_is_mended_by_the_next_writer(log: CaseLog, tmp_path: Path) -> None:
    comment(log, "acknowledged")
    whole = events(tmp_path / "data").read_bytes()
    with events(tmp_path / "data").open("ab") as file:
        file.write(b'{"version":1,"seq":1,"ev')
    assert kinds(tmp_path / "data") == ["torn"]
    assert len(list(read_entries(tmp_path / "data"))) == 1
    comment(CaseLog(tmp_path / "data"), "later")
    assert kinds(tmp_path / "data") == []
    assert events(tmp_path / "data").read_bytes().startswith(whole)


def test_a_head_left_behind_by_a_kill_is_brought_up_to_date(log: CaseLog, tmp_path: Path) -> None:
    head = tmp_path / "data" / "cases" / "head.json"
    comment(log)
    before = head.read_bytes()
    comment(log)
    head.write_bytes(before)
    assert kinds(tmp_path / "data") == ["head"]
    comment(CaseLog(tmp_path / "data"))
    assert kinds(tmp_path / "data") == []


@pytest.mark.parametrize(
    ("damage", "kind"),
    [("last removed", "head"), ("first removed", "chain"), ("changed", "chain"), ("head removed", "head")],
)
def test_who_changes_the_log_is_found_out_and_nothing_is_written_over_it(
    log: CaseLog, tmp_path: Path, damage: str, kind: str
) -> None:
    for text in ("one", "two", "three"):
        comment(log, text)
    data = tmp_path / "data"
    lines = events(data).read_bytes().splitlines(keepends=True)
    match damage:
        case "last removed":
            events(data).write_bytes(b"".join(lines[:-1]))
        case "first removed":
            events(data).write_bytes(b"".join(lines[1:]))
        case "changed":
            events(data).write_bytes(b"".join([lines[0], lines[1].replace(b"two", b"owt"), lines[2]]))
        case _:
            (data / "cases" / "head.json").unlink()
    assert kind in kinds(data)
    assert any("cases/" in problem.message for problem in verify_cases(data).problems)
    with pytest.raises(CaseError, match="whoseagent verify"):
        comment(CaseLog(data))


def test_what_is_decided_knows_all_that_was_written(log: CaseLog, tmp_path: Path) -> None:
    log.write("kim", lambda _, __: [opened("f")])

    def only_if_it_is_there(cases: Cases, _: datetime) -> Iterable[What]:
        return [Commented(finding_id=name, comment="seen") for name in ("f", "g") if name in cases.findings]

    assert len(CaseLog(tmp_path / "data").write("lee", only_if_it_is_there)) == 1


def test_nothing_is_written_when_one_of_the_events_cannot_be(log: CaseLog, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="100,000 characters"):
        log.write("kim", lambda _, __: (Commented(finding_id="f", comment=text) for text in ("x", "x" * 100_000)))
    assert list(read_entries(tmp_path / "data")) == []


def test_there_is_no_log_yet(tmp_path: Path) -> None:
    assert list(read_entries(tmp_path)) == []
    assert verify_cases(tmp_path).problems == []
    assert not (tmp_path / "cases").exists()
