"""What the queries beside a number give, and whether what is shown is part of it."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from pipelines.dashboard.panel import harmless
from pipelines.dashboard.text import plain, words

_NO_COUNTS = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # ids
    r"|\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?|\d{2}:\d{2}(?::\d{2})?"  # days and times
    r"|\d+(?:\.\d+){2,}|[\w.+-]+@[\w.-]+|\bv\d[\d.]*|/\S+"  # addresses of all kinds, versions, paths
    r"|SHA-256|ISO/IEC \d+(?::\d+)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.,#-])[+-]?\d[\d,]*(?:\.\d+)?(?![\w]|-\w)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_LONGEST = 4_000
_SHORTEST = 4
"""Characters of a text that is looked for in others: shorter ones are in everything."""


def numbers_in(text: str, known: Iterable[str] = ()) -> list[str]:
    """The numbers in a text, without separators; those of ids, times and addresses, and of known texts, are none."""
    said = unescaped(text)
    for each in sorted({each for each in known if len(each) >= _SHORTEST}, key=len, reverse=True):
        said = said.replace(each, " ")
    return [found.replace(",", "").removeprefix("+") for found in _NUMBER.findall(_NO_COUNTS.sub(" ", said))]


def unescaped(text: str) -> str:
    """The text as people read it where Markdown made it of this."""
    return _ESCAPE.sub(r"\1", text).replace("\u2060", "")


def ways_to_say(value: Any) -> set[str]:
    """The ways in which a page may say a value, without separators."""
    if isinstance(value, bool):
        return {"yes" if value else "no"}
    if isinstance(value, float):
        share = round(value * 100, 1)
        share = min(max(share, 0.1), 99.9) if 0 < value < 1 else share
        return {f"{share:g}", f"{share:.1f}", f"{value:.1f}", f"{value:.0f}"}
    if isinstance(value, datetime):
        return {f"{value:%Y-%m-%d %H:%M}", f"{value:%Y-%m-%d}"}
    return {value.isoformat() if isinstance(value, date) else str(value)}


def numbers_of(rows: pl.DataFrame) -> set[str]:
    """The numbers that people see who run the query: those in its cells, its rows, and of these the exceptions."""
    counts = {str(rows.height)}
    if "is_exception" in rows.columns:
        counts.add(str(int(rows["is_exception"].sum())))
    cells = (value for column in rows if column.dtype.is_numeric() for value in column.drop_nulls())
    return counts.union(*map(ways_to_say, cells))


def sums_of(rows: pl.DataFrame) -> set[str]:
    """The sums of its numbers by each of its texts, and its rows by each: what a chart says of it in words."""
    texts = [name for name, kind in rows.schema.items() if kind == pl.String]
    values = [name for name, kind in rows.schema.items() if kind.is_integer()]
    tallies = [
        rows.group_by(name).agg(pl.len().alias("rows"), *(pl.col(each).sum() for each in values)) for name in texts
    ]
    return {str(value) for tally in tallies for each in ("rows", *values) for value in tally[each]}


def texts_of(rows: pl.DataFrame) -> set[str]:
    """The texts in its cells, as pages show them: whole, and cut."""
    whole = {text for column in rows if column.dtype == pl.String for text in column.drop_nulls()}
    cut = {text for column in harmless(rows) if column.dtype == pl.String for text in column.drop_nulls()}
    return cut | {plain(text, _LONGEST) for text in whole}


def missing_rows(shown: pl.DataFrame, rows: pl.DataFrame) -> list[tuple[Any, ...]]:
    """Rows that are shown and that the query does not give, by the columns that both have."""
    common = [name for name in shown.columns if name in rows.columns]
    return list((_rows(shown.select(common)) - _rows(harmless(rows).select(common))).elements())


def same_columns(shown: pl.DataFrame, rows: pl.DataFrame) -> int:
    """How many columns both have."""
    return len(set(shown.columns) & set(rows.columns))


def _rows(frame: pl.DataFrame) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(map(_comparable, row)) for row in frame.iter_rows())


def _comparable(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(map(_comparable, value))
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, date):  # browsers are sent days as times
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - as the tables have them
    if isinstance(value, float):
        return f"{value:.9g}"
    return plain(words(value), 60) if isinstance(value, str) else value
