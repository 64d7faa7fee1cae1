"""A data folder with a large day, in small: three times the people of a small tenant."""

from pathlib import Path
from typing import NamedTuple

import pytest

from benchmarks.large_day import LargeDay, land_copies, land_inventory
from benchmarks.small_day import SmallDay, small_day
from pipelines.warehouse.warehouse import Warehouse

COPIES = 3


class MadeDay(NamedTuple):
    small: SmallDay
    large: LargeDay
    data: Path
    warehouse: Warehouse


@pytest.fixture(scope="session")
def made_day(tmp_path_factory: pytest.TempPathFactory) -> MadeDay:
    work = tmp_path_factory.mktemp("large-day")
    small = small_day(work / "small", scale=0.05)
    data = work / "data"
    land_inventory(data, work, small)
    large = land_copies(data, work, small, small.requests * (COPIES - 1) + 1)
    warehouse = Warehouse(data)
    warehouse.run()
    return MadeDay(small, large, data, warehouse)
