import json
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import pytest

from pipelines.cli import demonstration, running
from pipelines.cli.accounts import Account
from pipelines.cli.demonstration import Made, Plan, differences, make, tell
from pipelines.cli.imports import Totals
from pipelines.cli.start import run
from pipelines.demo import Summary
from pipelines.demo.accuracy import Accuracy, measure
from pipelines.demo.answers import answers
from tests.cli.conftest import Whoseagent

if TYPE_CHECKING:
    from pipelines.defs.run import RunReport

SMALL = ("demo", "--days", "1", "--scale", "0.2", "--keep", "export")
WAREHOUSE = Path("data/demo/warehouse.duckdb")
TRUTH = Path("export/truth")


class Demonstrated(NamedTuple):
    folder: Path
    code: int
    out: str
    err: str
    made: Made


@pytest.fixture(scope="module")
def demonstrated(tmp_path_factory: pytest.TempPathFactory) -> Demonstrated:
    """One small demonstration, export and truth kept. While the tables are made, there is no truth to be read."""
    folder = tmp_path_factory.mktemp("demo")
    out, err, made = StringIO(), StringIO(), list[Made]()

    def make_and_keep(*arguments: Any) -> Made:
        made.append(make(*arguments))
        return made[0]

    def run_without_truth(*arguments: Any) -> "RunReport":
        TRUTH.rename("elsewhere")
        report = running.run(*arguments)
        Path("elsewhere").rename(TRUTH)
        return report

    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(folder)
        patch.setattr(demonstration, "make", make_and_keep)
        patch.setattr(demonstration, "run", run_without_truth)
        code = run(["--data", "data", *SMALL])
    return Demonstrated(folder, code, out.getvalue(), err.getvalue(), made[0])


@pytest.fixture
def kept(demonstrated: Demonstrated, monkeypatch: pytest.MonkeyPatch) -> Demonstrated:
    """The demonstration, with its folder as the current one."""
    monkeypatch.chdir(demonstrated.folder)
    return demonstrated


def test_the_demo_finds_what_was_written_and_what_is_true(kept: Demonstrated) -> None:
    out = kept.out
    assert (kept.code, "as written: yes" in out, "answers as the truth has them: yes" in out) == (0, True, True), kept
    assert "Who deleted Megan's messages at 10:42?  [right]" in out
    assert "'s agent Mailbox Concierge deleted" in out
    assert ", 0 wrong" in next(line for line in out.splitlines() if "humans:" in line)
    assert "recall 100.00 %" in out
    assert "every landed line is accounted for" in out
    assert len(out.splitlines()) <= 150
    assert sorted(path.name for path in Path("data").iterdir()) == ["demo"]
    assert run(["--data", "data/demo", "verify"]) == 0


@pytest.mark.usefixtures("kept")
def test_truth_stands_apart_from_all_that_is_imported() -> None:
    assert sorted(path.name for path in Path("export").iterdir()) == ["exercise", "export", "inventory", "truth"]
    names = {path.name for path in TRUTH.iterdir()}
    assert names == {"requests.ndjson", "changes.ndjson", "incidents.json", "findings.json"}
    with duckdb.connect(str(WAREHOUSE), read_only=True) as connection:
        sources = connection.execute("select distinct source_name from landed_files").fetchall()
    assert {name.split("/")[1] for (name,) in sources} == {"exercise", "export", "inventory"}


def test_the_directory_inventory_is_imported_besides_the_logs(kept: Demonstrated) -> None:
    assert "  directory inventory: AppRoleAssignments (" in kept.out
    with duckdb.connect(str(WAREHOUSE), read_only=True) as connection:
        tenants = connection.execute("select count(distinct tenant_id) from directory_users").fetchall()
    assert tenants == [(3,)]


@pytest.mark.usefixtures("kept")
def test_the_collectors_of_the_tenants_are_known_as_own_t31() -> None:
    with duckdb.connect(str(WAREHOUSE), read_only=True) as connection:
        own = connection.execute("select app_id from known_apps where is_own").fetchall()
        callers = connection.execute("select distinct app_id from attributed_requests").fetchall()
    assert own
    assert {*own} <= {*callers}


def test_a_wrong_truth_ends_with_1(kept: Demonstrated, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = copytree(TRUTH, tmp_path / "truth")
    write_lines(wrong, [line | {"user_id": line["user_id"] and SOMEBODY} for line in lines_of(TRUTH)])
    plant_otherwise(wrong)
    assert tell(kept.made, Plan(days=1, seed=1, scale=0.2, shape=None, keep=None), wrong) == 1
    said = capsys.readouterr()
    assert "answers as the truth has them: NO" in said.out
    assert "requests naming a human that did not act: " in said.err
    assert "rule app_only_user_write: missed: " in said.err
    assert "rule app_only_user_write: false: 2026-03-04 " in said.err


Spoil = Callable[[dict[str, Any]], dict[str, Any] | None]
SOMEBODY = "11111111-1111-4111-8111-111111111111"


def spoilt(folder: Path, spoil: Spoil) -> Accuracy:
    """The accuracy by a truth in which the first line that `spoil` has another one for is that one."""
    lines = lines_of(TRUTH)
    number, line = next((number, other) for number, line in enumerate(lines) if (other := spoil(line)) is not None)
    lines[number] = line
    write_lines(folder, lines)
    return measure(WAREHOUSE, folder)


def lines_of(truth: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (truth / "requests.ndjson").read_text("utf-8").splitlines()]


def write_lines(truth: Path, lines: list[dict[str, Any]]) -> None:
    (truth / "requests.ndjson").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


def plant_otherwise(truth: Path) -> None:
    """Lets the truth say that another app did what is planted for one of the rules."""
    told = json.loads((truth / "findings.json").read_bytes())
    for plant in told["plants"]:
        if plant["rule_id"] == "app_only_user_write":
            plant["expect"]["app_id"] = SOMEBODY
    (truth / "findings.json").write_text(json.dumps(told), "utf-8")


def another_user(line: dict[str, Any]) -> dict[str, Any] | None:
    return line | {"user_id": SOMEBODY} if line["user_id"] else None


@pytest.mark.usefixtures("kept")
def test_a_wrong_human_is_counted(tmp_path: Path) -> None:
    found = spoilt(tmp_path, lambda line: another_user(line) if not line["unresolved_reason"] else None)
    assert (found.humans.wrong, found.humans.wrong_objects) == (1, 0)
    assert found.failures() == ["requests naming a human that did not act: 1"]


@pytest.mark.usefixtures("kept")
def test_a_wrong_user_object_is_counted_apart(tmp_path: Path) -> None:
    found = spoilt(tmp_path, lambda line: another_user(line) if line["unresolved_reason"] else None)
    assert (found.humans.wrong, found.humans.wrong_objects) == (0, 1)
    assert found.failures() == ["requests naming a human that did not act: 1"]


@pytest.mark.usefixtures("kept")
def test_a_missed_and_a_false_flag_are_counted(tmp_path: Path) -> None:
    before = measure(WAREHOUSE, TRUTH).flags
    flag = "is_app_only_user_write"
    missed = spoilt(tmp_path, lambda line: line | {flag: True} if line["actor_class"] == "human_direct" else None)
    assert missed.flags == before._replace(missed=1)
    assert missed.failures() == ["requests writing on user data app-only, and not flagged: 1"]
    false = spoilt(tmp_path, lambda line: line | {flag: False} if line[flag] else None)
    assert false.flags == before._replace(right=before.right - 1, false=before.false + 1)
    assert false.failures() == ["requests flagged, and no app-only write on user data: 1"]


@pytest.mark.usefixtures("kept")
def test_another_front_end_is_counted_in_its_grade(tmp_path: Path) -> None:
    before = {ends.grade: ends for ends in measure(WAREHOUSE, TRUTH).front_ends}
    with duckdb.connect(str(WAREHOUSE), read_only=True) as connection:
        strong = connection.execute(
            "select request_id from attributed_requests where chain_grade = 'strong'"
        ).fetchall()
    ids = {request_id for (request_id,) in strong}
    found = spoilt(tmp_path, lambda line: line | {"front_end_app_id": SOMEBODY} if line["request_id"] in ids else None)
    after = {ends.grade: ends for ends in found.front_ends}
    assert after == before | {"strong": before["strong"]._replace(right=before["strong"].right - 1, wrong=1)}


@pytest.mark.usefixtures("kept")
def test_a_wrong_actor_class_is_counted(tmp_path: Path) -> None:
    other = {"actor_class": "agent_user", "knowable_actor_class": "agent_user"}
    found = spoilt(tmp_path, lambda line: line | other if line["actor_class"] == "app_only" else None)
    assert sum(cell.requests for cell in found.actors if not cell.is_right) == 1
    assert found.exactly_right + found.knowably_right == found.compared - 1


@pytest.mark.usefixtures("kept")
def test_another_reason_is_counted(tmp_path: Path) -> None:
    before = measure(WAREHOUSE, TRUTH).wrong_reasons
    other = {"unresolved_reason": "unknown"}
    found = spoilt(tmp_path, lambda line: line | other if line["unresolved_reason"] == "cross_tenant" else None)
    assert found.wrong_reasons == before + 1


@pytest.mark.usefixtures("kept")
def test_a_request_on_one_side_only_is_counted(tmp_path: Path) -> None:
    found = spoilt(tmp_path, lambda line: line | {"request_id": SOMEBODY})
    assert (found.missing, found.extra) == (1, 1)
    assert found.failures()[-2:] == ["requests without an answer: 1", "requests answered, and never made: 1"]


def test_the_exercise_is_scored_and_in_no_measure_of_the_answers(kept: Demonstrated) -> None:
    with duckdb.connect(str(WAREHOUSE), read_only=True) as connection:
        asked = connection.execute("select tenant_id, count(*) from attributed_requests group by all").fetchall()
    exercise = json.loads((TRUTH / "findings.json").read_bytes())["tenant_id"]
    counts = dict(asked)
    assert measure(WAREHOUSE, TRUTH).compared == sum(counts.values()) - counts[exercise]
    (row,) = (line.split() for line in kept.out.splitlines() if line.startswith("app_only_user_write "))
    planted, found, missed, false, look_alikes, disturbed = map(int, row[1:])
    assert (planted, look_alikes) >= (1, 1)
    assert (found, missed, false, disturbed) == (planted, 0, 0, 0)
    assert [line.split()[0] for line in kept.out.split("Findings per day")[1].splitlines()[3:6]] == [
        "contoso", "northwind", "adatum",
    ]  # fmt: skip


@pytest.mark.usefixtures("kept")
def test_an_incident_answered_otherwise_than_it_was_is_wrong(tmp_path: Path) -> None:
    incidents = json.loads((TRUTH / "incidents.json").read_bytes())
    incidents[0]["expected"] |= {"user_id": SOMEBODY, "front_end_app_id": SOMEBODY}
    incidents[1]["request_ids"].append(SOMEBODY)
    (tmp_path / "incidents.json").write_text(json.dumps(incidents), "utf-8")
    first, second, *others = answers(WAREHOUSE, tmp_path)
    assert (first.wrong, second.wrong) == (("front_end_app_id", "user_id"), ("requests",))
    assert not any(said.wrong for said in others)


LOG = "AuditLogs"
DAY = date(2026, 3, 2)
SUMMARY = Summary(
    distinct={LOG: {DAY: 4}}, written={LOG: {"csv": 5}}, redelivered=1, overlapping=0, without_time=0,
    bad_lines=1, unsupported=0, files=("audit.csv",),
)  # fmt: skip
TOTALS = Totals(inputs=1, lines=Counter({(LOG, "csv"): 5, ("unreadable", ""): 1}))
ACCOUNTS = [
    Account("audit.csv", LOG, "csv", landed=5, typed=4, duplicates=1, quarantined=0, unsupported=0, waiting=0),
    Account("audit.csv", "unreadable", "", landed=1, typed=0, duplicates=0, quarantined=1, unsupported=0, waiting=0),
]
PER_DAY: dict[tuple[str, str | None], int] = {(LOG, "2026-03-02"): 4}


def test_what_came_out_as_written_has_no_differences() -> None:
    assert list(differences(SUMMARY, TOTALS, ACCOUNTS, PER_DAY)) == []


@pytest.mark.parametrize(
    ("changed", "per_day", "message"),
    [
        ({}, {(LOG, "2026-03-02"): 3}, "events, AuditLogs 2026-03-02: 4 written, 3 found"),
        ({}, PER_DAY | {(LOG, None): 1}, "sign-ins without a time: 0 written, 1 found"),
        ({}, PER_DAY | {("SigninLogs", "2026-03-02"): 1}, "events, SigninLogs 2026-03-02: 0 written, 1 found"),
        ({"overlapping": 1}, PER_DAY, "duplicates: 2 written, 1 found"),
        ({"bad_lines": 0}, PER_DAY, "bad lines: 0 written, 1 found"),
        ({"unsupported": 1}, PER_DAY, "unsupported records: 1 written, 0 found"),
        ({"files": ()}, PER_DAY, "files: 0 written, 1 found"),
        ({"written": {LOG: {"graph": 5, "csv": 5}}}, PER_DAY, "records landed, AuditLogs graph: 5 written, 0 found"),
    ],
)
def test_what_came_out_otherwise_is_named(
    changed: dict[str, Any], per_day: dict[tuple[str, str | None], int], message: str
) -> None:
    assert list(differences(replace(SUMMARY, **changed), TOTALS, ACCOUNTS, per_day)) == [message]


def test_what_two_exports_hold_together_is_the_sum_of_both() -> None:
    other = replace(SUMMARY, distinct={LOG: {DAY: 1}, "SigninLogs": {DAY: 2}}, written={}, files=("a.csv",))
    both = SUMMARY + other
    assert both.distinct == {LOG: {DAY: 5}, "SigninLogs": {DAY: 2}}
    assert (both.written, both.files) == (SUMMARY.written, ("a.csv", "audit.csv"))
    assert (both.duplicates, both.bad_lines) == (2, 2)


def test_a_lost_line_is_a_difference() -> None:
    lost = [replace(ACCOUNTS[0], typed=3), ACCOUNTS[1]]
    assert list(differences(SUMMARY, TOTALS, lost, PER_DAY)) == ["not every landed line is accounted for"]


def test_what_is_no_demonstration_is_not_removed(whoseagent: Whoseagent) -> None:
    Path("data/demo").mkdir(parents=True)
    Path("data/demo/evidence").touch()
    ended = whoseagent("demo", "--days", 1, "--scale", 0.1)
    assert ended.code == 2
    assert "move it away first" in ended.err
    assert Path("data/demo/evidence").exists()


def test_an_export_is_kept_only_where_nothing_is(whoseagent: Whoseagent) -> None:
    Path("export").mkdir()
    Path("export/file").touch()
    ended = whoseagent("demo", "--keep", "export")
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
