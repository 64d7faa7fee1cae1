"""Facts about one thing: what is known of it, each under its label."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import polars as pl
import streamlit as st

Labels = Sequence[tuple[str, str]]
"""Column and label of what is wanted, in order."""

_MOST_ROWS = 5


def facts_of(rows: pl.DataFrame, wanted: Labels) -> list[tuple[str, str]]:
    """What is known of the first rows, which were made fit to be shown, under its labels."""
    return [
        (label, said(value))
        for row in rows.head(_MOST_ROWS).iter_rows(named=True)
        for name, label in wanted
        if (value := row[name]) is not None
    ]


def said(value: object) -> str:
    """The value in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value)


def draw_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Facts as a table."""
    rows = pl.DataFrame(list(facts), schema=["fact", "value"], orient="row")
    labels: dict[Any, Any] = {"fact": st.column_config.TextColumn("Fact", width="small"), "value": "What is known"}
    st.dataframe(rows, hide_index=True, column_config=labels, height="content")
