"""Checks pass on sound data and fail on broken data, and say what they found."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import dagster as dg
import orjson
import pytest

from pipelines.defs.assemble import JOB, build_definitions
from pipelines.defs.days import range_tags
from pipelines.defs.workplace import Workplace
from pipelines.landing.writer import Kind
from pipelines.settings import Settings
from pipelines.warehouse.models import Models
from pipelines.warehouse.warehouse import Warehouse, checks
from tests.defs.conftest import QUIET, Land, Materialize, sign_in

GRAPH_ACTIVITY = Kind("MicrosoftGraphActivityLogs", "diagnostic")


def evaluations(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    """The evaluations by asset and check: `marts/sign_ins grain`."""
    found = result.get_asset_check_evaluations()
    return {f"{each.asset_key.to_user_string()} {each.check_name}": each for each in found}


def failed(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    return {name: each for name, each in evaluations(result).items() if not each.passed}


def first_row(evaluation: dg.AssetCheckEvaluation) -> Mapping[str, object]:
    """The only row that a check shows."""
    table = evaluation.metadata["first_rows"]
    assert isinstance(table, dg.TableMetadataValue)
    (row,) = table.records
    return row.data


def changed(models: Models, name: str, old: str, new: str) -> Models:
    """The models, one of them with another query."""
    assert old in models[name].sql
    return {**models, name: replace(models[name], sql=models[name].sql.replace(old, new))}


def run_with(models: Models, settings: Settings, day: str) -> dg.ExecuteInProcessResult:
    job = build_definitions(settings, Workplace(settings.data, models)).resolve_job_def(JOB)
    with dg.DagsterInstance.ephemeral() as instance:
        return job.execute_in_process(run_config=QUIET, instance=instance, partition_key=day, raise_on_error=False)


def test_every_claim_is_checked_and_holds(land: Land, settings: Settings, all_models: Models) -> None:
    land(sign_in(1, "2026-03-02T10:00:00Z"), sign_in(1, "2026-03-02T10:00:00Z"))
    found = evaluations(run_with(all_models, settings, "2026-03-02"))
    built = [model for model in all_models.values() if model.kind != "panel"]  # panels are queries: nothing is built
    claimed = {f"{m.layer}/{m.name} grain" for m in built if m.header.grain}
    claimed |= {f"{m.layer}/{m.name} not_null" for m in built if m.header.not_null}
    assert set(found) == claimed | {f"publish/warehouse {check.name}" for check in checks(all_models)}
    assert all(each.passed for each in found.values())


def test_severity_and_blocking_are_the_headers(land: Land, materialize: Materialize, models: Models) -> None:
    land(sign_in(1, "2026-03-02T10:00:00Z"))
    found = evaluations(materialize("2026-03-02"))
    for check in checks(models):
        evaluation = found[f"publish/warehouse {check.name}"]
        assert (evaluation.severity.value.lower(), evaluation.blocking) == (
            check.header.severity,
            check.header.severity == "error",
        )


def test_a_broken_grain_stops_the_run_before_publication(
    land: Land, settings: Settings, models: Models, warehouse: Warehouse
) -> None:
    land(sign_in(1, "2026-03-02T10:00:00Z"), sign_in(1, "2026-03-02T10:00:00Z"))
    result = run_with(changed(models, "duplicate_records", "copy_rank > 1", "copy_rank > 2"), settings, "2026-03-02")
    assert not result.success
    (broken,) = failed(result).values()
    assert (broken.asset_key.to_user_string(), broken.check_name) == ("marts/sign_ins", "grain")
    row = first_row(broken)
    assert row["copies"] == 2
    assert not warehouse.path.exists()
    assert not [event for event in result.all_events if event.is_step_up_for_retry]


def test_a_missing_value_is_counted(land: Land, settings: Settings, models: Models) -> None:
    land(sign_in(1, "2026-03-02T10:00:00Z"), sign_in(2, "2026-03-02T11:00:00Z"))
    broken = changed(models, "sign_ins", "    category, --", "    nullif(category, 'SigninLogs') as category, --")
    found = failed(run_with(broken, settings, "2026-03-02"))["marts/sign_ins not_null"]
    assert found.metadata["category"].value == 2
    assert found.description == "2 rows without category"


def test_a_line_that_got_lost_is_an_error(land: Land, materialize: Materialize, warehouse: Warehouse) -> None:
    land(sign_in(1, "2026-03-02T10:00:00Z"), sign_in(2, "2026-03-02T11:00:00Z"))
    materialize("2026-03-02")
    _tamper(warehouse.lake.folder / "ledger.ndjson", days={"2026-03-02": 3})
    (warehouse.lake.folder / "published.sha256").unlink()
    result = materialize("2026-03-02", may_fail=True)
    found = failed(result)["publish/warehouse lines_accounted_for"]
    assert not result.success
    assert found.severity == dg.AssetCheckSeverity.ERROR
    row = first_row(found)
    assert (row["landed"], row["typed"]) == (2, 3)


@pytest.mark.parametrize(
    ("properties", "check"),
    [
        ({"isInteractive": "perhaps"}, "values_cast"),
        ({"uniqueTokenIdentifier": "N2jT94if-kGJzdwWp8mqAA"}, "token_ids_are_sign_in_ids"),
    ],
)
def test_doubts_about_values_are_warnings(
    properties: dict[str, str], check: str, land: Land, materialize: Materialize
) -> None:
    land(sign_in(1, "2026-03-02T10:00:00Z", **properties))
    result = materialize("2026-03-02")
    assert result.success
    assert {name: each.severity for name, each in failed(result).items()} == {
        f"publish/warehouse {check}": dg.AssetCheckSeverity.WARN
    }


def test_more_than_one_unreadable_line_in_a_hundred_is_a_warning(land: Land, materialize: Materialize) -> None:
    unreadable = Kind("unreadable", "", reason="invalid_json")
    land(*(sign_in(number, "2026-03-02T10:00:00Z") for number in range(99)))
    land(b"{", kind=unreadable)
    assert not failed(materialize("2026-03-02"))
    land(b"[", kind=unreadable)
    assert set(failed(materialize("2026-03-02"))) == {"publish/warehouse lines_are_records"}


@pytest.mark.parametrize(
    ("newest_request", "is_behind"), [("2026-03-01T10:00:00Z", True), ("2026-03-01T20:00:00Z", False)]
)
def test_a_log_that_ended_before_the_others_is_a_warning(
    newest_request: str, is_behind: bool, land: Land, materialize: Materialize
) -> None:
    request = {"requestId": "5b0f8f0e-0d1c-4b7e-9f6a-1c2d3e4f5a6b", "timeGenerated": newest_request}
    tenant = "7d0a2f64-51a5-4a3e-9c64-2f1b8f0c9a11"
    land(orjson.dumps({"time": newest_request, "tenantId": tenant, "properties": request}), kind=GRAPH_ACTIVITY)
    land(sign_in(1, "2026-03-02T21:00:00Z"))
    result = materialize(tags=dict(range_tags("2026-03-01", "2026-03-02")))
    assert set(failed(result)) == ({"publish/warehouse logs_go_on"} if is_behind else set())


def _tamper(ledger: Path, **changes: object) -> None:
    lines = [orjson.loads(line) for line in ledger.read_bytes().splitlines()]
    entries = [[{**entry, **changes} for entry in line] for line in lines]
    ledger.write_bytes(b"".join(orjson.dumps(entry) + b"\n" for entry in entries))
