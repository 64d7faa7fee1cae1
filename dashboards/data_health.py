"""Data health: whether the data of these days can be trusted, and what of it is missing, late or unreadable."""

from datetime import UTC, datetime

import streamlit as st

from pipelines.dashboard.chains import INTACT, check_chains
from pipelines.dashboard.charts import hour_map
from pipelines.dashboard.look import HOURS
from pipelines.dashboard.page import Here, page
from pipelines.dashboard.panel import numbers, table
from pipelines.dashboard.text import number
from pipelines.warehouse.publish import warehouse_path

NUMBERS = "data_health_numbers"


def show_numbers(here: Here) -> None:
    """What to know before anything else is believed."""
    now = here.row(NUMBERS)
    is_expected = now["hours_expected"] > 0
    labels = {
        "hours_expected": "Hours asked for",
        "hours_missing": "Of these not whole",
        "hours_waiting": "Not published yet",
        "duplicate_share": "Duplicates",
        "late": "Late records",
        "quarantined": "Unreadable lines",
    }
    said = {"hours_waiting": f"{number(now['hours_waiting'])} hours"}
    unknown = "" if is_expected else "No collector asked for these hours, so what is missing of them cannot be known. "
    written = datetime.fromtimestamp(warehouse_path(here.settings.data).stat().st_mtime, UTC)
    published = f"The last run published on {written:%Y-%m-%d} at {written:%H:%M} UTC."
    numbers(
        now,
        labels,
        [here.query(NUMBERS)],
        said=said if is_expected else {**said, "hours_expected": "none", "hours_missing": "not known"},
        note=f"{unknown}{published} Unreadable lines are those of any day.",
    )


def show_chains(here: Here) -> None:
    """Whether nobody changed the evidence and the logs; on demand, as every landed file is read for it."""
    with st.container(border=True):
        st.header("Hash chains", anchor=False)
        st.caption(
            "Whether evidence, events of cases and access log are as they were written, as `whoseagent verify` says. "
            "Every landed file is read for it, which takes a while where there are many."
        )
        if not st.button("Check them now", icon=":material/verified_user:"):
            return
        with st.spinner("Checking"):
            found = check_chains(here.settings.data)
        if (found["state"] == INTACT).all():
            st.success("All are intact.", icon=":material/check:")
        elif found["state"].is_in([INTACT, "empty"]).all():
            st.info("Nothing is wrong; where nothing was written yet, nothing is proved.", icon=":material/info:")
        else:
            st.error("NOT intact. The table says what and where.", icon=":material/error:")
        table({"landed_file": "Where", "description": "What is wrong"})(here.shown(found))


with page("Data health", "Can the data of these days be trusted? What is missing, late or could not be read.") as here:
    show_numbers(here)
    here.show("data_health_hours", hour_map("state", HOURS, here.days))
    here.show("report_completeness", lambda rows: table()(rows.drop("is_exception")))
    left, right = st.columns(2)
    with left:
        here.show("data_health_lag")
    with right:
        here.show("data_health_late", empty="Nothing came late, and nothing waits for a run.")
    here.show("data_health_quarantine", empty="Every line that landed could be read.")
    here.show("report_set_aside", lambda rows: table()(rows.drop("is_exception")), "Every line is in a table.")
    here.show("data_health_drift", empty="No unknown field, and every value cast.")
    here.show("data_health_collections", empty="No collector ran: all was imported from files.")
    show_chains(here)
