"""Fifty readers click through the dashboard while a run publishes anew: nobody is lost, and all see what is new."""

import asyncio
import shutil
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from pipelines.warehouse.ask import open_reader
from pipelines.warehouse.warehouse import Warehouse
from tests.dashboard.browser import dashboard_of
from tests.dashboard.readers import Seen, click_until, look_at

READERS = 50
PAGES = ("agents", "who_did_it", "")
NEW_DAYS = ("2026-03-05",)
PUBLISHER = """
import sys
from pathlib import Path
from tests.dashboard.readers import publish_days
publish_days(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
"""


@pytest.fixture
def folder(data: Path, tmp_path: Path) -> Path:
    """A copy of the published data folder, to publish in."""
    copy = shutil.copytree(data, tmp_path / "data")
    Warehouse(copy).publish()  # the published file names files by their path
    return copy


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    """The address of the dashboard over that copy."""
    with dashboard_of(folder) as served:
        yield served


async def click_while_it_publishes(address: str, folder: Path) -> list[list[tuple[str, Seen]]]:
    """What each reader saw, from before the first publication until after the last one."""
    with open_reader(folder) as connection:
        ((tenant_id,),) = connection.sql("select min(tenant_id) from attributed_requests").fetchall()
    done = asyncio.Event()
    clicking = [
        asyncio.create_task(click_until(done, address, PAGES[place % len(PAGES) :] + PAGES[: place % len(PAGES)]))
        for place in range(READERS)
    ]
    run = await asyncio.create_subprocess_exec(sys.executable, "-c", PUBLISHER, str(folder), tenant_id, *NEW_DAYS)
    code = await run.wait()
    done.set()
    seen = await asyncio.gather(*clicking)
    assert code == 0
    return seen


def test_nobody_is_lost_while_a_run_publishes_anew(address: str, folder: Path) -> None:
    quiet = asyncio.run(look_at(address, PAGES))
    assert {seen.last_day for seen in quiet.values()} == {"2026-03-04"}
    readers = asyncio.run(click_while_it_publishes(address, folder))
    assert len(readers) == READERS
    for clicks in readers:
        for page, seen in clicks:
            assert (page, seen.wrong, seen.headings) == (page, [], quiet[page].headings)
        days = [seen.last_day for _, seen in clicks]
        assert all(before <= after for before, after in pairwise(days)), days
        assert days[-1] == NEW_DAYS[-1]
    assert "2026-03-04" in {clicks[0][1].last_day for clicks in readers}, "nobody was there before"
