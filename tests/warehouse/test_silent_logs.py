"""A log that falls silent: the rules that need it are not evaluated, and the one about silence says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.warehouse.conftest import Folder, Json

DAYS = [f"2026-03-0{day}" for day in range(1, 9)]


def test_silence_of_a_log_is_found_by_the_logs_that_go_on(
    folder: Folder, sign_in_record: Callable[..., Json], request_record: Callable[..., Json]
) -> None:
    folder.land(
        *(sign_in_record(day, createdDateTime=f"{day}T22:00:00Z", status={"errorCode": 0}) for day in DAYS),
        *(request_record(day, timeGenerated=f"{day}T22:00:00Z") for day in DAYS[:-1]),
    )
    folder.warehouse.run()
    found = "select rule_id, day::varchar, subject from day_findings"
    assert folder.ask(found) == [("log_silent", DAYS[-1], "MicrosoftGraphActivityLogs")]
    runs = "select state, reason from rule_evaluations where rule_id = $rule and day = '2026-03-08'"
    assert folder.ask(runs.replace("$rule", "'log_silent'")) == [("evaluated", None)]
    assert folder.ask(runs.replace("$rule", "'token_from_several_addresses'")) == [
        ("not_evaluated", "there is no record of the day of: MicrosoftGraphActivityLogs")
    ]


def test_a_tenant_of_which_no_log_has_a_record_is_not_evaluated(
    folder: Folder, sign_in_record: Callable[..., Json]
) -> None:
    other = {"tenantId": "other"}
    folder.land(sign_in_record("a", "2026-03-01"), sign_in_record("b", "2026-03-02") | other)
    folder.warehouse.run()
    runs = "select tenant_id, state, reason from rule_evaluations where rule_id = 'log_silent' and day = '2026-03-02'"
    assert sorted(folder.ask(runs)) == [
        ("other", "evaluated", None),
        ("t", "not_evaluated", "there is no record of the day of: any log"),
    ]
