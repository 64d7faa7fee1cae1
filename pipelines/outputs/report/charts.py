"""The charts of a report: bars, out of the same rows as the table below them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.outputs.report.cells import NOTHING, cell, harmless
from pipelines.outputs.report.content import Table

WIDTH = 640
"""Width of the longest bar."""
_LONGEST_LABEL = 30
_MOST_BARS = 31


@dataclass(frozen=True)
class Chart:
    """Which columns are drawn: the label of a bar, and its parts side by side."""

    label: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A part of a bar, in units of the drawing."""

    start: float
    length: float
    tone: int
    """Which of the colours of the style."""


@dataclass(frozen=True)
class Bar:
    """A bar with its label and number."""

    label: str
    number: str
    parts: tuple[Part, ...]


CHARTS: Mapping[str, Chart] = {
    "report_answerable_days": Chart("day", ("answerable", "app_only", "others")),
    "report_grades": Chart("attribution_grade", ("requests",)),
    "report_clarity": Chart("audit_clarity", ("requests",)),
    "report_reasons": Chart("unresolved_reason", ("requests",)),
    "report_handling": Chart("severity", ("findings",)),
}
"""Panel → its chart."""


def bars(table: Table) -> tuple[Bar, ...]:
    """The bars of a table's chart; none where it has no chart, no rows, or too many for one."""
    chart = CHARTS.get(table.name)
    if chart is None or not 0 < table.rows.height <= _MOST_BARS:
        return ()
    rows = list(table.rows.iter_rows(named=True))
    numbers = [_numbers(row, chart.parts) for row in rows]
    most = max(sum(each) for each in numbers) or 1
    return tuple(
        Bar(_label(row, chart.label), f"{sum(each):,}", _parts(each, most))
        for row, each in zip(rows, numbers, strict=True)
    )


def legend(table: Table) -> tuple[str, ...]:
    """What the colours stand for, where there are several."""
    chart = CHARTS.get(table.name)
    return tuple(part.replace("_", " ") for part in chart.parts) if chart and len(chart.parts) > 1 else ()


def _numbers(row: Mapping[str, object], parts: Sequence[str]) -> list[int]:
    return [value if isinstance(value := row[part], int) else 0 for part in parts]


def _label(row: Mapping[str, object], column: str) -> str:
    text = harmless(cell(column, row[column]).text)
    return text[:_LONGEST_LABEL] or NOTHING


def _parts(numbers: Sequence[int], most: int) -> tuple[Part, ...]:
    starts = [sum(numbers[:place]) * WIDTH / most for place in range(len(numbers))]
    return tuple(
        Part(round(start, 1), round(number * WIDTH / most, 1), tone)
        for tone, (start, number) in enumerate(zip(starts, numbers, strict=True))
        if number
    )
