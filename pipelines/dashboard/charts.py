"""Charts. They are drawn in the browser from what Streamlit itself serves; no menu of theirs leads elsewhere."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Literal

import altair as alt
import polars as pl
import streamlit as st

from pipelines.dashboard.columns import made_of
from pipelines.dashboard.look import GREY, Colours
from pipelines.dashboard.text import plain, words

Drawing = Callable[[pl.DataFrame], None]
"""Draws the rows of a panel, which are never none."""

Days = tuple[date, date]
"""The first and the last day that a chart reaches over."""

_HEIGHT = 260
_MOST_DAYS_NAMED = 8
_LEGEND_COLUMNS = 4
_COUNTS = alt.Axis(format=",d", tickCount=4, tickMinStep=1)
_BAR_HEIGHT = 30
_AXIS_HEIGHT, _LEGEND_HEIGHT = 40, 70


def stacked_days(value: str, series: str, colours: Colours, days: Days, *, height: int = _HEIGHT) -> Drawing:
    """A chart of columns, one a day, stacked by the values of `series` in the order of `colours`."""

    def drawing(frame: pl.DataFrame) -> None:
        known, scale = _scaled(frame, series, colours)
        chart = (
            alt.Chart(known)
            .mark_bar(cornerRadius=0)
            .encode(
                x=_by_day(days),
                y=alt.Y(f"sum({value}):Q", title=None, stack=True, axis=_COUNTS),
                color=alt.Color(f"{series}:N", scale=scale, legend=_legend()),
                order=alt.Order("place:Q"),
                tooltip=[_day_tip(), alt.Tooltip(f"{series}:N"), alt.Tooltip(f"sum({value}):Q", format=",")],
            )
        )
        draw(chart, _words_of(frame, value, series), height=height)

    return drawing


def share_of_days(value: str, colour: str, days: Days, *, height: int = _HEIGHT) -> Drawing:
    """A line of shares between 0 and 1, a point a day."""

    def drawing(frame: pl.DataFrame) -> None:
        lowest = float(frame.select(pl.col(value).min()).item() or 0)
        floor = max(0.0, lowest - 0.1)
        chart = (
            alt.Chart(frame)
            .mark_line(point=alt.OverlayMarkDef(size=36, color=colour), color=colour, strokeWidth=2)
            .encode(
                x=_by_day(days),
                y=alt.Y(
                    f"{value}:Q",
                    title=None,
                    scale=alt.Scale(domain=[floor, 1], nice=False),
                    axis=alt.Axis(format=".0%", tickCount=5),
                ),
                tooltip=[_day_tip(), alt.Tooltip(f"{value}:Q", format=".1%", title=words(value))],
            )
        )
        draw(chart, f"{words(value)} by day, from {lowest:.1%} up", height=height)

    return drawing


def bars(value: str, category: str, colours: Colours | None = None, series: str | None = None) -> Drawing:
    """Lying bars, one for each category, the longest first; in the order of `colours` where it has them."""

    def drawing(frame: pl.DataFrame) -> None:
        known, scale = _scaled(frame, series or category, colours or {})
        shown = [name for name in scale.domain if name in known[series or category]]
        chart = (
            alt.Chart(known.with_columns(made_of(known[category], _label)))
            .mark_bar()
            .encode(
                y=alt.Y(f"{category}:N", title=None, sort=shown if series is None and colours else "-x"),
                x=alt.X(f"sum({value}):Q", title=None, axis=_COUNTS),
                color=alt.Color(f"{series or category}:N", scale=scale, legend=_legend() if series else None),
                order=alt.Order("place:Q"),
                tooltip=[alt.Tooltip(f"{category}:N"), alt.Tooltip(f"sum({value}):Q", format=",", title=words(value))],
            )
        )
        height = _BAR_HEIGHT * frame[category].n_unique() + _AXIS_HEIGHT + (_LEGEND_HEIGHT if series else 0)
        draw(chart, _words_of(frame, value, category), height=height)

    return drawing


def hour_map(series: str, colours: Colours, days: Days) -> Drawing:
    """A map with a row for each log and a cell for each hour, in the colour of its `series`."""

    def drawing(frame: pl.DataFrame) -> None:
        known, scale = _scaled(frame, series, colours)
        cells = known.with_columns(pl.col("hour").dt.offset_by("1h").alias("end"))
        chart = (
            alt.Chart(cells)
            .mark_rect()
            .encode(
                x=_by_day(days, "hour", "utcyearmonthdatehours"),
                x2="end:T",
                y=alt.Y("log:N", title=None, scale=alt.Scale(paddingInner=0.1)),
                color=alt.Color(f"{series}:N", scale=scale, legend=_legend()),
                tooltip=[
                    alt.Tooltip("log:N"),
                    alt.Tooltip("hour:T", timeUnit="utcyearmonthdatehours", format="%-d %b %Y %H:%M UTC"),
                    alt.Tooltip(f"{series}:N"),
                    alt.Tooltip("records:Q", format=","),
                ],
            )
        )
        counted = known.with_columns(hours=pl.lit(1))
        height = _BAR_HEIGHT * frame["log"].n_unique() + _AXIS_HEIGHT + _LEGEND_HEIGHT
        draw(chart, _words_of(counted, "hours", series), height=height)

    return drawing


def draw(chart: Any, said: str, *, height: int) -> None:
    """Shows a chart as wide as its place. `said` is what it says, for those who do not see it."""
    finished = (
        chart.properties(height=height, usermeta={"embedOptions": {"actions": False}})
        .configure_view(strokeWidth=0)
        .configure_axis(domain=False, ticks=False, gridOpacity=0.5, labelFontSize=12, labelLimit=260)
        .configure_axisX(grid=False)
        .configure_legend(labelFontSize=12, symbolType="square", symbolSize=90)
    )
    st.altair_chart(finished, width="stretch", alt=plain(said))


def _scaled(frame: pl.DataFrame, series: str, colours: Colours) -> tuple[pl.DataFrame, alt.Scale]:
    """The rows with their series in words and its place, and which colour each has. Unknown values are grey."""
    found = frame[series].cast(pl.String).unique().sort().to_list()
    order = [*colours, *(value for value in found if value not in colours)]
    present = [value for value in order if value in found]
    places = {value: place for place, value in enumerate(present)}
    known = frame.with_columns(
        pl.col(series).cast(pl.String).replace_strict(places, return_dtype=pl.Int64).alias("place"),
        made_of(frame[series].cast(pl.String).fill_null(""), _label),
    )
    return known, alt.Scale(domain=list(map(_label, present)), range=[colours.get(value, GREY) for value in present])


def _label(value: str | None) -> str:
    return plain(words(value), 60) if value else "–"


def _by_day(
    days: Days,
    column: str = "day",
    unit: Literal["utcyearmonthdate", "utcyearmonthdatehours"] = "utcyearmonthdate",
) -> alt.X:
    """All days of the period, also those without a row."""
    first_day, last_day = days
    end = last_day + timedelta(days=1)
    scale = alt.Scale(type="utc", domain=[f"{first_day}T00:00:00Z", f"{end}T00:00:00Z"], nice=False)
    axis = alt.Axis(
        format="%-d %b", labelAngle=0, labelOverlap=True, tickCount={"interval": "day", "step": _step(days)}
    )
    return alt.X(f"{column}:T", title=None, timeUnit=unit, scale=scale, axis=axis)


def _step(days: Days) -> int:
    return max(1, ((days[1] - days[0]).days + 1) // _MOST_DAYS_NAMED)


def _day_tip() -> alt.Tooltip:
    return alt.Tooltip("day:T", timeUnit="utcyearmonthdate", format="%a %-d %b %Y", title="day")


def _legend() -> alt.Legend:
    return alt.Legend(orient="top", title=None, direction="horizontal", columns=_LEGEND_COLUMNS, offset=4)


def _words_of(frame: pl.DataFrame, value: str, series: str) -> str:
    """The sums by category as a sentence."""
    sums: Sequence[tuple[Any, Any]] = (
        frame.group_by(series).agg(pl.col(value).sum()).sort(value, descending=True).head(10).rows()
    )
    return f"{words(value)}: " + ", ".join(f"{_label(name)} {total:,}" for name, total in sums)
