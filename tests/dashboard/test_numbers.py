"""Every number on every page is one that a query beside it gives, as that query stands there."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from playwright.sync_api import Browser, expect
from streamlit.proto.Element_pb2 import Element

from pipelines.outputs.controls import FRAMEWORKS, MAPPING, controls
from pipelines.outputs.panels import panels
from pipelines.warehouse.ask import check_query, open_reader
from tests.dashboard.browser import Look, look
from tests.dashboard.shown import Place, Shown
from tests.given import (
    missing_rows,
    numbers_in,
    numbers_of,
    same_columns,
    sums_of,
    texts_of,
    unescaped,
    ways_to_say,
)

IDS = """
select request_id, token_id, sign_in_id, correlation_id, session_id, user_id, app_id
from attributed_requests
where actor_class = 'human_via_agent' and session_id is not null and front_end_app_id is not null
order by request_at desc, request_id
limit 1
"""
PAGES = {
    "overview": "?from=2026-03-04&to=2026-03-04",
    "request": "who_did_it?id={request_id}",
    "token": "who_did_it?id={token_id}",
    "sign-in": "who_did_it?id={sign_in_id}",
    "correlation": "who_did_it?id={correlation_id}",
    "session": "who_did_it?id={session_id}",
    "requests of an agent": "who_did_it?agent={app_id}",
    "requests of a user": "who_did_it?user={user_id}",
    "unknown id": "who_did_it?id=nobody-knows-it",
    "agents": "agents",
    "agents of a kind": "agents?kind=users_agent&shape=on_behalf_of&q=a",
    "agent": "agent?app={app_id}",
    "findings": "findings",
    "findings by severity": "findings?severity=high&status=all",
    "finding": "findings?finding={finding_id}",
    "compliance": "compliance",
    "exceptions": "compliance?framework=ISO/IEC+27001&exceptions=true",
    "control": "compliance?control=SOC+2+CC6.1",
    "data health": "data_health",
    "SQL": "sql?q=select app_id, count(*) as requests from attributed_requests group by app_id",
}
NO_QUERY = {
    "signed_off": "sign-offs stand in the access log, which SQL does not read",
}
"""Columns of numbers that no query gives, and why."""
NO_NUMBER = {
    r"^\d+\. ": "numbers the sentences about a chain",
    r"\b\d+ requests shown here\b": "counts the rows of the list on the same page",
    r"\bone of \d+ front ends\b": "counts the boxes beside it",
}
"""Numbers in words that no query gives, and why."""
DRAWN = {"place", "end", "page"}
"""Columns that a page adds to rows: the order of a legend, where a cell of a chart ends, a link."""
LABELS = re.compile(r'label="((?:[^"\\]|\\.)*)"')


@pytest.fixture(scope="module")
def tables(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published tables, as `whoseagent sql` reads them."""
    with open_reader(data) as connection:
        yield connection


@pytest.fixture(scope="module")
def ids(tables: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Ids to ask for."""
    finding = "select finding_id from findings where app_id is not null order by request_count desc, 1 limit 1"
    rows: list[dict[str, Any]] = [tables.sql(query).pl().row(0, named=True) for query in (IDS, finding)]
    return rows[0] | rows[1]


@pytest.fixture(scope="module")
def window(browser: Browser, address: str) -> Iterator[Look]:
    """One window for all pages."""
    with look(browser, address) as seen:
        yield seen
        assert (seen.errors, seen.elsewhere) == ([], [])


@pytest.mark.parametrize("name", PAGES)
def test_every_number_is_what_a_query_beside_it_gives(
    name: str, window: Look, ids: dict[str, Any], tables: duckdb.DuckDBPyConnection
) -> None:
    shown = Shown()
    window.page.once("websocket", shown.listen)
    page = window.open(PAGES[name].format(**ids))
    if name == "SQL":
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page.get_by_text("all of it")).to_be_visible()
        window.settle()
    unfold_queries(window)
    check = Check(shown, tables)
    wrong = check.page()
    for _ in range(20):  # a browser that has much to do takes what it was sent later
        if not wrong:
            break
        window.page.wait_for_timeout(500)
        wrong = check.page()
    assert not wrong, "\n".join(wrong)
    assert check.compared > 0, "nothing on this page was compared"


def unfold_queries(window: Look) -> None:
    """A browser gets the queries of a page when somebody looks at them; some parts of it stand there later."""
    expanders = window.page.get_by_test_id("stExpander").locator("details:not([open])")
    folded = expanders.filter(has_text=re.compile("^(database)?SQL$"))
    for _ in range(100):
        if not folded.count():
            return
        folded.first.locator("summary").click()
        window.settle()
    raise AssertionError(f"{folded.count()} queries stay folded")


class Check:
    """Compares what a page shows with what its queries give."""

    def __init__(self, shown: Shown, tables: duckdb.DuckDBPyConnection) -> None:
        self.shown = shown
        self.compared = 0
        self._ask = lru_cache(maxsize=None)(lambda query: tables.sql(check_query(query)).pl())

    def page(self) -> list[str]:
        """What of the whole page no query beside it gives."""
        return [fault for place, element in self.shown.of_page() for fault in self.faults(place, element)]

    def faults(self, place: Place, element: Element) -> Iterator[str]:
        """What of the element no query beside it gives."""
        kind = str(element.WhichOneof("type"))
        rows = [self._ask(query) for query in self.shown.beside(place)]
        if kind == "metric":
            yield from self._metric(self.shown.key(place), element.metric, rows)
        elif kind == "dataframe":
            yield from self._table(pl.read_ipc_stream(element.dataframe.arrow_data.data), rows)
        elif kind == "vega_lite_chart":
            yield from self._chart(element.vega_lite_chart, rows)
        elif kind == "graphviz_chart":
            everything = [self._ask(query) for query in self.shown.queries.values()]
            for label in LABELS.findall(element.graphviz_chart.spec):
                yield from self._words(label.replace("\\n", " "), everything)
        elif kind in ("heading", "markdown", "text", "alert", "checkbox"):
            part = getattr(element, kind)
            is_about_all = "\n" in unescaped(part.body) if kind == "text" else False
            everything = [self._ask(query) for query in self.shown.queries.values()] if is_about_all else rows
            text = part.label if kind == "checkbox" else part.body
            for line in text.splitlines():
                yield from self._words(line, everything)

    def _metric(self, key: str, metric: Any, rows: list[pl.DataFrame]) -> Iterator[str]:
        column = key.rpartition("number_")[2]
        if column in NO_QUERY:
            return
        cells = [each[column][0] for each in rows if column in each.columns and each.height == 1]
        said = numbers_in(metric.body) or [metric.body]
        self.compared += 1
        if len(cells) != 1:
            yield f"metric {metric.label}: {len(cells)} queries beside it give {column}"
        elif cells[0] and said[0] not in ways_to_say(cells[0]):
            yield f"metric {metric.label} says {metric.body}, its query gives {cells[0]}"
        elif not cells[0] and any(digit in metric.body for digit in "123456789"):
            yield f"metric {metric.label} says {metric.body}, its query gives nothing"
        yield from self._words(f"{' '.join(said[1:])} {metric.delta}", rows)

    def _table(self, table: pl.DataFrame, rows: list[pl.DataFrame]) -> Iterator[str]:
        if table.columns == ["fact", "value"]:
            for value in table["value"]:
                yield from self._words(value, rows)
            return
        yield from self._rows(table, rows)

    def _rows(self, table: pl.DataFrame, rows: list[pl.DataFrame]) -> Iterator[str]:
        """Every row is one that the query gives with the same columns."""
        best = max(rows, key=lambda each: same_columns(table, each), default=pl.DataFrame())
        added = [name for name in table.columns if name not in {*best.columns, *DRAWN}]
        yield from (f"no query gives the numbers of {name}" for name in added if table[name].dtype.is_numeric())
        if same_columns(table, best):
            self.compared += table.height
            yield from (f"no query gives the row {row}" for row in missing_rows(table, best)[:3])
        for name in added:
            if table[name].dtype == pl.String and best.height:
                for value in table[name].drop_nulls():
                    yield from self._words(value, rows)

    def _chart(self, chart: Any, rows: list[pl.DataFrame]) -> Iterator[str]:
        sets = [chart.data.data, *(each.data.data for each in chart.datasets)]
        for table in (pl.read_ipc_stream(each) for each in sets if each):
            yield from self._rows(table, rows)
            if not any(each.height == table.height for each in rows):
                yield f"a chart draws {table.height} rows, its query gives others"
        known = set().union(*map(sums_of, rows))
        yield from (f"a chart says {each}" for each in self._unknown(chart.alt, rows) if each not in known)

    def _words(self, text: str, rows: list[pl.DataFrame]) -> Iterator[str]:
        for pattern in NO_NUMBER:
            text = re.sub(pattern, "", text)
        yield from (f"no query beside it gives {each} of: {text[:200]}" for each in self._unknown(text, rows))

    def _unknown(self, text: str, rows: list[pl.DataFrame]) -> list[str]:
        known = set().union(*map(numbers_of, rows))
        said = numbers_in(text, fixed_words().union(*map(texts_of, rows)))
        self.compared += len(said)
        return [each for each in said if each not in known]


@lru_cache(maxsize=1)
def fixed_words() -> frozenset[str]:
    """Words of ours, in which a number is no number of the data."""
    said = {MAPPING, *FRAMEWORKS.values(), *(" ".join(panel.header.description.split()) for panel in panels().values())}
    return frozenset(said.union(*((each.id, each.title, each.asks, each.exception) for each in controls())))
