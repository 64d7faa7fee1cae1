"""Overview: whether humans can answer for what was done to users' data, and how sure that is."""

from datetime import timedelta

import streamlit as st

from pipelines.dashboard.charts import bars, share_of_days, stacked_days
from pipelines.dashboard.look import BLUE, GRADES, REASONS, SEVERITIES, SHAPES
from pipelines.dashboard.page import Here, page
from pipelines.dashboard.panel import numbers

NUMBERS = ("overview_headline", "overview_change", "overview_grave_findings")
HELP = "Only what a log says counts: where two humans are possible, it is nobody."


def show_headline(here: Here) -> None:
    """The numbers at the top."""
    now = here.row(*NUMBERS)
    labels = {
        "answerable_share": "Writes on users' data answerable to a human",
        "user_writes": "Writes on users' data",
        "app_only": "Of these by an app alone",
        "grave_findings": "Open findings, high or critical",
    }
    numbers(
        now,
        labels,
        map(here.query, NUMBERS),
        widths=[1.5, 1, 1, 1],
        changes={"answerable_share": change_of_share(here, now["change_in_points"])},
        helps={"answerable_share": HELP},
    )


def change_of_share(here: Here, points: float | None) -> str | None:
    """The change against as many days before; None where there is nothing to compare."""
    days = here.filters.last_day - here.filters.first_day + timedelta(days=1)
    if points is None or here.filters.first_day - days < here.published.first_day:
        return None
    return f"{points:+.1f} points to the {days.days} days before"


with page("Overview", "Which user's agent did this? What the logs can answer, and what they cannot.") as here:
    show_headline(here)
    left, right = st.columns(2)
    with left:
        here.show("overview_user_writes", share_of_days("answerable_share", BLUE, here.days))
    with right:
        here.show("overview_grades", stacked_days("requests", "attribution_grade", GRADES, here.days))
    left, right = st.columns(2)
    with left:
        here.show("overview_unresolved", stacked_days("requests", "unresolved_reason", REASONS, here.days))
    with right:
        here.show("overview_shapes", bars("requests", "identity_shape", SHAPES))
    left, right = st.columns([2, 3])
    with left:
        by_severity = bars("open_findings", "age", SEVERITIES, series="severity")
        here.show("overview_open_findings", by_severity, empty="Nothing is open.")
    with right:
        here.show("overview_freshness")
