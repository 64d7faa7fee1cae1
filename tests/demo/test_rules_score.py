"""Findings counted against what is planted, over a small warehouse made by hand."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.demo.exercise.write import TRUTH_FILE
from pipelines.demo.rules_score import RuleScore, load, score

TENANT, OTHER = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
PLANT = {"rule_id": "writes", "name": "mail deleted", "expect": {"app_id": "app", "target_user_id": "lee"}}
LOOK_ALIKE = {"rule_id": "writes", "name": "agent deletes", "avoid": {"app_id": "agent"}}
COLUMNS = ("finding_id", "rule_id", "title", "severity", "tenant_id", "day", "app_id", "target_user_id", "summary")


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        kinds = ", ".join(f"{name} {'date' if name == 'day' else 'varchar'}" for name in COLUMNS)
        connection.execute(f"create table findings ({kinds}, evidence varchar[])")
        connection.execute(
            "create table rule_evaluations"
            " (tenant_id varchar, day date, rule_id varchar, state varchar, reason varchar)"
        )
        connection.execute("create table sign_ins (tenant_id varchar, user_id varchar)")
    return path


def find(warehouse: Path, app_id: str, target: str | None, *, rule: str = "writes", tenant: str = TENANT) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        (number,) = connection.execute("select count(*) from findings").fetchone() or (0,)
        connection.execute(
            "insert into findings values ($1, $2, 'Title', 'high', $3, '2026-03-04', $4, $5, $6, ['a', 'b'])",
            [f"finding {number}", rule, tenant, app_id, target, f"{app_id} wrote"],
        )


def run(
    warehouse: Path, rule: str, state: str = "evaluated", reason: str | None = None, day: str = "2026-03-04"
) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        row = [TENANT, day, rule, state, reason or None]
        connection.execute("insert into rule_evaluations values ($1, $2, $3, $4, $5)", row)


def judged(warehouse: Path, *plants: dict[str, Any]) -> list[RuleScore]:
    truth = {"tenant_id": TENANT, "day": "2026-03-04", "plants": plants or [PLANT], "look_alikes": [LOOK_ALIKE]}
    (warehouse.parent / TRUTH_FILE).write_text(json.dumps(truth), "utf-8")
    return score(warehouse, warehouse.parent)


def test_a_plant_that_a_finding_matches_is_found(warehouse: Path) -> None:
    run(warehouse, "writes")
    find(warehouse, "app", "lee")
    (found,) = judged(warehouse)
    assert (found.planted, found.found, found.failures()) == (1, 1, [])


def test_a_plant_that_no_finding_of_its_rule_and_tenant_matches_in_all_columns_is_missed(warehouse: Path) -> None:
    run(warehouse, "writes")
    find(warehouse, "app", "lee", tenant=OTHER)
    find(warehouse, "app", "lee", rule="other")
    find(warehouse, "app", None)
    other, writes = judged(warehouse)
    assert (writes.found, writes.missed) == (0, ("mail deleted",))
    assert writes.failures() == ["rule writes: missed: mail deleted", "rule writes: false: 2026-03-04 app wrote"]
    assert other.failures() == ["rule other: false: 2026-03-04 app wrote"]


def test_a_finding_that_matches_no_plant_is_false_and_may_disturb_a_look_alike(warehouse: Path) -> None:
    run(warehouse, "writes")
    find(warehouse, "app", "lee")
    find(warehouse, "agent", "patti")
    (found,) = judged(warehouse)
    assert (found.missed, found.false, found.disturbed) == ((), ("2026-03-04 agent wrote",), ("agent deletes",))
    assert found.failures() == [
        "rule writes: false: 2026-03-04 agent wrote", "rule writes: disturbed: agent deletes",
    ]  # fmt: skip


def test_a_rule_that_was_not_evaluated_on_the_day_says_why_and_misses_nothing(warehouse: Path) -> None:
    run(warehouse, "writes", day="2026-03-03")
    run(warehouse, "writes", "not_evaluated", "no inventory")
    run(warehouse, "others", "not_evaluated", "no history")
    others, writes = judged(warehouse)
    assert (writes.not_evaluated, writes.found, writes.failures()) == ("no inventory", 0, [])
    assert (others.not_evaluated, others.planted) == ("no history", 0)


def test_a_plant_for_a_rule_that_did_not_run_is_missed(warehouse: Path) -> None:
    (found,) = judged(warehouse)
    assert found.failures() == ["rule writes: missed: mail deleted"]


def test_a_column_that_findings_do_not_have_is_no_quiet_miss(warehouse: Path) -> None:
    run(warehouse, "writes")
    find(warehouse, "app", "lee")
    with pytest.raises(KeyError, match="aplication_id"):
        judged(warehouse, PLANT | {"expect": {"aplication_id": "app"}})


def test_the_load_of_a_tenant_is_its_findings_by_severity_beside_its_users_and_days(warehouse: Path) -> None:
    for day in ("2026-03-03", "2026-03-04"):
        run(warehouse, "writes", day=day)
    for app_id in ("a", "b", "c"):
        find(warehouse, app_id, "lee")
    with duckdb.connect(str(warehouse)) as connection:
        rows = [(TENANT, "lee"), (TENANT, "lee"), (TENANT, "patti"), (TENANT, ""), (OTHER, "lee")]
        connection.executemany("insert into sign_ins values ($1, $2)", rows)
    assert load(warehouse) == [(TENANT, 2, 2, "high", 3), (OTHER, 1, 0, None, 0)]
