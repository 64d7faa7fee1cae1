"""A panel on a page: its title, what it says, how it was drawn, and the query behind it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import polars as pl
import streamlit as st

from pipelines.dashboard.charts import Drawing
from pipelines.dashboard.columns import made_of
from pipelines.dashboard.text import column_label, markdown_safe, number, percent, plain
from pipelines.warehouse.models import Model

NOTHING = "Nothing in these days."
_HIGHEST_TABLE = 420


def show(panel: Model, rows: pl.DataFrame, query: str, draw: Drawing, empty: str = NOTHING) -> None:
    """Draws the panel in a frame; `empty` stands where it has no rows."""
    with st.container(border=True, height="stretch"):
        heading(panel)
        if rows.is_empty():
            st.text(empty)
        else:
            draw(rows)
        show_query(panel.name, query)


def numbers(row: Mapping[str, Any], labels: Mapping[str, str], queries: Iterable[str], **given: Any) -> None:
    """Numbers side by side, each out of a column and under its label, above the queries whose row they stand in.

    Of `given`: `said` has other words for the values of some columns, `changes` what stands below some of them, `helps`
    what to know of some; `widths` say how wide each is, and `note` is a sentence for below them.
    """
    said, changes, helps = (given.get(name, {}) for name in ("said", "changes", "helps"))
    with st.container(key=f"numbers_{'_'.join(labels)}"):
        places = st.columns(given.get("widths", len(labels)))
        for place, (column, label) in zip(places, labels.items(), strict=True):
            value = said.get(column) or _number(row[column])
            with place.container(key=f"number_{column}", height="stretch"):  # the key says which column it is
                st.metric(label, value, changes.get(column), border=True, height="stretch", help=helps.get(column))
        if given.get("note"):
            st.caption(given["note"])
        for place, query in enumerate(queries):
            show_query(f"{'_'.join(labels)}_{place}", query)


def _number(value: Any) -> str:
    """A number of a row: a share in percent, a count, or a day."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    return percent(value) if isinstance(value, float) else number(value)


def heading(panel: Model) -> None:
    """The panel's title and description."""
    st.header(markdown_safe(panel.header.title or panel.name), anchor=False)
    st.caption(markdown_safe(" ".join(panel.header.description.split())))


def show_query(name: str, query: str) -> None:
    """The query behind a number, to be copied. `name` tells it from others on the page."""
    show_folded("SQL", ":material/database:", name, query, language="sql")


@st.fragment
def show_folded(label: str, icon: str, name: str, text: str, *, language: str | None = None) -> None:
    """A text to be copied, under a label. `name` tells it from others on the page.

    A browser gets it when somebody unfolds it: what colours code is the largest script of all that pages load.
    """
    folded = st.expander(label, icon=icon, key=f"folded_{name}", on_change="rerun")
    if folded.open:
        folded.code(text, language=language, wrap_lines=True)


def table(columns: Mapping[str, Any] | None = None, **given: Any) -> Drawing:
    """A table. `columns` are Streamlit's settings of columns, where one needs more than its name in words."""

    def drawing(frame: pl.DataFrame) -> None:
        settings = {name: _column(name, kind) for name, kind in frame.schema.items()}
        options = {"placeholder": "–", **_height(frame), **given}
        st.dataframe(frame, hide_index=True, column_config={**settings, **(columns or {})}, **options)

    return drawing


def _column(name: str, kind: pl.DataType) -> Any:
    label = column_label(name)
    if isinstance(kind, pl.Datetime):
        return st.column_config.DatetimeColumn(label, format="YYYY-MM-DD HH:mm:ss", timezone=kind.time_zone)
    if isinstance(kind, pl.Date):
        return st.column_config.DateColumn(label, format="YYYY-MM-DD")
    if kind.is_integer():
        return st.column_config.NumberColumn(label, format="localized")
    return st.column_config.Column(label)


def _height(frame: pl.DataFrame) -> dict[str, Any]:
    return {"height": _HIGHEST_TABLE} if frame.height > 11 else {}


def harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows with every text such that it can be shown as it stands; what is nested becomes text, but for numbers."""
    nested = [name for name, kind in frame.schema.items() if kind.is_nested() and not _is_numbers(kind)]
    flat = frame.with_columns(made_of(frame[name], _as_text(frame.schema[name])) for name in nested)
    texts = [name for name, kind in flat.schema.items() if kind == pl.String]
    return flat.with_columns(made_of(flat[name], plain) for name in texts)


def _is_numbers(kind: pl.DataType) -> bool:
    return isinstance(kind, pl.List) and kind.inner.is_numeric()


def _as_text(kind: pl.DataType) -> Callable[[Any], str]:
    return _listed if kind == pl.List(pl.String) else str


def _listed(values: list[str | None]) -> str:
    return ", ".join(map(str, values))
