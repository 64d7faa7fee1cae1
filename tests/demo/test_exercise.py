"""The exercise tenant: what it is made of, and where its truth lies."""

import json
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from pipelines.demo.events import LOGS, Modified
from pipelines.demo.exercise.changes import change
from pipelines.demo.exercise.habits import READ_ME, ask, call_often
from pipelines.demo.exercise.planting import Exercise, LookAlike, Plant, Planted
from pipelines.demo.exercise.write import PLANTINGS, TRUTH_FILE, tell, write_exercise
from tests.demo.export_reader import Row, contents, files_of, rows_of

LAST_DAY = date(2026, 3, 4)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    folder = tmp_path_factory.mktemp("exercise")
    write_exercise(folder)
    return read(folder)


def read(folder: Path) -> list[Row]:
    logs = [(name.removeprefix("adatum/logs/"), content) for name, content in contents(folder) if "/logs/" in name]
    return [row for name, content in logs for row in rows_of(name, content) if row]


def test_the_exercise_is_the_same_with_truth_and_without(tmp_path: Path) -> None:
    with_truth = write_exercise(tmp_path / "a", truth=tmp_path / "truth")
    assert write_exercise(tmp_path / "b") == with_truth
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")
    assert set(files_of(tmp_path / "truth")) == {TRUTH_FILE}
    assert not any(path.name == TRUTH_FILE for path in (tmp_path / "a").rglob("*"))


def test_truth_inside_the_exercise_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="put the truth beside it"):
        write_exercise(tmp_path / "logs", truth=tmp_path / "logs" / "truth")
    assert not list(tmp_path.iterdir())


def test_every_log_has_records_on_every_day_and_the_exercise_is_small(rows: list[Row]) -> None:
    days: dict[str, set[date | None]] = defaultdict(set)
    for row in rows:
        days[row.log].add(row.day)
    assert set(days) == set(LOGS)
    assert all(len(found) == 31 and max(day for day in found if day) == LAST_DAY for found in days.values())
    assert len({row.id for row in rows if row.log == "MicrosoftGraphActivityLogs"}) <= 12_000


def test_nothing_is_refused_and_no_application_writes_on_its_own_where_nothing_is_planted() -> None:
    requests = tell(LAST_DAY, ()).activity.requests
    assert {request.status for request in requests} == {200, 202, 204}
    assert {request.effect for request in requests if request.token.user is None} == {"read"}


def test_what_is_registered_acts_and_has_an_owner_where_nothing_is_planted() -> None:
    told = tell(LAST_DAY, ())
    seen = {app.app_id for event in told.activity.sign_ins for app in (event.app, event.resource)}
    assert {item["appId"] for item in told.directory.objects["servicePrincipals"]} == seen
    assert all(item["owners"] for item in told.directory.objects["applications"])


def test_a_plant_changes_nothing_but_what_it_plants() -> None:
    quiet, planted = tell(LAST_DAY, ()).activity, tell(LAST_DAY, PLANTINGS[:1]).activity
    assert {event.id for event in quiet.sign_ins} < {event.id for event in planted.sign_ins}
    assert {event.id for event in quiet.requests} < {event.id for event in planted.requests}


def test_plants_are_told_with_the_names_and_values_that_the_truth_has(tmp_path: Path) -> None:
    write_exercise(tmp_path / "exercise", truth=tmp_path / "truth")
    truth = json.loads((tmp_path / "truth" / TRUTH_FILE).read_bytes())
    for found, key in ((truth["plants"], "expect"), (truth["look_alikes"], "avoid")):
        assert all(item[key] for item in found)
        names = [(item["rule_id"], item["name"]) for item in found]
        assert len(names) == len(set(names))
    assert truth["day"] == LAST_DAY.isoformat()


def test_a_request_may_come_from_elsewhere_and_a_change_may_be_any(tmp_path: Path) -> None:
    told: dict[str, str] = {}

    def stolen(exercise: Exercise) -> Planted:
        today, agent = exercise.today, exercise.world.agents[0]
        token = ask(today, exercise.world.members[1], agent, today.clock(9, 0))
        (request,) = call_often(
            today, token, today.clock(9, 5), READ_ME, status=403, ip_address="203.0.113.250", user_agent="curl/8.0"
        )
        grant = Modified("AppRole.Value", None, '"Mail.ReadWrite"')
        activity = "Add app role assignment to service principal"
        audit = change(today, today.clock(9, 6), activity, agent, by=exercise.world.members[0], modified=(grant,))
        told.update(request=request.id, audit=audit.id)
        return ()

    folder = tmp_path / "exercise"
    write_exercise(folder, plantings=(stolen,))
    found = {row.id: row for row in read(folder)}
    request, audit = found[told["request"]], found[told["audit"]]
    shown = ("ipAddress", "userAgent", "responseStatusCode")
    assert [request.fields[name] for name in shown] == ["203.0.113.250", "curl/8.0", 403]
    assert request.whole["callerIpAddress"] == "203.0.113.250"
    (target,) = audit.fields["targetResources"]
    assert (audit.fields["operationType"], target["type"]) == ("Assign", "ServicePrincipal")
    assert [item["newValue"] for item in target["modifiedProperties"]] == ['"Mail.ReadWrite"']


def test_what_is_planted_may_change_the_directory() -> None:
    def orphan(exercise: Exercise) -> Planted:
        app = exercise.world.agents[0]
        exercise.directory.application(app)["owners"] = []
        exercise.directory.grant(app, "Mail.ReadWrite")
        yield Plant("agent_without_owner", "nobody answers for it", {"app_id": app.app_id})
        yield LookAlike("agent_without_owner", "somebody does", {"app_id": exercise.world.agents[1].app_id})

    before, after = tell(LAST_DAY, ()).directory.objects, tell(LAST_DAY, (orphan,)).directory.objects
    assert [item["displayName"] for item in after["applications"] if not item["owners"]] == ["Expense Copilot"]
    assert len(after["appRoleAssignments"]) == len(before["appRoleAssignments"]) + 1
    assert "Mail.ReadWrite" in {
        role["value"] for item in after["servicePrincipals"] for role in item.get("appRoles", ())
    }


def test_nobody_asks_an_agent_before_signing_in() -> None:
    def too_early(exercise: Exercise) -> Planted:
        today, lee = exercise.today, exercise.world.characters["Lee"]
        ask(today, lee, exercise.world.agents[0], today.clock(1, 0))
        return ()

    with pytest.raises(ValueError, match="has not signed in"):
        tell(LAST_DAY, (too_early,))
