"""What is left when old evidence is removed: the kept days as they were, and a count of what went."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import orjson
import pytest

from pipelines.cases.events import HoldPlaced, HoldReleased
from pipelines.cases.log import CaseLog
from pipelines.catalog.token_ids import encode_token_id
from pipelines.landing.verify import verify
from pipelines.landing.writer import Landing, Source
from pipelines.retention import retain as steps
from pipelines.retention.choice import ALL, Choice, ChoiceError
from pipelines.retention.plan import reach_of
from pipelines.retention.retain import Retained, Wish, look, retain

if TYPE_CHECKING:
    from tests.warehouse.conftest import Folder, Json

Make = Callable[..., "Json"]

ROBOT = "7b1d2f7e-52a4-4c3d-9e0f-0a1b2c3d4e5f"
AGENT = "5e0c6f0a-1d1c-4a55-8f9f-1b2f6b1c7d10"
ROBOT_SIGN_IN = "0f1e2d3c-4b5a-4697-8899-aabbccddeeff"
SIGN_IN = "1a2b3c4d-5e6f-4718-8293-a4b5c6d7e8f9"
DAY = date(2026, 3, 2)
"""The first day that is kept."""
OLD, HELD, BEFORE = "2026-01-01", "2026-01-05", "2026-03-01"


@pytest.fixture
def old_and_new(folder: Folder, sign_in_record: Make, request_record: Make) -> Folder:
    """Days that go, and days that stay and rest on them: for a token, and for what an account is."""
    robot = sign_in_record(
        ROBOT_SIGN_IN, OLD, uniqueTokenIdentifier=encode_token_id(ROBOT_SIGN_IN), userId=ROBOT, appId=AGENT,
        agent={"agentType": "agentIDuser", "agentSubjectType": "agentIDuser"}, status={"errorCode": 0},
    )  # fmt: skip
    issued = sign_in_record(
        SIGN_IN, BEFORE, createdDateTime=f"{BEFORE}T22:30:00Z", uniqueTokenIdentifier=encode_token_id(SIGN_IN),
        userId="alex", appId="mail", clientCredentialType="none", status={"errorCode": 0},
    )  # fmt: skip
    asked = request_record(
        "by token",
        f"{DAY}",
        signInActivityId=encode_token_id(SIGN_IN),
        userId="alex",
        appId="mail",
        clientAuthMethod="0",
    )
    unmatched = request_record("by robot", f"{DAY}", userId=ROBOT, appId=AGENT, clientAuthMethod="0")
    folder.land(robot, request_record("old", OLD), name="old.ndjson")
    folder.land(request_record("held", HELD), name="held.ndjson")
    folder.land(request_record("mixed old", OLD), request_record("mixed new", f"{DAY}"), name="mixed.ndjson")
    folder.land(issued, asked, unmatched, name="new.ndjson")
    folder.warehouse.run()
    return folder


def kept(folder: Folder, from_day: date = DAY, choice: Choice = ALL) -> Retained:
    """Removes what is older, then runs, as the command does."""
    retained = retain(folder.warehouse, Wish(from_day, "kim", "older than the policy", choice))
    folder.warehouse.run()
    return retained


def hold(folder: Folder, day: str = HELD) -> None:
    placed = HoldPlaced(name="case 7", first_day=date.fromisoformat(day), last_day=date.fromisoformat(day),
                        owner="legal", reason="a claim")  # fmt: skip
    CaseLog(folder.path).write("kim", lambda *_: [placed])


def kept_rows(folder: Folder) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the kept days, in every table that has days; not where a record stands in the lake."""
    since = f"day >= date '{DAY}'"
    placed = "'records_file', 'row_number', 'gap'"
    with duckdb.connect(str(folder.warehouse.path), read_only=True) as connection:
        tables = connection.execute(
            "select table_name, list(column_name order by column_index) from duckdb_columns() "
            f"where not internal and column_name not in ({placed}) "
            "group by table_name having bool_or(column_name = 'day')"
        ).fetchall()
        return {
            name: sorted(
                connection.execute(f"select {', '.join(columns)} from {name} where {since}").fetchall(), key=repr
            )
            for name, columns in tables
            if name != "duplicate_records"
        }


def test_kept_days_stay_as_they_were_and_the_others_leave_every_table(old_and_new: Folder) -> None:
    before = kept_rows(old_and_new)
    attributed = (
        "select request_id, user_id, actor_class, token_match from attributed_requests where day = $$2026-03-02$$"
    )
    by_robot = ("by robot", None, "agent_user", "none")
    assert by_robot in old_and_new.ask(attributed)
    assert ("by token", "alex", "human_direct", "token_id") in old_and_new.ask(attributed)

    retained = kept(old_and_new)

    assert len(retained.unlinked) == 3, "of old.ndjson two files, of held.ndjson one"
    assert kept_rows(old_and_new) == before
    assert by_robot in old_and_new.ask(attributed), "whose sign-in is gone, and is still no human"
    days = " union ".join(f"select day from {name}" for name in before if name != "expired_days")
    assert old_and_new.ask(f"select count(*) from ({days}) where day < date '{DAY}'") == [(0,)]

    assert old_and_new.ask(
        "select source_name, sum(landed), sum(typed), sum(expired), sum(waiting), count(removed_at), max(removed_by) "
        "from landed_files group by source_name order by source_name"
    ) == [
        ("held.ndjson", 1, 0, 1, 0, 1, "kim"),
        ("mixed.ndjson", 2, 1, 1, 0, 0, None),
        ("new.ndjson", 3, 2, 1, 0, 0, None),
        ("old.ndjson", 2, 0, 2, 0, 2, "kim"),
    ]
    assert old_and_new.ask("select log, day::varchar, landed, removed from expired_days order by all") == [
        ("MicrosoftGraphActivityLogs", OLD, 2, 1),
        ("MicrosoftGraphActivityLogs", HELD, 1, 1),
        ("SigninLogs", OLD, 1, 1),
        ("SigninLogs", BEFORE, 1, 0),
    ]
    assert old_and_new.warehouse.check("lines_accounted_for").count == 0
    assert old_and_new.warehouse.check("typed_records_are_there").count == 0
    report = verify(old_and_new.path)
    assert (report.problems, report.removed, report.entries) == ([], 3, 7)
    assert kept(old_and_new).removal is None, "there is nothing more to say"

    landing = old_and_new.path / "landing"
    next(landing.rglob("*.ndjson.zst")).unlink()
    assert [problem.kind for problem in verify(old_and_new.path).problems] == ["missing"]


def test_hold_keeps_its_days_in_the_tables_until_it_is_released(old_and_new: Folder) -> None:
    hold(old_and_new)
    planned = look(old_and_new.warehouse, DAY)
    assert {(each.entry.source.name, each.fate, each.holds) for each in planned.files} == {
        ("held.ndjson", "held", ("case 7",)),
        ("old.ndjson", "held", ("case 7",)),  # days that the held one looks back to
        ("mixed.ndjson", "mixed", ()),
        ("new.ndjson", "kept", ()),
    }
    assert kept(old_and_new).unlinked == []
    request_ids = "select request_id from attributed_requests order by all"
    assert [row[0] for row in old_and_new.ask(request_ids)] == ["by robot", "by token", "held", "mixed new"]
    assert old_and_new.ask("select hold, first_day::varchar from kept_days order by all")[-1] == ("case 7", HELD)

    CaseLog(old_and_new.path).write("kim", lambda *_: [HoldReleased(name="case 7", reason="settled")])
    assert len(kept(old_and_new).unlinked) == 3
    assert [row[0] for row in old_and_new.ask(request_ids)] == ["by robot", "by token", "mixed new"]
    assert verify(old_and_new.path).problems == []


def test_killed_between_saying_and_removing_the_next_one_removes(
    old_and_new: Folder, monkeypatch: pytest.MonkeyPatch, request_record: Make
) -> None:
    def killed(*_: object) -> list[str]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(steps, "_removal", killed)
        with pytest.raises(KeyboardInterrupt):
            kept(old_and_new)
    assert verify(old_and_new.path).problems == []
    with monkeypatch.context() as patch:
        patch.setattr(steps, "_unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            kept(old_and_new)
    assert {problem.kind for problem in verify(old_and_new.path).problems} == {"removal"}
    old_and_new.warehouse.run()
    assert old_and_new.ask("select sum(expired), sum(waiting) from landed_files") == [(5, 0)]

    assert len(kept(old_and_new).unlinked) == 3
    assert verify(old_and_new.path).problems == []

    # What was removed does not come back by itself, and late data of a day that went stays out of the tables.
    assert old_and_new.land(request_record("held", HELD)) == []
    assert old_and_new.land(request_record("late", HELD)) != []
    old_and_new.warehouse.run()
    assert old_and_new.ask("select count(*) from attributed_requests where day < $$2026-03-02$$") == [(0,)]
    assert old_and_new.ask(f"select landed, removed from expired_days where day = $${HELD}$$") == [(2, 1)]
    with Landing(old_and_new.path, again=True).batch(Source("file", "again.ndjson")) as batch:
        batch.add(kind_of_held(old_and_new), record_line(request_record("held", HELD)))
    assert batch.landed[0].is_new
    old_and_new.warehouse.run()
    assert len(kept(old_and_new).unlinked) == 2


def kind_of_held(folder: Folder) -> Any:
    return next(entry.kind for entry in folder.warehouse.manifest().landed if entry.source.name == "held.ndjson")


def record_line(record: Json) -> bytes:
    return orjson.dumps(record)


def test_evidence_reaches_back_as_far_as_any_rule_or_token_looks(folder: Folder) -> None:
    reach = reach_of(folder.warehouse.models)
    assert reach >= 30 + 3
    assert look(folder.warehouse, DAY).limits.evidence_from == DAY - timedelta(days=reach)


def test_evidence_of_one_log_goes_and_that_of_the_others_stays_out_of_half_shown_days(old_and_new: Folder) -> None:
    before = kept_rows(old_and_new)
    with pytest.raises(ChoiceError, match="no hold 'case 8' is in force"):
        kept(old_and_new, choice=Choice(holds=frozenset({"case 8"})))
    long_ago = {"MicrosoftGraphActivityLogs": date.fromisoformat(HELD), "SigninLogs": date.fromisoformat(OLD)}
    retained = kept(old_and_new, choice=Choice(longer=long_ago))
    assert [each.entry.source.name for each in retained.plan.removed] == ["old.ndjson"], "its requests alone"

    retained = kept(old_and_new, choice=Choice(frozenset({"MicrosoftGraphActivityLogs"})))

    assert {each.entry.log for each in retained.plan.removed} == {"MicrosoftGraphActivityLogs"}
    assert {each.fate for each in retained.plan.files if each.entry.log == "SigninLogs"} == {"other"}
    assert kept_rows(old_and_new) == before
    shown = "select count(*) from (select day from sign_ins union all select day from attributed_requests)"
    assert old_and_new.ask(f"{shown} where day < date '{DAY}'") == [(0,)], "no day without all its logs"
    assert old_and_new.ask("select log, day::varchar, landed, removed from expired_days order by all") == [
        ("MicrosoftGraphActivityLogs", OLD, 2, 1),
        ("MicrosoftGraphActivityLogs", HELD, 1, 1),
        ("SigninLogs", OLD, 1, 0),
        ("SigninLogs", BEFORE, 1, 0),
    ]
    assert old_and_new.warehouse.check("lines_accounted_for").count == 0
    report = verify(old_and_new.path)
    assert (report.problems, report.removed) == ([], 2)

    assert len(kept(old_and_new).unlinked) == 1, "then the sign-ins"
    assert kept_rows(old_and_new) == before
    assert verify(old_and_new.path).problems == []
