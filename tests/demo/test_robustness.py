"""Whatever the logs leave out, repeat, split, delay or share: no wrong human, and the same tables from the same lines."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from pipelines.catalog.logs import LOGS
from pipelines.demo import Summary, write_tenant
from pipelines.demo.accuracy import Accuracy, measure
from pipelines.demo.answers import answers
from pipelines.warehouse.warehouse import Warehouse
from tests.demo.deliveries import (
    Line,
    Table,
    deliver,
    differing,
    import_tenants,
    landed_lines,
    renamed,
    tables,
)

SMALL = 0.05
TENANT = "contoso"
GRAPH_ACTIVITY = "MicrosoftGraphActivityLogs"
ALL_LOGS = [log.name for log in LOGS]
SIGN_INS = [name for name in ALL_LOGS if name not in (GRAPH_ACTIVITY, "AuditLogs")]
UNREASONED = """
select request_id, token_match, attribution_grade, unresolved_reason from attributed_requests
where (token_match = 'none') is distinct from (unresolved_reason is not null)
"""


class Whole(NamedTuple):
    """Everything that a tenant's logs say, in one delivery."""

    folder: Path
    summary: Summary
    warehouse: Warehouse
    lines: list[Line]
    tables: dict[str, Table]

    @property
    def truth(self) -> Path:
        return self.folder / "truth"


class Missing(NamedTuple):
    """The same without one log: what is said, before it comes."""

    log: str
    data: Path
    accuracy: Accuracy
    unreasoned: list[tuple[object, ...]]


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """A day in one shape: every log is one kind of file, quick to type."""
    folder = tmp_path_factory.mktemp("archived")
    summary = write_tenant(folder / "export", days=1, scale=SMALL, shape="diagnostic", truth=folder / "truth")
    return delivered(folder, summary)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """Two days of one tenant in every shape, alone."""
    folder = tmp_path_factory.mktemp("mixed")
    summary = write_tenant(folder / "export", days=2, scale=SMALL)
    return delivered(folder, replace(summary, tenants={TENANT: summary.tenants[TENANT]}))


@pytest.fixture(scope="module", params=ALL_LOGS)
def missing(
    request: pytest.FixtureRequest, archived: Whole, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Missing]:
    log, data = request.param, tmp_path_factory.mktemp("missing")
    warehouse = run(data, [line for line in archived.lines if line.kind.log != log])
    yield Missing(log, data, measure(warehouse.path, archived.truth), warehouse.rows(UNREASONED))
    shutil.rmtree(data)


def delivered(folder: Path, summary: Summary) -> Whole:
    warehouse = import_tenants(folder / "data", folder / "export", summary)
    return Whole(folder, summary, warehouse, landed_lines(folder / "data"), tables(warehouse))


def run(data: Path, lines: list[Line]) -> Warehouse:
    deliver(data, lines)
    warehouse = Warehouse(data)
    warehouse.run()
    return warehouse


def test_every_incident_and_shape_is_in_the_small_tenant(archived: Whole) -> None:
    shapes = archived.warehouse.rows("select distinct identity_shape from attributed_requests")
    assert {shape for (shape,) in shapes} == {
        "delegated_public", "delegated_web_app", "on_behalf_of", "agent_user", "app_secret", "app_certificate",
        "federated_credential", "managed_identity", "app_only", "unknown",
    }  # fmt: skip
    said = answers(archived.warehouse.path, archived.truth)
    assert len(said) == 15
    assert {answer.name: answer.wrong for answer in said if answer.wrong} == {}
    assert measure(archived.warehouse.path, archived.truth).failures() == []


def test_without_any_one_log_nobody_is_named_wrongly(missing: Missing) -> None:
    humans = missing.accuracy.humans
    assert (humans.wrong, humans.wrong_objects, missing.accuracy.extra) == (0, 0, 0)


def test_without_any_one_log_every_unmatched_request_has_a_reason(missing: Missing) -> None:
    assert missing.unreasoned == []


def test_a_log_that_comes_days_late_ends_in_the_tables_of_a_single_import(missing: Missing, archived: Whole) -> None:
    warehouse = run(missing.data, [line for line in archived.lines if line.kind.log == missing.log])
    assert differing(tables(warehouse), archived.tables) == {}


def test_shuffled_repeated_and_split_into_ten_imports_gives_the_same_tables(mixed: Whole, tmp_path: Path) -> None:
    random = Random(20)  # noqa: S311  (reproducible on purpose)
    lines = [line for line in mixed.lines for _ in range(random.randint(1, 3))]
    random.shuffle(lines)
    for number in range(10):
        deliver(tmp_path, lines[number::10], name=f"{number}.ndjson")
        if number == 4:
            Warehouse(tmp_path).run()
    warehouse = Warehouse(tmp_path)
    warehouse.run()
    assert differing(tables(warehouse), mixed.tables) == {}


def test_without_the_truth_beside_the_export_the_tables_are_the_same(archived: Whole, tmp_path: Path) -> None:
    summary = write_tenant(tmp_path / "export", days=1, scale=SMALL, shape="diagnostic")
    assert archived.truth.exists()
    assert differing(tables(import_tenants(tmp_path / "data", tmp_path / "export", summary)), archived.tables) == {}


def test_two_tenants_with_equal_ids_are_never_mixed(mixed: Whole, tmp_path: Path) -> None:
    tenant_id, twin_id = mixed.summary.tenants[TENANT], "7e57ab1e-0000-4000-8000-00000000cafe"
    twin = [line.of_tenant(tenant_id, twin_id) for line in mixed.lines]
    warehouse = run(tmp_path, [*mixed.lines, *twin])
    assert differing(tables(warehouse, tenant_id), mixed.tables) == {}
    assert renamed(tables(warehouse, twin_id), twin_id, tenant_id) == renamed(mixed.tables, twin_id, tenant_id)
