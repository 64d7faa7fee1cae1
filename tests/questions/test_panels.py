"""Every panel is asked of the demo tenants: a run checks tables, and nobody else looks at the rows of panels."""

from collections.abc import Iterator
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.outputs.panels import panels, read_panel
from pipelines.warehouse.ask import open_reader
from pipelines.warehouse.models import Model
from pipelines.warehouse.warehouse import Warehouse

BUSIEST = """
select tenant_id, min(day) over () as first_day, max(day) over () as last_day, app_id, user_id, 100000 as most
from request_counts
where actor_class = 'human_via_agent'
order by requests desc, app_id, user_id
limit 1
"""
PANELS = tuple(panels().values())
ASKED_OF_AN_AGENT = {"agent_acts", "agent_permissions", "agents_registry"}


@pytest.fixture(scope="module")
def connection(tenant: Warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_reader(tenant.data_folder) as reader:
        yield reader


@pytest.fixture(scope="module")
def busiest(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """What filters may say: the days there are, a tenant, and the agent and user with most requests."""
    rows: pl.DataFrame = connection.sql(BUSIEST).pl()
    return rows.row(0, named=True)


def repeated(panel: Model, rows: pl.DataFrame) -> list[tuple[Any, ...]]:
    """What should identify a row of the panel, and does not."""
    grain = list(panel.header.grain)
    if not grain:
        return [] if rows.height <= 1 else rows.rows()
    return rows.select(grain).filter(pl.struct(grain).is_duplicated()).rows()


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
def test_rows_of_a_panel_are_told_apart_by_its_grain(
    connection: duckdb.DuckDBPyConnection, busiest: dict[str, Any], panel: Model
) -> None:
    of_all = read_panel(connection, panel, {**busiest, "tenant_id": None})
    of_one_day = read_panel(connection, panel, {**busiest, "first_day": busiest["last_day"]})
    assert (repeated(panel, of_all), repeated(panel, of_one_day)) == ([], [])
    if panel.name in ASKED_OF_AN_AGENT or panel.name.startswith("overview"):
        assert of_all.height
        assert of_one_day.height
