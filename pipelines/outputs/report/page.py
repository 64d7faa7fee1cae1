"""The report as one HTML page: no request leaves it, no script is in it, and every value of a log is only text."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import islice
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipelines import __version__
from pipelines.outputs.controls import FRAMEWORKS
from pipelines.outputs.report.answers import counting_query
from pipelines.outputs.report.cells import Cell, cell, harmless, heading
from pipelines.outputs.report.charts import WIDTH, Bar, bars, legend
from pipelines.outputs.report.content import ControlAnswer, Report, Table

SHOWN_ROWS = 25
"""Rows of a table that the page shows; it says how many there are."""
_ALL_ROWS = frozenset({"report_summary", "report_completeness", "report_as_of"})
_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class View:
    """A table as it is shown."""

    table: Table
    headings: tuple[tuple[str, str, bool], ...]
    """Column, what stands above it, and whether it holds numbers."""
    rows: tuple[tuple[bool, tuple[Cell, ...]], ...]
    """Whether it is an exception, and its cells."""
    bars: tuple[Bar, ...]
    legend: tuple[str, ...]

    @property
    def rows_in_all(self) -> int:
        """Rows that the query gives."""
        return self.table.rows.height


def html_page(report: Report) -> str:
    """The page. The same report gives the same text."""
    style = (_FOLDER / "report.css").read_text(encoding="utf-8")
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            version=__version__,
            style=style,
            style_hash=b64encode(sha256(style.encode()).digest()).decode(),
            views={table.name: _view(table, report) for table in report.tables},
            frameworks=_by_framework(report.controls),
            counting_query=counting_query(report.controls) if report.controls else "",
            chart_width=WIDTH,
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["harmless"] = harmless
    return environment


def _view(table: Table, report: Report) -> View:
    names = [name for name in table.rows.columns if name not in _left_out(report)]
    most = table.rows.height if table.name in _ALL_ROWS else SHOWN_ROWS
    rows = tuple(
        (bool(row.get("is_exception", False)), tuple(cell(name, row[name]) for name in names))
        for row in islice(table.rows.iter_rows(named=True), most)
    )
    numbers = {name for name in names if table.rows[name].dtype.is_numeric()}
    return View(
        table=table,
        headings=tuple((name, heading(name), name in numbers) for name in names),
        rows=rows,
        bars=bars(table),
        legend=legend(table),
    )


def _left_out(report: Report) -> frozenset[str]:
    """Columns that a reader need not see: the mark of an exception is drawn, one tenant stands above the report."""
    alone = {"tenant_id"} if report.period.tenant_id or len(report.tenants) == 1 else set()
    return frozenset({"is_exception", "place", *alone})


def _by_framework(answers: tuple[ControlAnswer, ...]) -> Mapping[str, tuple[ControlAnswer, ...]]:
    return dict(_grouped(answers))


def _grouped(answers: tuple[ControlAnswer, ...]) -> Iterator[tuple[str, tuple[ControlAnswer, ...]]]:
    for framework, name in FRAMEWORKS.items():
        yield name, tuple(answer for answer in answers if answer.control.framework == framework)
