"""`whoseagent run`: the same definitions, in-process."""

import errno
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

import dagster as dg
import orjson
import pytest

from pipelines.cases.events import Closed, Opened
from pipelines.cases.follow import Followed
from pipelines.cases.log import CaseLog, read_entries
from pipelines.defs.run import RunFailedError, RunReport, run_days
from pipelines.landing.manifest import Kind
from pipelines.settings import Agent, Settings
from pipelines.warehouse.models import Models
from pipelines.warehouse.warehouse import Warehouse
from tests.cases.test_follow import sends_mail
from tests.defs.conftest import Land, sign_in


@pytest.fixture(autouse=True)
def _no_dagster_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)


@pytest.fixture
def _dagster_home(_no_dagster_home: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    monkeypatch.setenv("DAGSTER_HOME", str(home))


@pytest.fixture(autouse=True)
def _few_models(models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.defs.run.load_models", lambda: models)


@pytest.fixture
def _all_models(_few_models: None, all_models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.defs.run.load_models", lambda: all_models)


def run(settings: Settings, steps: list[str] | None = None, **days: date) -> RunReport:
    said = steps if steps is not None else []
    return run_days(settings.data, on_step=said.append, settings=settings, **days)


@pytest.mark.usefixtures("_all_models")
def test_everything_that_landed_is_typed_built_and_published(
    land: Land, settings: Settings, warehouse: Warehouse, capfd: pytest.CaptureFixture[str]
) -> None:
    land(sign_in(1, "2026-03-02T10:00:00Z"), sign_in(2, "2026-05-04T10:00:00Z"), sign_in(3, "no time"))
    steps: list[str] = []
    report = run(settings, steps)
    assert (report.parsed_files, report.rows, report.is_published) == (1, 3, True)
    assert report.days_built == ["2026-03-02", "2026-05-04", "undated"]
    assert report.days_waiting == []
    assert [check.check for check in report.warnings] == ["values_cast"]
    assert report.errors == []
    assert warehouse.rows("select count(*) from sign_ins") == [(3,)]
    assert steps[-1] == "published warehouse.duckdb"
    assert capfd.readouterr() == ("", "")


def test_a_run_without_news_does_nothing(land: Land, settings: Settings, warehouse: Warehouse) -> None:
    land(sign_in(1, "2026-03-02T10:00:00Z"))
    run(settings)
    published = warehouse.path.stat().st_mtime_ns
    steps: list[str] = []
    report = run(settings, steps)
    assert report.did_nothing
    assert report.is_published
    assert steps == []
    assert warehouse.path.stat().st_mtime_ns == published


@pytest.mark.usefixtures("_dagster_home")
def test_only_the_steps_of_what_has_news_start(land: Land, settings: Settings) -> None:
    land(sign_in(1, "2026-03-02T10:00:00Z"))
    land(b"no record", kind=Kind("unreadable", "", reason="invalid_json"))
    run(settings)
    assert staged(runs_before=0) == {"staging/quarantine", "staging/diagnostic_sign_ins"}
    land(sign_in(2, "2026-03-02T11:00:00Z"))
    report = run(settings)
    assert (report.parsed_files, report.days_built) == (1, ["2026-03-02"])
    assert staged(runs_before=3) == {"staging/diagnostic_sign_ins"}
    run(settings)
    with dg.DagsterInstance.get() as instance:
        assert instance.get_runs_count() == 6, "without news no run starts"


def staged(runs_before: int) -> set[str]:
    """What the first Dagster run after so many wrote."""
    with dg.DagsterInstance.get() as instance:
        first = instance.get_runs(ascending=True)[runs_before]
        records = instance.get_records_for_run(first.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION).records
    return {str(record.asset_key.to_user_string()) for record in records if record.asset_key}


def test_a_missing_warehouse_is_published_again(land: Land, settings: Settings, warehouse: Warehouse) -> None:
    land(sign_in(1, "2026-03-02T10:00:00Z"))
    run(settings)
    warehouse.path.unlink()
    report = run(settings)
    assert (report.parsed_files, report.days_built, report.is_new) == (0, [], True)
    assert warehouse.rows("select count(*) from sign_ins") == [(1,)]


def test_a_run_killed_before_publication_is_finished_by_the_next(
    land: Land, settings: Settings, warehouse: Warehouse
) -> None:
    land(sign_in(1, "2026-03-02T10:00:00Z"))
    run(settings)
    land(sign_in(2, "2026-03-02T11:00:00Z"))
    warehouse.stage()
    warehouse.build("duplicate_records", ["2026-03-02"])
    warehouse.build("log_hours", ["2026-03-02"])
    run(settings)
    assert warehouse.rows("select count(*) from sign_ins") == [(2,)]


def test_days_outside_of_what_was_asked_for_wait(land: Land, settings: Settings) -> None:
    land(*(sign_in(day, f"2026-03-{day:02}T10:00:00Z") for day in (2, 3, 4)))
    report = run(settings, first=date(2026, 3, 3), last=date(2026, 3, 3))
    assert (report.days_built, report.days_waiting) == (["2026-03-03"], ["2026-03-02", "2026-03-04"])
    assert run(settings).days_waiting == []


def test_days_without_a_partition_are_said_and_not_lost(land: Land, settings: Settings, warehouse: Warehouse) -> None:
    land(sign_in(1, "2025-12-31T10:00:00Z"), sign_in(2, "2099-01-01T10:00:00Z"), sign_in(3, "2026-03-02T10:00:00Z"))
    report = run(settings)
    assert (report.days_built, report.days_waiting) == (["2026-03-02"], ["2025-12-31", "2099-01-01"])
    assert warehouse.rows("select count(*) from sign_ins") == [(1,)], "a day that is not built is not shown by halves"
    assert warehouse.rows("select sum(typed), sum(waiting) from landed_files") == [(1, 2)]


def test_records_without_a_time_alone_are_built(land: Land, settings: Settings) -> None:
    land(sign_in(1, "no time"))
    assert run(settings, first=date(2026, 3, 2), last=date(2026, 3, 2)).days_built == ["undated"]


def test_a_failing_step_raises_its_own_message(
    land: Land, settings: Settings, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = replace(models["duplicate_records"], sql=models["duplicate_records"].sql.replace("> 1", "> 'x'::int"))
    monkeypatch.setattr("pipelines.defs.run.load_models", lambda: {**models, "duplicate_records": broken})
    land(sign_in(1, "2026-03-02T10:00:00Z"))
    with pytest.raises(RunFailedError, match="duplicate_records could not be built for 2026-03-02"):
        run(settings)


def test_a_full_disk_is_said_with_what_to_check(
    land: Land, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "published.json")

    monkeypatch.setattr("pipelines.defs.assets.RETRIES", dg.RetryPolicy(max_retries=0))
    monkeypatch.setattr("pipelines.warehouse.state.publish", full)
    land(sign_in(1, "2026-03-02T10:00:00Z"))
    with pytest.raises(RunFailedError, match=r"^published\.json: no space left on device; check the path"):
        run(settings)


def test_a_landed_file_that_cannot_be_typed_is_an_error_and_waits(
    land: Land, settings: Settings, warehouse: Warehouse
) -> None:
    land(sign_in(1, "2026-03-02T10:00:00Z"))
    land(sign_in(2, "2026-03-02T11:00:00Z"))
    (damaged, _) = warehouse.landed()
    (settings.data / "landing" / damaged.file).write_bytes(b"not compressed")
    report = run(settings)
    assert [(error.asset, error.check) for error in report.errors] == [("staging", "landed_files_are_typed")]
    assert damaged.file in report.errors[0].message
    assert warehouse.rows(
        "select typed, waiting from landed_files order by landed_file = $$" + damaged.file + "$$"
    ) == [
        (1, 0),
        (0, 1),
    ]


def test_a_broken_claim_is_an_error_and_nothing_is_published(
    land: Land, settings: Settings, warehouse: Warehouse, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = replace(models["duplicate_records"], sql=models["duplicate_records"].sql.replace("> 1", "> 2"))
    monkeypatch.setattr("pipelines.defs.run.load_models", lambda: {**models, "duplicate_records": broken})
    land(sign_in(1, "2026-03-02T10:00:00Z"), sign_in(1, "2026-03-02T10:00:00Z"))
    report = run(settings)
    assert [(check.asset, check.check) for check in report.errors] == [("marts/sign_ins", "grain")]
    assert not report.is_published
    assert not warehouse.path.exists()


def test_a_second_run_waits_for_the_first_and_says_so(land: Land, settings: Settings, warehouse: Warehouse) -> None:
    land(sign_in(1, "2026-03-02T10:00:00Z"))
    waits = threading.Event()
    steps: list[str] = []

    def tell(step: str) -> None:
        steps.append(step)
        waits.set()

    second = threading.Thread(target=run_days, args=(settings.data,), kwargs={"on_step": tell, "settings": settings})
    with warehouse.only_run():
        second.start()
        assert waits.wait(60)
        assert steps == ["waiting for another run to end"]
        assert not warehouse.path.exists()
    second.join(60)
    assert steps[-1] == "published warehouse.duckdb"


@pytest.mark.usefixtures("_dagster_home")
def test_with_a_dagster_home_the_run_is_kept_there(land: Land, settings: Settings) -> None:
    land(sign_in(1, "2026-03-02T10:00:00Z"))
    run(settings)
    with dg.DagsterInstance.get() as instance:
        assert all(each.status == dg.DagsterRunStatus.SUCCESS for each in instance.get_runs())
        event = instance.get_latest_materialization_event(dg.AssetKey(["correlation", "log_hours"]))
    assert event is not None
    assert event.asset_materialization is not None
    assert event.asset_materialization.partition == "2026-03-02"


@pytest.mark.usefixtures("_all_models")
def test_findings_are_followed_up_also_where_nothing_is_published(land: Land, settings: Settings) -> None:
    uri = "https://graph.microsoft.com/v1.0/users/5b1c2d3e-0000-4000-8000-00000000000a/messages/AAMkADAx0001"
    removed = sends_mail("first", requestMethod="DELETE", requestUri=uri, responseStatusCode=204)
    land(orjson.dumps(removed), kind=Kind("MicrosoftGraphActivityLogs", "diagnostic"))
    steps: list[str] = []
    assert run(settings, steps).followed == Followed(opened=1, reopened=0, closed=0)
    assert steps[-1] == "findings: 1 opened, 0 reopened, 0 closed"
    assert run(settings).did_nothing
    (opened,) = [entry.what for entry in read_entries(settings.data) if isinstance(entry.what, Opened)]
    closed = Closed(finding_id=opened.finding_id, reason="for the test")
    CaseLog(settings.data).write("whoseagent", lambda _, __: [closed])
    report = run(settings)
    assert (report.followed, report.is_new) == (Followed(opened=0, reopened=1, closed=0), False)
    assert not report.did_nothing


def test_the_registry_is_published_and_a_change_of_it_is_published_anew(
    land: Land, settings: Settings, warehouse: Warehouse
) -> None:
    app_id = UUID("3b0f9c5e-3d0b-4f0e-9d53-0c8f6f7f2a11")
    registered = f"select name, owner, is_agent, is_sanctioned, is_own from known_apps where app_id = $${app_id}$$"
    land(sign_in(1, "2026-03-02T10:00:00Z"))
    run(settings.model_copy(update={"agents": (Agent(app_id=app_id, name="Mail helper", owner="Team Mail"),)}))
    assert warehouse.rows(registered) == [("Mail helper", "Team Mail", True, None, False)]
    changed = settings.model_copy(
        update={"agents": (Agent(app_id=app_id, name="Mail helper", sanctioned=False),), "own_app_ids": (app_id,)}
    )
    report = run(changed)
    assert (report.parsed_files, report.days_built, report.is_new, report.did_nothing) == (0, [], True, False)
    assert warehouse.rows(registered) == [("Mail helper", None, True, False, True)]
    assert run(changed).did_nothing
