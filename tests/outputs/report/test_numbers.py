"""Every number of the report as people read it is one that a query printed in it gives."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.outputs.controls import FRAMEWORKS, controls
from pipelines.outputs.panels import panels
from pipelines.outputs.report.cells import harmless
from pipelines.outputs.report.charts import CHARTS
from pipelines.outputs.report.content import Report
from pipelines.outputs.report.page import html_page
from pipelines.outputs.report.sections import PLANS
from pipelines.warehouse.ask import check_query, open_reader
from tests.browser import chromium, running_browser
from tests.given import numbers_in, numbers_of

NOT_SHOWN = {"is_exception", "place"}
"""Columns that are drawn: a mark, and the order of rows."""
READ = """
() => {
    const text = found => found ? found.textContent.replace(/\\s+/g, ' ').trim() : '';
    const all = (inside, what) => [...inside.querySelectorAll(what)];
    const rows = table => all(table, 'tbody tr').map(row => all(row, 'td:not(.mark), th').map(text));
    const places = (inside, what) => all(inside, what).map(each => [each.id.replace('sql-', ''), each]);
    return {
        queries: Object.fromEntries(places(document, '.query').map(
            ([name, each]) => [name, each.querySelector('code').textContent])),
        panels: places(document, '.panel[id]').map(([name, each]) => ({
            name, rows: rows(each), caption: text(each.querySelector('caption')),
            bars: all(each, 'svg text.number').map(text),
        })),
        lines: all(document, '.lines li').map(each => [text(each.querySelector('.figure')), text(each)]),
        controls: all(document, '#controls .panel:not([id]) tbody tr').map(row => [
            row.cells[0].firstChild.textContent, text(row.cells[3]), text(row.cells[4]),
            all(row.cells[5], 'a').map(link => [link.hash.slice(1), link.nextSibling.textContent]),
        ]),
        warnings: all(document, '.warning').map(text),
        words: all(document, 'header p, header dd, h2, h3, section p').filter(
            each => !each.closest('.query') && !each.matches('.warning, .legend')).map(text),
    };
}
"""


@dataclass(frozen=True)
class Read:
    """The report as a browser reads it, and the answers to its queries."""

    said: Mapping[str, Any]
    data: Path

    @cached_property
    def rows(self) -> dict[str, pl.DataFrame]:
        """What each of its queries gives, as `whoseagent sql` answers it."""
        with open_reader(self.data) as connection:
            return {name: connection.sql(check_query(query)).pl() for name, query in self.said["queries"].items()}


@pytest.fixture(scope="module")
def read(report: Report, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Read:
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(html_page(report), encoding="utf-8")
    chromium()
    with running_browser() as browser:
        page = browser.new_page()
        page.goto(file.as_uri())
        return Read(page.evaluate(READ), data)


def test_every_table_and_chart_shows_what_its_query_gives(read: Read, report: Report) -> None:
    names = {panel["name"] for panel in read.said["panels"]}
    assert names == {table.name for table in report.tables} - {"report_summary"}
    wrong = [fault for panel in read.said["panels"] for fault in faults(panel, read.rows[panel["name"]])]
    assert not wrong, "\n".join(wrong)


def faults(panel: Mapping[str, Any], rows: pl.DataFrame) -> Iterator[str]:
    """What of a panel its query does not give."""
    name, shown = panel["name"], panel["rows"]
    for cells, row in zip(shown, rows.iter_rows(named=True), strict=False):
        left = [value for column, value in row.items() if column not in NOT_SHOWN]
        if len(cells) == len(left) - 1:  # one tenant stands above the report
            left = [value for column, value in row.items() if column not in {*NOT_SHOWN, "tenant_id"}]
        pairs = zip(cells, left, strict=True)
        yield from (
            f"{name} shows {cell}, its query gives {value}" for cell, value in pairs if not is_said(cell, value)
        )
    counts = [len(shown), rows.height] if len(shown) < rows.height else [rows.height]
    exceptions = int(rows["is_exception"].sum()) if "is_exception" in rows.columns else 0
    expected = [str(each) for each in [*counts, *([exceptions] if exceptions else [])]]
    if shown and numbers_in(panel["caption"], {str(panels()[name].header.title)}) != expected:
        yield f"{name} says {panel['caption']}, its query gives {expected}"
    if not shown and rows.height:
        yield f"{name} shows no row, its query gives {rows.height}"
    if panel["bars"]:
        sums = [f"{each:,}" for each in rows.select(pl.sum_horizontal(CHARTS[name].parts)).to_series()]
        yield from [f"the chart of {name} says {panel['bars']}, its query gives {sums}"] * (panel["bars"] != sums)


def is_said(cell: str, value: Any) -> bool:
    """Whether that is how people read the value."""
    if value is None or value == "":
        return cell == "–"
    if isinstance(value, bool) or not isinstance(value, int | float):
        said = {True: "yes", False: "no"}.get(value) if isinstance(value, bool) else str(value).partition(".")[0]
        return cell == said or cell.split() == harmless(str(value)).split()
    number = float(cell.replace(",", "").rstrip("%"))
    return abs(number - (value * 100 if cell.endswith("%") else value)) <= (0.05 if isinstance(value, float) else 0)


def test_the_summary_says_what_its_query_gives(read: Read) -> None:
    rows = read.rows["report_summary"]
    figures = [
        f"{row['number']:,}" + ("" if row["out_of"] is None else f" of {row['out_of']:,}")
        for row in rows.iter_rows(named=True)
    ]
    assert [figure for figure, _ in read.said["lines"]] == figures
    assert all(line in said for line, (_, said) in zip(rows["line"], read.said["lines"], strict=True))


def test_controls_count_what_their_query_gives(read: Read) -> None:
    rows = {row["control"]: row for row in read.rows["controls"].iter_rows(named=True)}
    assert len(read.said["controls"]) == len(rows) == len(controls())
    for control, exceptions, logs, tables in read.said["controls"]:
        row = rows[control]
        assert exceptions == f"{row['exceptions']:,}"
        assert logs == f"{row['logs_with_known_gaps']:,} of {row['logs']:,}"
        for name, counted in tables:
            of_panel = read.rows[name]
            if "control" in of_panel.columns:
                of_panel = of_panel.filter(pl.col("control") == control)
            assert f"({of_panel['is_exception'].sum():,} of {of_panel.height:,})" in counted, (control, name)


def test_sentences_have_no_number_that_no_query_gives(read: Read, report: Report) -> None:
    states = read.rows["report_days"].group_by("state").len()
    known = {*map(str, states["len"]), *numbers_of(read.rows["report_days"])}
    assert read.said["warnings"]
    wrong = {said: found for said in read.said["warnings"] if (found := set(numbers_in(said)) - known)}
    fixed = set(FRAMEWORKS.values()) | {text for plan in PLANS for text in (*plan.paragraphs, plan.title)}
    fixed |= {text for table in report.tables for text in (table.title, table.description)}
    words = [re.sub(r"^\d+\. ", "", text) for text in read.said["words"]]
    wrong |= {text: found for text in words if (found := set(numbers_in(text, fixed)))}
    assert not wrong, wrong
