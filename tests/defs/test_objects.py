"""Records that are no events in Dagster: without partitions, measured before each publication."""

from pathlib import Path

import dagster as dg
import orjson
import pytest

from pipelines.defs.assemble import build_definitions
from pipelines.defs.run import RunReport, run_days
from pipelines.defs.workplace import Workplace
from pipelines.landing.writer import Kind
from pipelines.settings import Settings
from pipelines.warehouse.models import Models
from pipelines.warehouse.warehouse import Warehouse
from tests.defs.conftest import Land
from tests.small_models import small_models

AUDITS, REQUESTS = Kind("AuditLogs", "diagnostic"), Kind("MicrosoftGraphActivityLogs", "diagnostic")


def record(category: str, **properties: str) -> bytes:
    time = "2026-03-02T08:00:00Z"
    return orjson.dumps({"category": category, "tenantId": "t", "time": time, "properties": properties})


def request(request_id: str) -> bytes:
    return record("MicrosoftGraphActivityLogs", requestId=request_id, timeGenerated="2026-03-02T08:00:00Z")


def an_object(object_id: str) -> bytes:
    return record("AuditLogs", id=object_id, activityDateTime="2026-03-02T08:00:00Z")


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Models:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    models = small_models(tmp_path, monkeypatch)
    monkeypatch.setattr("pipelines.defs.run.load_models", lambda: models)
    return models


def run(settings: Settings) -> RunReport:
    return run_days(settings.data, settings=settings)


def test_assets_of_what_has_no_days_are_unpartitioned(settings: Settings, house: Models) -> None:
    graph = build_definitions(settings, Workplace(settings.data, house)).resolve_asset_graph()
    partitioned = {key.path[-1] for key in graph.get_all_asset_keys() if graph.get(key).is_partitioned}
    assert partitioned == {"graph_activity_records", "requests", "requests_and_objects"}


def test_new_objects_are_published_though_no_day_is_built(land: Land, settings: Settings, house: Models) -> None:
    land(request("a"), kind=REQUESTS)
    land(an_object("x"), kind=AUDITS)
    assert run(settings).days_built == ["2026-03-02"]
    land(an_object("y"), kind=AUDITS)
    report = run(settings)
    assert (report.parsed_files, report.days_built, report.is_new, report.errors) == (1, [], True, [])
    rows = Warehouse(settings.data, house).rows("select request_id, objects from requests_and_objects")
    assert rows == [("a", 2)]


def test_a_broken_claim_on_objects_keeps_the_publication_back(land: Land, settings: Settings) -> None:
    land(request("a"), kind=REQUESTS)
    land(an_object("x"), kind=AUDITS)
    run(settings)
    land(an_object("x"), kind=AUDITS, name="again.ndjson")
    land(an_object("y"), an_object("y"), kind=AUDITS)
    report = run(settings)
    assert [(check.asset, check.check) for check in report.errors] == [("marts/objects", "grain")]
    assert (report.is_published, report.is_new) == (False, False)


def test_the_daily_job_takes_objects_with_any_day(land: Land, settings: Settings, house: Models) -> None:
    land(request("a"), kind=REQUESTS)
    land(an_object("x"), kind=AUDITS)
    job = build_definitions(settings, Workplace(settings.data, house)).resolve_job_def("daily")
    with dg.DagsterInstance.ephemeral() as instance:
        assert job.execute_in_process(instance=instance, partition_key="2026-03-02").success
    assert Warehouse(settings.data, house).rows("select object_id from objects") == [("x",)]
