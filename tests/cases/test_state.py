"""What follows from events: statuses, suppressions that end, the registry, and what is new for alerts."""

from datetime import timedelta
from pathlib import Path

from pipelines.cases.events import AppRegistered, AppUnregistered, Closed, Reopened, StatusSet, Unsuppressed
from pipelines.cases.log import CaseLog, read_cases
from pipelines.cases.openings import openings
from pipelines.cases.registry import registered_apps
from tests.cases.conftest import Clock, finding, opened, suppressed

APP = "3b0f9c5e-3d0b-4f0e-9d53-0c8f6f7f2a11"


def test_a_suppression_holds_for_its_scope_until_it_expires(log: CaseLog, clock: Clock, tmp_path: Path) -> None:
    log.write("kim", lambda _, __: [suppressed(clock, rule_id="r", app_id="a")])
    cases = read_cases(tmp_path / "data")
    assert cases.suppressing(finding(), clock())
    assert not cases.suppressing(finding(app_id="b"), clock())
    assert not cases.suppressing(finding(rule_id="q"), clock())
    clock.go_on(days=30)
    assert not cases.suppressing(finding(), clock())


def test_a_suppression_that_was_lifted_holds_no_longer(log: CaseLog, clock: Clock, tmp_path: Path) -> None:
    (entry,) = log.write("kim", lambda _, __: [suppressed(clock, finding_id="f")])
    clock.go_on(hours=1)
    log.write("lee", lambda _, __: [Unsuppressed(suppression_id=entry.event_id, reason="over")])
    found = read_cases(tmp_path / "data").suppressions[entry.event_id]
    assert found.has_been_lifted
    assert not found.is_active(clock())


def test_a_registration_holds_until_it_expires_or_is_taken_out(log: CaseLog, clock: Clock, tmp_path: Path) -> None:
    def register(name: str) -> AppRegistered:
        return AppRegistered(
            app_id=APP, name=name, owner="o", is_agent=True, is_sanctioned=True, reason="x",
            expires_at=clock() + timedelta(days=30),
        )  # fmt: skip

    log.write("kim", lambda _, __: [register("Old name"), register("Mail helper")])
    assert registered_apps(tmp_path / "data", clock())[APP].name == "Mail helper"
    assert registered_apps(tmp_path / "data", clock() + timedelta(days=30)) == {}
    log.write("kim", lambda _, __: [AppUnregistered(app_id=APP, reason="retired")])
    assert registered_apps(tmp_path / "data", clock()) == {}


def test_what_was_opened_since_is_told_once_with_the_finding(log: CaseLog, clock: Clock, tmp_path: Path) -> None:
    log.write("whoseagent", lambda _, __: [opened("f"), opened("g", rule_id="q")])
    log.write("kim", lambda _, __: [StatusSet(finding_id="f", status="acknowledged"), suppressed(clock, rule_id="q")])
    found, position = openings(tmp_path / "data", now=clock())
    assert [(each.finding.finding_id, each.status, each.is_suppressed) for each in found] == [
        ("f", "acknowledged", False),
        ("g", "new", True),
    ]
    assert found[0].finding.summary == "An app wrote."
    assert openings(tmp_path / "data", position, clock()) == ([], position)
    again = Reopened(**finding("f").model_dump(), reason="found again")
    log.write("whoseagent", lambda _, __: [Closed(finding_id="f", reason="late data"), again])
    (opening,), position = openings(tmp_path / "data", position, clock())
    assert (opening.is_again, opening.reason, opening.is_open) == (True, "found again", True)
    log.write("whoseagent", lambda _, __: [Closed(finding_id="f", reason="late data")])
    assert openings(tmp_path / "data", position, clock())[0] == []
    assert not openings(tmp_path / "data", now=clock())[0][0].is_open
