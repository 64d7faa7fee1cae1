"""Whatever the logs leave out, repeat, split, delay or share: no wrong human, and the same tables."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from pipelines.catalog.logs import LOGS
from pipelines.demo import write_tenant
from pipelines.demo.accuracy import Accuracy, measure
from pipelines.demo.answers import answers
from pipelines.warehouse.warehouse import Warehouse
from tests.demo.deliveries import (
    Line,
    Table,
    deliver,
    differing,
    land_tenants,
    landed_lines,
    renamed,
    tables,
    warehouse_of,
)

SMALL = 0.05
TENANT = "contoso"
LOG_NAMES = [log.name for log in LOGS]
SIGN_INS = [log.name for log in LOGS if log.table == "sign_ins"]
UNREASONED = """
select request_id, token_match, attribution_grade, unresolved_reason from attributed_requests
where (token_match = 'none') is distinct from (unresolved_reason is not null)
"""


class Whole(NamedTuple):
    """Everything that the logs of a tenant say, in one delivery."""

    tenant_id: str
    truth: Path
    warehouse: Warehouse
    lines: list[Line]
    tables: dict[str, Table]


class Missing(NamedTuple):
    """The same without one log: what is said before it comes."""

    log: str
    data: Path
    accuracy: Accuracy
    unreasoned: list[tuple[object, ...]]


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """A day of two tenants in one shape, which is quick to type; the truth was away when the tables were made."""
    folder = tmp_path_factory.mktemp("archived")
    truth, elsewhere = folder / "truth", folder / "elsewhere"
    summary = write_tenant(folder / "export", days=1, scale=SMALL, shape="diagnostic", truth=truth)
    truth.rename(elsewhere)
    land_tenants(folder / "data", folder / "export", summary)
    warehouse = warehouse_of(folder / "data")
    warehouse.run()
    elsewhere.rename(truth)
    tenant_id = summary.tenants[TENANT]
    own = [line for line in landed_lines(folder / "data") if line.tenant_id == tenant_id]
    return Whole(tenant_id, truth, warehouse, own, tables(warehouse, tenant_id))


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """Two days of one tenant in two shapes, one of which does not name the tenant."""
    folder = tmp_path_factory.mktemp("mixed")
    summary = write_tenant(folder / "export", days=2, scale=SMALL)
    land_tenants(folder / "landed", folder / "export", summary)
    tenant_id = summary.tenants[TENANT]
    lines = [line for line in landed_lines(folder / "landed") if is_of(line, tenant_id, "diagnostic", "graph")]
    warehouse = run(folder / "data", lines)
    return Whole(tenant_id, folder / "truth", warehouse, lines, tables(warehouse))


@pytest.fixture(scope="module")
def missing(
    request: pytest.FixtureRequest, archived: Whole, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Missing]:
    """What one tenant's logs say without one of them."""
    log, data = request.param, tmp_path_factory.mktemp("missing")
    warehouse = run(data, [line for line in archived.lines if line.kind.log != log])
    yield Missing(log, data, measure(warehouse.path, archived.truth), warehouse.rows(UNREASONED))
    shutil.rmtree(data)


def is_of(line: Line, tenant_id: str, *shapes: str) -> bool:
    return line.tenant_id == tenant_id and line.kind.shape in shapes


def run(data: Path, lines: list[Line]) -> Warehouse:
    deliver(data, lines)
    warehouse = warehouse_of(data)
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
    assert {name for answer in said for name in answer.wrong} == set()
    assert measure(archived.warehouse.path, archived.truth).failures() == []


@pytest.mark.parametrize("missing", LOG_NAMES, indirect=True, scope="module")
def test_without_any_one_log_nobody_is_named_wrongly(missing: Missing) -> None:
    humans = missing.accuracy.humans
    assert (humans.wrong, humans.wrong_objects, missing.accuracy.extra) == (0, 0, 0)


@pytest.mark.parametrize("missing", LOG_NAMES, indirect=True, scope="module")
def test_without_any_one_log_every_unmatched_request_has_a_reason(missing: Missing) -> None:
    assert missing.unreasoned == []


@pytest.mark.parametrize("missing", SIGN_INS, indirect=True, scope="module")
def test_sign_ins_that_come_days_late_end_in_the_tables_of_a_single_import(missing: Missing, archived: Whole) -> None:
    """Here the truth lies beside the export; it did not when the single import was made."""
    assert archived.truth.exists()
    warehouse = run(missing.data, [line for line in archived.lines if line.kind.log == missing.log])
    assert differing(tables(warehouse), archived.tables) == {}


def test_shuffled_repeated_and_split_into_ten_imports_gives_the_same_tables(mixed: Whole, tmp_path: Path) -> None:
    random = Random(20)  # noqa: S311  (reproducible on purpose)
    lines = [line for line in mixed.lines for _ in range(random.randint(1, 3))]
    random.shuffle(lines)
    for number in range(10):
        deliver(tmp_path, lines[number::10], name=f"{number}.ndjson")
        if number == 4:
            warehouse_of(tmp_path).run()
    warehouse = warehouse_of(tmp_path)
    warehouse.run()
    assert differing(tables(warehouse), mixed.tables) == {}


def test_two_tenants_with_equal_ids_are_never_mixed(mixed: Whole, tmp_path: Path) -> None:
    tenant_id, twin_id = mixed.tenant_id, "7e57ab1e-0000-4000-8000-00000000cafe"
    twin = [line.of_tenant(tenant_id, twin_id) for line in mixed.lines]
    warehouse = run(tmp_path, [*mixed.lines, *twin])
    assert differing(tables(warehouse, tenant_id), mixed.tables) == {}
    assert renamed(tables(warehouse, twin_id), twin_id, tenant_id) == renamed(mixed.tables, twin_id, tenant_id)
