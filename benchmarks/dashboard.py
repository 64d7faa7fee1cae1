"""`python -m benchmarks.dashboard`: how long pages of the dashboard take over a day of so many Graph requests.

The real server over a real data folder, in the machine's Chromium. Each round begins with a fresh server and a fresh
browser, so that no result of a query is remembered: what is measured is the first look of the first person.
"""

import statistics
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from playwright.sync_api import Page
from rich.console import Console
from rich.table import Table

from benchmarks.large_day import land_large_day
from pipelines.cases.follow import follow
from pipelines.outputs.report.pdf import find_browser
from pipelines.warehouse.ask import open_reader
from pipelines.warehouse.publish import warehouse_path
from pipelines.warehouse.warehouse import Warehouse
from tests.browser import running_browser
from tests.dashboard.browser import Look, dashboard_of, look

PAGE_SECONDS, DRILL_DOWN_SECONDS = 2.0, 1.0
"""What the first view of a page, and what a drill-down may take."""

ROUNDS = 3
_DRILL_DOWNS = {
    "agent of most requests": (
        "agent",
        "app",
        "select app_id from app_acts where actor_class = 'human_via_agent' group by app_id order by sum(requests) desc",
    ),
    "app of most lonely writes": (
        "agent",
        "app",
        "select app_id from coverage where app_id is not null group by app_id order by sum(app_only_user_writes) desc",
    ),
    "finding": ("findings", "finding", "select finding_id from findings order by request_count desc, finding_id"),
    "control": ("compliance", "control", "select 'SOC+2+CC6.1'"),
    "who, by request id": ("who_did_it", "id", "select request_id from attributed_requests where user_id is not null"),
    "who, by agent": ("who_did_it", "agent", "select app_id from app_acts group by app_id order by sum(requests) desc"),
}
_CHOSEN = {
    "finding": ("findings", "Open a finding", "All findings"),
    "control": ("compliance", "Control", "All controls"),
    "who, by agent": (None, "Open a request", "Back to the list"),
}
"""Drill-down → the open page with a list to choose from, None for its own; the list; a link on what is chosen there."""
_FIRST = "first page of a server that has just started"
_HIDDEN = frozenset({"agent"})
# In the page's own clock, which starts with its navigation; asked at every frame.
_SETTLED = """link => {
    const shown = selector => document.querySelectorAll(selector);
    const charts = [...shown("[data-testid=stVegaLiteChart]")];
    const isDone = shown("h1").length && shown("[data-test-script-state=notRunning]").length
        && !shown("[data-testid=stSkeleton], [data-testid=stAppSkeleton]").length
        && (!link || [...shown("a")].some(each => each.textContent === link))
        && charts.every(chart => chart.querySelector("canvas, svg"));
    return isDone ? performance.now() / 1000 : 0;
}"""

Times = dict[str, list[float]]
"""What was opened → seconds that it took, one for each round."""


def main(
    size: Annotated[int, typer.Option(help="Graph requests of the day.")] = 1_000_000,
    data: Annotated[Path | None, typer.Option(help="Data folder: used where it is published, else made.")] = None,
    rounds: Annotated[int, typer.Option(help="How often each page is opened.")] = ROUNDS,
) -> None:
    """Opens every page, and what pages lead to, and prints how long that took."""
    bench_dashboard(Console(width=120), size, data, rounds)


def bench_dashboard(console: Console, size: int, data: Path | None = None, rounds: int = ROUNDS) -> None:
    """Measures the dashboard and prints a table of it; without a browser says so."""
    pages: Times = {}
    drill_downs: Times = {}
    with _published(data, size) as folder:
        if find_browser() is None:
            console.print("The dashboard is not measured: there is no Chromium.")
            return
        with running_browser() as browser:
            for _ in range(rounds):
                with dashboard_of(folder) as address, look(browser, address) as window:
                    _open_pages(window, pages)
                    links = _links(folder, pages)
                    _open_drill_downs(window, links, drill_downs)
                    _choose_from_lists(window, links, drill_downs)
        _print(console, _requests(folder), pages, drill_downs)


@contextmanager
def _published(data: Path | None, size: int) -> Iterator[Path]:
    if data is not None and warehouse_path(data).is_file():
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="whoseagent-bench-") as work:
        folder = data or Path(work) / "data"
        land_large_day(folder, Path(work), size)
        warehouse = Warehouse(folder)
        warehouse.run()
        with warehouse.only_run():
            follow(folder)
        yield folder


def _open_pages(window: Look, times: Times) -> None:
    """Opens a page of the server that has just started, then each page of the sidebar, the first one first."""
    times.setdefault(_FIRST, []).append(_open(window, "sql"))
    times.setdefault("overview", []).append(_open(window, ""))
    links = window.page.get_by_test_id("stSidebarNavLink")
    paths = [urlsplit(link.get_attribute("href") or "").path.strip("/") for link in links.all()]
    for path in filter(None, paths):
        times.setdefault(path, []).append(_open(window, path))


def _open_drill_downs(window: Look, links: Mapping[str, str], times: Times) -> None:
    for name, link in links.items():
        times.setdefault(name, []).append(_open(window, link))


def _choose_from_lists(window: Look, links: Mapping[str, str], times: Times) -> None:
    """Drills down from inside an open page, as a person does who chooses the first of a list."""
    for name, (path, label, back) in _CHOSEN.items():
        if name in links:
            seconds = _choose(window, path or links[name], label, back)
            times.setdefault(f"{name}, chosen in a list", []).append(seconds)


def _choose(window: Look, link: str, label: str, back: str) -> float:
    """Seconds from the choice of the first of a list until all of it stands there."""
    _open(window, link)
    page: Page = window.page
    page.get_by_label(label, exact=True).press("ArrowDown")
    page.get_by_role("option").first.wait_for()
    start: Any = page.evaluate("performance.now() / 1000")
    page.keyboard.press("Enter")
    settled: Any = page.wait_for_function(_SETTLED, arg=back).json_value()
    return float(settled) - float(start)


def _open(window: Look, link: str) -> float:
    """Seconds from the navigation until all of the page stands there."""
    page: Page = window.page
    page.goto(f"{window.address}/{link}", wait_until="commit")
    seconds: Any = page.wait_for_function(_SETTLED).json_value()
    wrong = page.locator("[data-testid=stAlertContentError], [data-testid=stException]").all_inner_texts()
    if wrong or window.elsewhere:
        raise SystemExit(f"/{link} went wrong: {wrong} {window.elsewhere}")
    return float(seconds)


def _links(data: Path, pages: Times) -> dict[str, str]:
    """The drill-downs of pages that there are."""
    found = {}
    with open_reader(data) as connection:
        for name, (path, key, query) in _DRILL_DOWNS.items():
            rows = connection.sql(f"{query} limit 1").fetchall()
            if rows and (path in pages or path in _HIDDEN):
                found[name] = f"{path}?{key}={rows[0][0]}"
    return found


def _requests(data: Path) -> int:
    with open_reader(data) as connection:
        ((requests,),) = connection.sql("select count(*) from attributed_requests").fetchall()
    return int(requests)


def _print(console: Console, requests: int, pages: Times, drill_downs: Times) -> None:
    rounds = len(next(iter(pages.values())))
    table = Table(title=f"dashboard over {requests:,} Graph requests, nothing remembered ({rounds} rounds)")
    for column in ("opened", "p50 s", "max s", "target s", ""):
        table.add_column(column, justify="left" if column == "opened" else "right")
    for times, target in ((pages, PAGE_SECONDS), (drill_downs, DRILL_DOWN_SECONDS)):
        for name, seconds in times.items():
            middle = statistics.median(seconds)
            said = "" if middle <= target else "over"
            table.add_row(name, f"{middle:.2f}", f"{max(seconds):.2f}", f"{target:.0f}", said)
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
