"""After a run: findings that are new, gone or there again become events, once, with what is known of why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.cases.entry import Entry
from pipelines.cases.events import Closed, Reopened, StatusSet
from pipelines.cases.follow import Followed, follow, is_followed
from pipelines.cases.log import CaseLog, read_entries
from pipelines.cases.verify import verify_cases
from pipelines.warehouse.models import Models, load_models
from tests.cases.conftest import Clock, suppressed
from tests.small_models import resting_on
from tests.warehouse.conftest import Folder

if TYPE_CHECKING:
    from tests.warehouse.conftest import Json

TENANT = "11111111-2222-4333-8444-555555555555"
MICROSOFT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
USER = "5b1c2d3e-0000-4000-8000-00000000000a"
APP = "3b0f9c5e-3d0b-4f0e-9d53-0c8f6f7f2a11"
SIGN_IN = "0f9c5e3b-3d0b-4f0e-9d53-0c8f6f7f2a00"
NOTHING = Followed(0, 0, 0)


def sends_mail(request_id: str, day: str = "2026-03-02", **properties: Any) -> Json:
    """An app without a human on its token sends mail as a user."""
    fields = {
        "requestId": request_id, "timeGenerated": f"{day}T08:00:00Z", "tenantId": TENANT, "requestMethod": "POST",
        "requestUri": f"https://graph.microsoft.com/v1.0/users/{USER}/sendMail", "responseStatusCode": 202,
        "appId": APP, "servicePrincipalId": APP[::-1], "C_Idtyp": "app", "signInActivityId": SIGN_IN, **properties,
    }  # fmt: skip
    return {"category": "MicrosoftGraphActivityLogs", "time": f"{day}T08:00:00Z", "properties": fields}


def is_microsofts() -> Json:
    """The sign-in behind the token, by which the app turns out to be Microsoft's."""
    fields = {
        "id": SIGN_IN, "createdDateTime": "2026-03-02T07:59:00Z", "appId": APP, "appOwnerTenantId": MICROSOFT,
        "uniqueTokenIdentifier": SIGN_IN, "status": {"errorCode": 0},
    }  # fmt: skip
    time = "2026-03-02T08:10:00Z"
    return {"category": "ServicePrincipalSignInLogs", "tenantId": TENANT, "time": time, "properties": fields}


def only_rule(name: str) -> Models:
    """This rule, how its findings are published, and what both rest on: no other rule, nor what nobody reads here."""
    return resting_on(load_models(), [name, "findings", "rule_evaluations", "directory_versions"])


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A data folder in which an app has sent mail."""
    made = Folder(tmp_path / "data", only_rule("app_only_mail_send"))
    made.land(sends_mail("first"))
    made.warehouse.run()
    return made


def events(folder: Folder) -> list[Entry]:
    return list(read_entries(folder.path))


def test_late_data_opens_once_and_closes_with_a_reason(folder: Folder) -> None:
    assert not is_followed(folder.path)
    assert follow(folder.path) == Followed(opened=1, reopened=0, closed=0)
    assert is_followed(folder.path)
    assert follow(folder.path) == NOTHING
    folder.land(sends_mail("late", appId=USER, signInActivityId=None), sends_mail("as before"))
    folder.warehouse.run()
    assert follow(folder.path) == Followed(opened=1, reopened=0, closed=0)
    folder.land(is_microsofts())
    folder.warehouse.run()
    assert follow(folder.path) == Followed(opened=0, reopened=0, closed=1)
    assert follow(folder.path) == NOTHING
    closed = events(folder)[-1].what
    assert isinstance(closed, Closed)
    assert closed.reason == "no longer found: late data of its day or of a day near it"
    assert folder.ask("select is_open, rule_id, severity from finding_states order by is_open") == [
        (False, "app_only_mail_send", "critical"),
        (True, "app_only_mail_send", "critical"),
    ]


def test_head_that_a_killed_triage_left_behind_is_mended_by_the_next_run(folder: Folder) -> None:
    head = folder.path / "cases/head.json"
    follow(folder.path)
    before = head.read_bytes()
    CaseLog(folder.path).write("kim", lambda cases, _: [StatusSet(finding_id=min(cases.findings), status="resolved")])
    head.write_bytes(before)
    assert not is_followed(folder.path)
    assert follow(folder.path) == NOTHING
    assert is_followed(folder.path)
    assert verify_cases(folder.path).problems == []


def test_another_rule_closes_and_reopens_with_a_reason(folder: Folder) -> None:
    follow(folder.path)
    models = folder.warehouse.models
    rule = models["app_only_mail_send"]
    stricter = replace(rule, sql=rule.sql + "\nwhere requests > 1")
    Folder(folder.path, {**models, rule.name: stricter}).warehouse.run()
    assert follow(folder.path) == Followed(opened=0, reopened=0, closed=1)
    folder.warehouse.run()
    assert follow(folder.path) == Followed(opened=0, reopened=1, closed=0)
    assert follow(folder.path) == NOTHING
    closed, reopened = (entry.what for entry in events(folder)[-2:])
    assert isinstance(closed, Closed)
    assert closed.reason == "no longer found: the rule changed"
    assert isinstance(reopened, Reopened)
    assert (reopened.reason, reopened.severity) == ("found again: the rule changed", "critical")


def test_other_knowledge_of_the_app_closes_with_a_reason(folder: Folder) -> None:
    follow(folder.path)
    own = {"app_id": APP, "is_agent": False, "is_own": True, "is_first_party": False}
    type(folder.warehouse)(folder.path, folder.warehouse.models, [own]).run()
    assert follow(folder.path) == Followed(opened=0, reopened=0, closed=1)
    closed = events(folder)[-1].what
    assert isinstance(closed, Closed)
    assert closed.reason == "no longer found: what is known of apps and the directory changed"


def test_a_day_that_is_not_built_and_a_rule_that_is_not_evaluated_close_nothing(folder: Folder) -> None:
    follow(folder.path)
    folder.land(sends_mail("late"))
    folder.warehouse.stage()
    folder.warehouse.evaluate()
    folder.warehouse.publish()
    assert folder.ask("select count(*) from findings") == [(0,)]
    assert follow(folder.path) == NOTHING
    models = folder.warehouse.models
    rule = models["app_only_mail_send"]
    assert rule.header.rule
    needs_more = rule.header.rule.model_copy(update={"baseline_days": 30})
    header = rule.header.model_copy(update={"rule": needs_more})
    Folder(folder.path, {**models, rule.name: replace(rule, header=header)}).warehouse.run()
    assert folder.ask("select state from rule_evaluations") == [("not_evaluated",)]
    assert follow(folder.path) == NOTHING


def test_a_rule_that_is_no_more_closes_its_findings_where_others_look(folder: Folder) -> None:
    follow(folder.path)
    models = dict(folder.warehouse.models)
    rule = models.pop("app_only_mail_send")
    Folder(folder.path, {**models, "renamed": replace(rule, name="renamed")}).warehouse.run()
    assert follow(folder.path) == Followed(opened=1, reopened=0, closed=1)
    closed = events(folder)[-1].what
    assert isinstance(closed, Closed)
    assert closed.reason == "no longer found: there is no rule app_only_mail_send any more"


def test_a_suppressed_finding_comes_back_once_when_the_suppression_expires(folder: Folder, clock: Clock) -> None:
    follow(folder.path, clock)
    CaseLog(folder.path, clock).write("kim", lambda _, __: [suppressed(clock, app_id=APP)])
    clock.go_on(days=29)
    assert follow(folder.path, clock) == NOTHING
    clock.go_on(days=1)
    assert not is_followed(folder.path, clock)
    assert follow(folder.path, clock) == Followed(opened=0, reopened=1, closed=0)
    assert follow(folder.path, clock) == NOTHING
    clock.go_on(days=1)
    assert follow(folder.path, clock) == NOTHING
    reopened = events(folder)[-1].what
    assert isinstance(reopened, Reopened)
    assert reopened.reason.endswith("has expired")


def test_what_is_resolved_does_not_come_back_when_a_suppression_expires(folder: Folder, clock: Clock) -> None:
    follow(folder.path, clock)
    (found,) = events(folder)
    assert found.what.kind == "opened"
    resolved = StatusSet(finding_id=found.what.finding_id, status="resolved")
    CaseLog(folder.path, clock).write("kim", lambda _, __: [suppressed(clock, app_id=APP), resolved])
    clock.go_on(days=31)
    assert follow(folder.path, clock) == NOTHING


def test_what_lasts_is_one_finding_until_it_is_not_there_for_some_days(tmp_path: Path) -> None:
    models = only_rule("app_only_mail_send")
    rule = models["app_only_mail_send"]
    assert rule.header.rule
    header = rule.header.model_copy(update={"rule": rule.header.rule.model_copy(update={"standing_days": 2})})
    folder = Folder(tmp_path / "data", {**models, rule.name: replace(rule, header=header)})

    def on(day: str, **properties: Any) -> Followed:
        folder.land(sends_mail(f"of {day}", day, **properties))
        folder.warehouse.run()
        return follow(folder.path)

    reads = {"requestMethod": "GET", "responseStatusCode": 404}
    assert on("2026-03-02") == Followed(opened=1, reopened=0, closed=0)
    assert on("2026-03-03") == NOTHING
    assert on("2026-03-04", **reads) == NOTHING
    assert folder.ask("select day::varchar, first_seen::date::varchar from findings") == [("2026-03-03", "2026-03-02")]
    assert on("2026-03-05", **reads) == Followed(opened=0, reopened=0, closed=1)
    assert on("2026-03-06") == Followed(opened=0, reopened=1, closed=0)
    closed, reopened = (entry.what for entry in events(folder)[-2:])
    assert isinstance(closed, Closed)
    assert closed.reason == "no longer found: it was not there for 2 days"
    assert isinstance(reopened, Reopened)
    assert reopened.reason == "found again: it was not there for 2 days"
