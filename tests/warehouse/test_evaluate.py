"""Finding rules day by day: what is evaluated, when again, and what is said where it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.warehouse.build import BuildError
from pipelines.warehouse.models import ModelError, Models, load_models, read_model
from pipelines.warehouse.rules import COLUMNS
from pipelines.warehouse.warehouse import Warehouse

if TYPE_CHECKING:
    from tests.warehouse.conftest import Folder, Json

APP, OTHER = "11111111-2222-4333-8444-cccccccccccc", "11111111-2222-4333-8444-dddddddddddd"
RULE = """/*
description: An app called Graph.
kind: finding
{lookback}
rule:
  title: A call
  severity: low
  why: It called.
  false_positives: All of them.
  what_to_do: Nothing.
  techniques: [T1078]
  controls: [SOC 2 CC7.2]
  required_logs: [{logs}]
  baseline_days: {baseline}
*/
select
    requests.tenant_id,
    {subject} as subject,
    case when max(known_apps.is_sanctioned::int) = 1 then 'info' else 'low' end as severity,
    min(request_at) as first_seen,
    max(request_at) as last_seen,
    count(*) as request_count,
    requests.app_id,
    max(requests.app_name) as agent_name,
    null::varchar as user_id,
    null::varchar as user_upn,
    null::varchar as target_user_id,
    null::varchar as target_user_upn,
    'An app called.' as summary,
    flatten(array_agg(evidence)) as evidence
from attributed_requests as requests
left join known_apps
    on requests.app_id = known_apps.app_id
group by requests.tenant_id, requests.app_id
"""
Make = Callable[..., Warehouse]
LOGS = "MicrosoftGraphActivityLogs"


@pytest.fixture
def with_rule(tmp_path: Path, folder: Folder, models: Models) -> Make:
    """The warehouse of the folder, with one rule and no other."""

    def make(
        *, logs: str = LOGS, baseline: int = 0, subject: str = "requests.app_id", apps: Any = (), lookback: str = ""
    ) -> Warehouse:
        path = tmp_path / "calls.sql"
        path.write_text(RULE.format(logs=logs, baseline=baseline, subject=subject, lookback=lookback))
        others = {name: model for name, model in models.items() if model.kind != "finding"}
        return Warehouse(folder.path, {**others, "calls": read_model(path)}, apps)

    return make


def found(
    warehouse: Warehouse, columns: str = "day::varchar, app_id, severity, request_count"
) -> list[tuple[Any, ...]]:
    return warehouse.rows(f"select {columns} from findings order by all")


def renewed(warehouse: Warehouse) -> list[str]:
    """The days that are evaluated anew now."""
    return [day.day for day in warehouse.evaluate() if day.is_new]


def app_row(app_id: str, **fields: object) -> dict[str, object]:
    nobody = dict.fromkeys(("name", "owner", "is_sanctioned"), None)
    return {"app_id": app_id, **nobody, "is_agent": True, "is_own": False, "is_first_party": False, **fields}


def test_rule_sees_the_requests_of_its_day_and_each_finding_keeps_its_id(
    folder: Folder, with_rule: Make, request_record: Callable[..., Json]
) -> None:
    warehouse = with_rule(lookback="lookback_hours: 48")
    folder.land(request_record("a", appId=APP), request_record("b", "2026-03-03", appId=APP))
    warehouse.run()
    assert found(warehouse) == [("2026-03-02", APP, "low", 1), ("2026-03-03", APP, "low", 1)]
    before = found(warehouse, "day, finding_id")
    assert len({finding_id for _, finding_id in before}) == 2
    folder.land(request_record("c", appId=APP, timeGenerated="2026-03-02T09:00:00Z"))
    warehouse.run()
    assert found(warehouse) == [("2026-03-02", APP, "low", 2), ("2026-03-03", APP, "low", 1)]
    assert found(warehouse, "day, finding_id") == before


def test_only_what_has_changed_is_evaluated_again(
    folder: Folder, with_rule: Make, request_record: Callable[..., Json]
) -> None:
    warehouse = with_rule()
    folder.land(*(request_record(day, day, appId=APP) for day in ("2026-03-02", "2026-03-12", "2026-03-22")))
    warehouse.run()
    assert renewed(warehouse) == []
    folder.land(request_record("late", "2026-03-12", appId=OTHER))
    warehouse.stage()
    for model in [model.name for model in warehouse.models.values() if model.kind == "partition"]:
        warehouse.build(model, warehouse.snapshot().stale_days([warehouse.models[model]]))
    assert renewed(warehouse) == ["2026-03-12"]


def test_what_is_known_of_apps_is_applied_to_every_day(
    folder: Folder, with_rule: Make, request_record: Callable[..., Json]
) -> None:
    folder.land(request_record("a", appId=APP), request_record("b", "2026-03-03", appId=OTHER))
    with_rule().run()
    sanctioning = with_rule(apps=[app_row(APP, is_sanctioned=True)])
    assert renewed(sanctioning) == ["2026-03-02", "2026-03-03"]
    sanctioning.publish()
    assert found(sanctioning) == [("2026-03-02", APP, "info", 1), ("2026-03-03", OTHER, "low", 1)]


def test_silence_without_the_log_is_no_pass(
    folder: Folder, with_rule: Make, request_record: Callable[..., Json], sign_in_record: Callable[..., Json]
) -> None:
    warehouse = with_rule(logs=f"{LOGS}, SigninLogs, inventory.grant")
    folder.land(request_record("a", appId=APP), request_record("b", "2026-03-03", appId=APP))
    folder.land(sign_in_record("s", "2026-03-03"))
    warehouse.run()
    assert found(warehouse) == []
    runs = warehouse.rows("select day::varchar, state, reason, findings from rule_evaluations order by all")
    missing = "there is no record of the day of: "
    assert runs == [
        ("2026-03-02", "not_evaluated", missing + "SigninLogs, inventory.grant", 0),
        ("2026-03-03", "not_evaluated", missing + "inventory.grant", 0),
    ]


def test_cold_start_is_said(folder: Folder, with_rule: Make, request_record: Callable[..., Json]) -> None:
    warehouse = with_rule(baseline=7)
    folder.land(*(request_record(day, day, appId=APP) for day in ("2026-03-02", "2026-03-05", "2026-03-09")))
    warehouse.run()
    runs = warehouse.rows("select day::varchar, state, reason, findings from rule_evaluations order by all")
    cold = "cold start: it compares with 7 days of history, and there are "
    assert runs == [
        ("2026-03-02", "not_evaluated", cold + "0", 0),
        ("2026-03-05", "not_evaluated", cold + "3", 0),
        ("2026-03-09", "evaluated", None, 1),
    ]


def test_earlier_history_that_comes_late_ends_the_cold_start(
    folder: Folder, with_rule: Make, request_record: Callable[..., Json]
) -> None:
    warehouse = with_rule(baseline=7)
    folder.land(request_record("new", "2026-03-09", appId=APP))
    warehouse.run()
    assert found(warehouse) == []
    folder.land(request_record("old", "2026-03-01", appId=APP))
    warehouse.run()
    assert found(warehouse) == [("2026-03-09", APP, "low", 1)]


def test_two_findings_about_the_same_are_an_error(
    folder: Folder, with_rule: Make, request_record: Callable[..., Json]
) -> None:
    folder.land(request_record("a", appId=APP), request_record("b", appId=OTHER))
    with pytest.raises(BuildError, match="the rule calls gives several findings about 'same' on 2026-03-02"):
        with_rule(subject="'same'").run()


def test_evidence_is_cut_and_counted(folder: Folder, with_rule: Make, request_record: Callable[..., Json]) -> None:
    warehouse = with_rule()
    folder.land(*(request_record(f"r{number}", appId=APP) for number in range(30)))
    warehouse.run()
    assert found(warehouse, "request_count, len(evidence)") == [(30, 20)]


def test_a_query_that_fails_names_its_rule(
    folder: Folder, with_rule: Make, request_record: Callable[..., Json]
) -> None:
    folder.land(request_record("a", appId=APP))
    with pytest.raises(BuildError, match="the rule calls could not be evaluated for 2026-03-02"):
        with_rule(subject="no_such_function(requests.app_id)").run()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("kind: view", "a finding has a rule in its header, and nothing else has one"),
        ("as summary", f"the columns of a finding are {', '.join(COLUMNS)}, in this order"),
    ],
)
def test_a_rule_that_is_none_is_refused(tmp_path: Path, wrong: str, said: str) -> None:
    text = RULE.format(logs=LOGS, baseline=0, subject="'x'", lookback="")
    path = tmp_path / "calls.sql"
    path.write_text(text.replace("kind: finding", wrong) if wrong.startswith("kind") else text.replace(wrong, "as s"))
    with pytest.raises(ModelError, match=said):
        load_models(tmp_path)
