"""Agents: every app that called Graph, who answers for it, and what it does without a human."""

from typing import Any

import polars as pl
import streamlit as st

from pipelines.dashboard.look import SHAPES
from pipelines.dashboard.page import Here, page
from pipelines.dashboard.panel import heading, numbers, show_query, table
from pipelines.dashboard.text import plain
from pipelines.outputs.panels import panels

LIST, NUMBERS = "agents_list", "agents_numbers"
KINDS = (
    "agent_identity",
    "registered_agent",
    "users_agent",
    "app",
    "managed_identity",
    "client",
    "collector",
    "microsoft",
)
LIST_HEIGHT = 640
_COUNT: dict[str, Any] = {"format": "localized", "width": "small"}
COLUMNS: dict[str, Any] = {
    "page": st.column_config.LinkColumn("Page", display_text="open", width="small"),
    "app_name": st.column_config.TextColumn("Name", width="medium"),
    "kind": st.column_config.TextColumn("Kind"),
    "owners": st.column_config.TextColumn("Owner or sponsor", width="medium"),
    "requests_by_day": st.column_config.AreaChartColumn("By day", width="small", help="Requests on each of these days"),
    "requests": st.column_config.NumberColumn("Requests", **_COUNT),
    "users_served": st.column_config.NumberColumn("Users", **_COUNT),
    "user_writes": st.column_config.NumberColumn("User writes", help="Writes on users' data", **_COUNT),
    "app_only_user_writes": st.column_config.NumberColumn(
        "Alone", help="Writes on users' data with no human on the token", **_COUNT
    ),
    "clarity": st.column_config.ProgressColumn(
        "Clarity",
        help="Share of its writes on users' data that are answerable to a human",
        format="percent",
        min_value=0,
        max_value=1,
        width="small",
    ),
    "permissions": st.column_config.TextColumn("Permissions used", help="Of those that are granted to it now"),
    "oldest_credential_days": st.column_config.NumberColumn("Oldest credential", format="%d days"),
    "next_expiry_at": st.column_config.DatetimeColumn("Next expiry", format="YYYY-MM-DD"),
}


def ask_what() -> dict[str, Any]:
    """What the filters of this page say, for the panels. They stand in the link."""
    text, kinds, shapes = st.columns([2, 2, 2])
    switches = st.columns(3)
    bound: dict[str, Any] = {"bind": "query-params"}
    return {
        "wanted_name": text.text_input("Name or app id", key="q", max_chars=200, **bound).strip() or None,
        # No other words for a value: what stands in the link is what is shown.
        "kinds": kinds.multiselect("Kind", KINDS, key="kind", placeholder="All kinds", **bound) or None,
        "shapes": shapes.multiselect("Shape", tuple(SHAPES), key="shape", placeholder="All shapes", **bound) or None,
        "is_without_owner": switches[0].toggle("Without an owner", key="unowned", **bound),
        "is_writing_alone": switches[1].toggle("Wrote on users' data alone", key="alone", **bound),
        "is_with_microsoft": switches[2].toggle("Microsoft's own too", key="microsoft", **bound),
    }


def show_numbers(here: Here, wanted: dict[str, Any]) -> None:
    """How many there are, and how many need a look."""
    labels = {
        "apps": "Agents and apps",
        "unowned": "Of these without an owner",
        "writing_alone": "Wrote on users' data alone",
        "not_allowed": "Not allowed by the registry",
    }
    numbers(here.row(NUMBERS, **wanted), labels, [here.query(NUMBERS, **wanted)])


def show_list(here: Here, wanted: dict[str, Any]) -> None:
    """The list, with a link to the page of each."""
    apps = here.read(LIST, **wanted)
    with st.container(border=True):
        heading(panels()[LIST])
        if apps.is_empty():
            st.text("No agent or app fits these filters.")
        else:
            links = [link_to(here, row["app_id"], row["tenant_id"], apps) for row in apps.iter_rows(named=True)]
            shown = here.shown(apps)
            open_one(shown)
            table(COLUMNS, height=LIST_HEIGHT)(shown.insert_column(1, pl.Series("page", links)))
        show_query(LIST, here.query(LIST, **wanted))


def link_to(here: Here, app_id: str, tenant_id: str, apps: pl.DataFrame) -> str:
    """The link to an app's page; with its tenant where several have the app."""
    is_in_several = apps.filter(pl.col("app_id") == app_id).height > 1
    return here.link("agent", app=app_id, **({"tenant": tenant_id} if is_in_several else {}))


def open_one(apps: pl.DataFrame) -> None:
    """A list to choose from by keyboard: whoever is chosen is opened."""
    names = {
        app_id: f"{plain(name or 'without a name', 80)} · {app_id}"
        for name, app_id in apps.select("app_name", "app_id").iter_rows()
    }
    chosen = st.selectbox(
        "Open the page of", tuple(names), index=None, format_func=lambda app_id: names[app_id], placeholder="Choose one"
    )
    if chosen is not None:
        st.switch_page("agent.py", query_params={"app": chosen})


with page("Agents", "Which agents and apps act here, who answers for them, and what they do without a human.") as here:
    wanted = ask_what()
    show_numbers(here, wanted)
    show_list(here, wanted)
