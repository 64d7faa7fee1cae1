"""The page on data health: what of the ledger it shows, the chains, and the page itself in a browser."""

import shutil
from datetime import date
from pathlib import Path

import duckdb
from playwright.sync_api import Browser, expect

from pipelines.dashboard.chains import check_chains
from pipelines.dashboard.text import number
from pipelines.outputs.panels import panels, read_panel
from pipelines.warehouse.ask import open_reader
from tests.dashboard.browser import Look, look

DAYS = {"first_day": date(2026, 3, 3), "last_day": date(2026, 3, 4)}
TITLES = (
    "What arrived of each log, hour by hour",
    "Completeness of each log",
    "How far logs lag behind their events",
    "Late data",
    "What could not be read",
    "Lines that are in no table",
    "Drift",
    "When each collection last succeeded",
    "Hash chains",
)
LEDGER = """
create table completeness as
select 'SigninLogs' as log, date '2026-03-03' as day, * from (values
    ('one', timestamp '2026-03-03 00:00', true, true, false, 5, 6),
    ('one', timestamp '2026-03-03 01:00', true, true, false, 0, 0),
    ('one', timestamp '2026-03-03 02:00', true, false, false, 3, 3),
    ('one', timestamp '2026-03-03 03:00', true, null, false, 0, 0),
    ('one', timestamp '2026-03-03 04:00', null, null, true, 2, 2),
    ('one', timestamp '2026-03-03 05:00', true, true, false, 4, 4),
    ('two', timestamp '2026-03-03 05:00', true, false, false, 0, 0),
    ('two', timestamp '2026-03-03 06:00', null, null, false, 1, 1)
) as hours (tenant_id, hour, is_expected, is_pulled, is_waiting, distinct_records, landed)
"""


def test_what_did_not_come_whole_is_missing_whatever_came() -> None:
    with duckdb.connect() as connection:
        connection.execute(LEDGER)
        states = {
            tenant: dict(read_panel(connection, panels()["data_health_hours"], given).select("hour", "state").rows())
            for tenant in (None, "one")
            for given in [{**DAYS, "tenant_id": tenant}]
        }
    expected = {
        0: "received",
        1: "nothing_there",
        2: "missing",
        3: "missing",
        4: "waiting",
        5: "missing",
        6: "received",
    }
    assert {hour.hour: state for hour, state in states[None].items()} == expected
    assert {hour.hour: state for hour, state in states["one"].items()}[5] == "received"


def test_a_chain_that_was_changed_is_named(data: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(data, tmp_path / "data"))
    manifest = own / "landing" / "manifest.ndjson"
    manifest.write_bytes(manifest.read_bytes().replace(b'"rows":', b'"rows":1', 1))
    found = check_chains(own)
    landing = found.filter(found["chain"] == "evidence that landed")
    assert "intact" not in landing["state"]
    assert any("manifest.ndjson" in where for where in landing["landed_file"])
    assert found.filter(found["chain"] == "events of cases")["state"].to_list() == ["intact"]


def test_page_says_what_the_tables_say_and_checks_the_chains(window: Look, data: Path) -> None:
    with open_reader(data) as connection:
        late, unreadable = connection.sql("select sum(late), sum(quarantined) from completeness").fetchall()[0]
    page = window.open("data_health")
    for title in TITLES:
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    values = page.get_by_test_id("stMetricValue").all_inner_texts()
    assert values[:2] == ["none", "not known"]
    assert values[4:] == [number(late), number(unreadable)]
    assert min(late, unreadable) > 0
    page.get_by_role("button", name="Check them now").click()
    expect(page.get_by_text("All are intact.")).to_be_visible()
    window.settle()
    assert window.barriers() == []
    window.shot("data-health-light")


def test_dark_theme_keeps_nobody_out_either(browser: Browser, address: str) -> None:
    with look(browser, address, "dark") as window:
        window.open("data_health")
        assert window.barriers() == []
        window.shot("data-health-dark")
        assert (window.errors, window.elsewhere) == ([], [])
