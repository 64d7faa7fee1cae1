"""Controls as a page lists them: how many exceptions, which gaps are known, who signed off last."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import polars as pl
import streamlit as st

from pipelines.dashboard.page import Here
from pipelines.dashboard.text import markdown_safe
from pipelines.outputs.controls import Control
from pipelines.outputs.panels import panels
from pipelines.outputs.report.answers import COMPLETENESS, answer_of
from pipelines.outputs.report.content import ControlAnswer, Period, SignOff
from pipelines.outputs.report.tables import Tables

SAME, CHANGED = "nothing has changed", "the numbers have changed since the sign-off"
OTHER_PERIOD = "of other days or tenants than those shown"
_SCHEMA: dict[str, Any] = {
    "framework": pl.String,
    "control": pl.String,
    "title": pl.String,
    "exceptions": pl.Int64,
    "completeness": pl.String,
    "signed_by": pl.String,
    "signed_at": pl.Datetime("us"),
    "since_then": pl.String,
}


class Signed(NamedTuple):
    """Who signed off a control last, when (UTC), and whether something has changed since."""

    by: str | None = None
    at: datetime | None = None
    since_then: str | None = None


def answers(here: Here, wanted: Iterable[Control], sign_offs: tuple[SignOff, ...]) -> tuple[ControlAnswer, ...]:
    """What the data says of these controls in the days shown. How far it has read shows meanwhile."""
    wanted = tuple(wanted)
    period = Period(here.filters.first_day, here.filters.last_day, here.filters.tenant_id)
    tables = Tables(here.read, period)
    names = tuple(dict.fromkeys([COMPLETENESS, *(name for control in wanted for name in control.panels)]))
    for name in _told(names):
        tables.table(name)
    return tuple(answer_of(control, tables, period, sign_offs) for control in wanted)


def _told(names: tuple[str, ...]) -> Iterator[str]:
    """The panels one by one, under a bar that says which is being read: that takes a while on a large day."""
    bar = st.progress(0.0)
    for place, name in enumerate(names):
        bar.progress(place / len(names), f"Reading: {markdown_safe(panels()[name].header.title or name)}")
        yield name
    bar.empty()


def listed(of_controls: Iterable[ControlAnswer]) -> pl.DataFrame:
    """A row for each control."""
    rows = [_row(answer) for answer in of_controls]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _row(answer: ControlAnswer) -> tuple[Any, ...]:
    control = answer.control
    return (control.framework, control.id, control.title, answer.exceptions, known_gaps(answer), *signed(answer))


def has_known_gaps(answer: ControlAnswer) -> bool:
    """Whether something of a log that it rests on is known to be missing, or there is none."""
    return answer.completeness.rows.is_empty() or answer.completeness.exceptions > 0


def known_gaps(answer: ControlAnswer) -> str:
    """How many of its logs are known to have gaps, in words. Of what was only imported, gaps cannot be known."""
    logs = answer.completeness.rows.height
    return f"gaps in {answer.completeness.exceptions} of {logs} logs" if logs else "no log"


def signed(answer: ControlAnswer) -> Signed:
    """Who signed it off last, for exactly its period."""
    if not answer.sign_offs:
        return Signed()
    last = answer.sign_offs[0]
    return Signed(last.signed_by, naive(last.signed_at), since_then(answer, last))


def since_then(answer: ControlAnswer, sign_off: SignOff) -> str:
    """Whether what was signed off is still what the page shows."""
    if sign_off.period != answer.period:
        return OTHER_PERIOD
    return CHANGED if answer.has_changed_since(sign_off) else SAME


def naive(time: datetime) -> datetime:
    """The time as the published tables have theirs: UTC, without saying so."""
    return time.astimezone(UTC).replace(tzinfo=None)
