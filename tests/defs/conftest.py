"""A data folder with a few sign-ins, and the definitions that work in it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID, uuid5

import dagster as dg
import orjson
import pytest

from pipelines.defs.assemble import JOB, build_definitions
from pipelines.defs.workplace import Workplace
from pipelines.landing.writer import Kind, Landing, Source
from pipelines.settings import Settings
from pipelines.warehouse.models import Models, load_models, of_kind
from pipelines.warehouse.warehouse import Warehouse
from tests.small_models import resting_on

TENANT = "7d0a2f64-51a5-4a3e-9c64-2f1b8f0c9a11"
FIRST_DAY = date(2026, 1, 1)
SIGN_INS = Kind("SigninLogs", "diagnostic")
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}

READ_HERE = ("sign_ins", "log_hours", "audit_links", "landed_files", "known_apps", "findings", "rule_evaluations")
"""What tests of this folder ask for, besides the checks."""

Land = Callable[..., None]
Materialize = Callable[..., dg.ExecuteInProcessResult]


def sign_in(number: int, at: str, **properties: object) -> bytes:
    """A synthetic sign-in of that time, in the diagnostic-settings envelope."""
    fields = {
        "id": str(uuid5(UUID(TENANT), str(number))),
        "createdDateTime": at,
        "userId": "6f1e0f7e-2c57-4c2e-8d8b-6a5d1b0e7c22",
        "userPrincipalName": "alex@example.com",
        "appId": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
        "ipAddress": "192.0.2.10",
        "status": {"errorCode": 0},
        **properties,
    }
    envelope = {"time": at, "tenantId": TENANT, "category": "SignInLogs", "operationName": "Sign-in activity"}
    return orjson.dumps({**envelope, "properties": fields})


@pytest.fixture(scope="session")
def all_models() -> Models:
    return load_models()


@pytest.fixture(scope="session")
def models(all_models: Models) -> Models:
    """Every source and check, and what the checks and these tests read: the job takes a second for ten models."""
    checks = of_kind(all_models, "check")
    read = {name for check in checks for name in (check.name, *check.depends_on)}
    return resting_on(all_models, read.union(READ_HERE))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", first_day=FIRST_DAY)


@pytest.fixture
def land(settings: Settings) -> Land:
    """Lands lines as one batch."""

    def land_lines(*lines: bytes, kind: Kind = SIGN_INS, name: str = "export.ndjson") -> None:
        with Landing(settings.data).batch(Source("file", name)) as batch:
            for line in lines:
                batch.add(kind, line)

    return land_lines


@pytest.fixture
def warehouse(settings: Settings, models: Models) -> Warehouse:
    return Warehouse(settings.data, models)


@pytest.fixture
def definitions(settings: Settings, models: Models) -> dg.Definitions:
    return build_definitions(settings, Workplace(settings.data, models))


@pytest.fixture
def materialize(definitions: dg.Definitions) -> Materialize:
    """Runs the daily job for a day, or with tags, as Dagster would."""

    def run(
        day: str | None = None, tags: dict[str, str] | None = None, *, may_fail: bool = False
    ) -> dg.ExecuteInProcessResult:
        with dg.DagsterInstance.ephemeral() as instance:
            return definitions.resolve_job_def(JOB).execute_in_process(
                run_config=QUIET, instance=instance, partition_key=day, tags=tags, raise_on_error=not may_fail
            )

    return run
