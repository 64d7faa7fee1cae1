"""A tenant pulled from Graph gives the public tables that an import of the same objects gives."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from pipelines.demo import write_inventory, write_tenant
from pipelines.sources.collecting import collect
from pipelines.sources.graph_logs import POLLS
from pipelines.sources.importing import import_files
from pipelines.sources.slices import Collector
from pipelines.warehouse.drives import unresolved_drives
from pipelines.warehouse.models import load_models, of_kind
from pipelines.warehouse.warehouse import Warehouse
from tests.sources.graph_tenant import Clock, inventory, logs
from tests.tenant_server.graph import Json, Tenant, serving

NAME = "contoso"
EVIDENCE = {
    "evidence",
    "landed_file",
    "first_landed_file",
    "records_file",
    "row_number",
    "source_name",
    "source_type",
    "source_window",
}
TIMES = {"valid_from", "valid_to", "explains_from", "explains_to", "last_seen_at", "landed_at"}
ABOUT_HOW_IT_CAME = {"landed_files", "quarantine", "collections"}
NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)


def objects_of(folder: Path) -> dict[str, list[Json]]:
    """The Graph objects in a folder, by what their pages are called."""
    found: dict[str, list[Json]] = defaultdict(list)
    for file in sorted(folder.rglob("*.json")):
        name = file.name.removesuffix(".json").removeprefix("signIns-").partition("-")[0]
        found[name] += orjson.loads(file.read_bytes())["value"]
    return found


@pytest.fixture(scope="module")
def warehouses(tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, Warehouse]:
    """The demo's tenant: imported, and pulled from Graph with its Graph activity imported."""
    folder = tmp_path_factory.mktemp("graph")
    summary = write_tenant(folder / "logs", scale=0.1, days=2, shape="graph")
    write_inventory(folder / "inventory", scale=0.1)
    tenant_id = summary.tenants[NAME]
    pages = folder / "logs" / NAME / "graph"
    elsewhere = [path for path in (folder / "logs" / NAME).iterdir() if path != pages]
    imported, pulled = Warehouse(folder / "imported"), Warehouse(folder / "pulled")
    all_files = [*elsewhere, pages, folder / "inventory" / NAME]
    for warehouse, files in ((imported, all_files), (pulled, elsewhere)):
        list(import_files(warehouse.data_folder, files, tenant_id=tenant_id))
    tenant = Tenant(objects_of(pages), objects_of(folder / "inventory" / NAME))
    names = [drive["id"] for drive in tenant.directory["drives"]]
    assert tenant.events.keys() <= {poll.key for poll in POLLS}
    with serving(tenant) as server:
        for number in range(2):
            collectors: list[Collector] = [
                logs(server, Clock(NOW), tenant_id=tenant_id),
                inventory(server, Clock(NOW), tenant_id=tenant_id, drives=lambda: names),
            ]
            for collector in collectors:
                collected = collect(pulled.data_folder, collector)
                assert (collected.failures, collected.notes, collected.unknown_fields) == ([], [], {})
                assert bool(sum(collected.lines.values())) == (number == 0)  # pulling again changes nothing
    for warehouse in (imported, pulled):
        warehouse.run()
    return imported, pulled


TABLES = [model.name for model in of_kind(load_models(), "table") if model.name not in ABOUT_HOW_IT_CAME]


def rows(warehouse: Warehouse, table: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    columns = [name for name, *_ in warehouse.rows(f"describe {table}") if name not in EVIDENCE | TIMES]
    listed = ", ".join(f'"{name}"' for name in columns)
    return columns, warehouse.rows(f"select {listed} from {table} order by all")


@pytest.mark.parametrize("table", TABLES)
def test_public_tables_are_those_of_an_import(warehouses: tuple[Warehouse, Warehouse], table: str) -> None:
    imported, pulled = (rows(warehouse, table) for warehouse in warehouses)
    assert pulled == imported
    if table.startswith(("directory_", "sign_ins", "attributed")):
        assert imported[1]


def test_drives_to_ask_for_are_those_that_requests_name_and_nothing_explains(tmp_path: Path) -> None:
    assert unresolved_drives(tmp_path, "nobody") == []
    summary = write_tenant(tmp_path / "logs", scale=0.1, days=1)
    tenant_id = summary.tenants[NAME]
    warehouse = Warehouse(tmp_path / "data")
    list(import_files(warehouse.data_folder, [tmp_path / "logs" / NAME], tenant_id=tenant_id))
    warehouse.run()
    drives = unresolved_drives(warehouse.data_folder, tenant_id)
    assert drives
    assert all(drive.startswith("b!") for drive in drives)
    assert unresolved_drives(warehouse.data_folder, "another") == []
    with serving(Tenant(directory={"drives": [{"id": drive, "driveType": "business"} for drive in drives]})) as server:
        collector = inventory(server, drives=lambda: unresolved_drives(warehouse.data_folder, tenant_id))
        collected = collect(warehouse.data_folder, collector)
    assert collected.lines["Drives", "graph"] == len(drives)
