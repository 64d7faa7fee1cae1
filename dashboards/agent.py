"""Agent: everything about one app, from who answers for it to what it did and for whom."""

from typing import Any

import polars as pl
import streamlit as st

from pipelines.dashboard.charts import Drawing, bars, stacked_days
from pipelines.dashboard.facts import draw_facts, facts_of
from pipelines.dashboard.look import DATA_CLASSES, EFFECTS, GRADES, SHAPES, TEAL, Colours
from pipelines.dashboard.page import Here, page
from pipelines.dashboard.panel import numbers, show_query, table
from pipelines.dashboard.text import markdown_safe, number, plain

NUMBERS = "agent_numbers"
MOST = 200
"""Rows of a list that are shown."""

_LINK: dict[str, Any] = {"page": st.column_config.LinkColumn("Page", display_text="open", width="small")}
_REGISTERED = (
    ("is_agent", "An agent"),
    ("is_sanctioned", "Sanctioned"),
    ("owner", "Owner in the registry"),
    ("reason", "Why it is registered"),
    ("ticket", "Ticket"),
    ("registered_by", "Registered by"),
    ("expires_at", "Registered until"),
)
_PROFILE = (
    ("name", "Name in the directory"),
    ("service_principal_type", "Type"),
    ("owners", "Owners"),
    ("sponsors", "Sponsors"),
    ("blueprint_app_id", "Blueprint"),
    ("app_name", "Name of the blueprint"),
    ("azure_resource", "Azure resource"),
    ("service_principal_id", "Service principal"),
    ("app_owner_tenant_id", "Registered in tenant"),
    ("created_at", "Created"),
    ("tenant_id", "Tenant"),
)


def show_head(here: Here, app_id: str, counted: pl.DataFrame, profiles: pl.DataFrame, registered: pl.DataFrame) -> None:
    """Its name and id, and where to go on."""
    names = here.shown(
        pl.concat([counted.select("app_name"), *(rows.select(app_name="name") for rows in (registered, profiles))])
    )["app_name"].drop_nulls()
    st.header(markdown_safe(names[0] if len(names) else "App without a name", 200), anchor=False)
    st.text(f"App id {app_id}")
    st.markdown(
        f"[All agents]({here.link('agents')}) · [Its requests]({here.link('who_did_it', agent=app_id)}) · "
        f"[Findings about it]({here.link('findings', app=app_id)})"
    )


def show_numbers(here: Here, app_id: str) -> None:
    """What it amounts to."""
    now = here.row(NUMBERS, app_id=app_id)
    labels = {
        "requests": "Requests",
        "refused_or_failed": "Refused or failed",
        "users_served": "Users served",
        "user_writes": "Writes on users' data",
        "answerable_share": "Answerable",
        "app_only_user_writes": "Of these alone",
    }
    note = ""
    if now["first_seen_at"] is not None:
        first, last = (f"{now[f'{name}_seen_at']:%Y-%m-%d %H:%M}" for name in ("first", "last"))
        note = f"In these days first seen {first}, last {last}."
    numbers(now, labels, [here.query(NUMBERS, app_id=app_id)], note=note)


def show_facts(here: Here, app_id: str, profiles: pl.DataFrame, registered: pl.DataFrame) -> None:
    """What registry and inventory say of it."""
    facts = [*facts_of(here.shown(registered), _REGISTERED), *facts_of(here.shown(profiles), _PROFILE)]
    if registered.is_empty():
        facts.insert(0, ("Registry", "Nobody registered it."))
    if profiles.is_empty():
        facts.append(("Inventory", "The directory inventory does not have it."))
    with st.container(border=True, height="stretch"):
        st.header("Who it is", anchor=False)
        st.caption("What the registry and the directory inventory say of it now.")
        draw_facts(facts)
        for name in ("agent_registered", "agent_profile"):
            show_query(name, here.query(name, app_id=app_id))


def show_deeds(here: Here, app_id: str) -> None:
    """Charts of what it did, as whom, and how sure that is."""
    looks: tuple[tuple[str, str, Colours], ...] = (
        ("agent_effects", "effect", EFFECTS),
        ("agent_data_classes", "data_class", DATA_CLASSES),
        ("agent_shapes", "identity_shape", SHAPES),
        ("agent_grades", "attribution_grade", GRADES),
    )
    for first in (0, 2):
        for place, (name, column, colours) in zip(st.columns(2), looks[first : first + 2], strict=True):
            with place:
                here.show(name, stacked_days("requests", column, colours, here.days), app_id=app_id)


def show_people(here: Here, app_id: str) -> None:
    """For whom it acted, and through which front ends."""
    left, right = st.columns([3, 2])
    with left:
        here.show("agent_users", users_table(here, app_id), app_id=app_id, most=MOST)
    with right:
        here.show("agent_front_ends", front_bars, app_id=app_id)


def front_bars(frame: pl.DataFrame) -> None:
    """Front ends, all in one colour."""
    bars("requests", "front_end_name", dict.fromkeys(frame["front_end_name"], TEAL))(frame)


def users_table(here: Here, app_id: str) -> Drawing:
    """A table of users; with links to what was done for each, for those who may see who they are."""

    def drawing(frame: pl.DataFrame) -> None:
        st.caption(f"{number(frame['users_in_all'][0])} in all.")
        frame = frame.drop("users_in_all")
        if here.may("see_people"):
            links = [here.link("who_did_it", user=user_id, agent=app_id) for user_id in frame["user_id"]]
            frame = frame.insert_column(0, pl.Series("page", links))
        table(_LINK)(frame)

    return drawing


def show_panel(here: Here, name: str, app_id: str, empty: str, links: tuple[str, str, str] | None = None) -> None:
    """A list about it; `links` are another page, the key of its link, and the column with what stands under that."""

    def drawing(frame: pl.DataFrame) -> None:
        if links is not None:
            url_path, key, column = links
            targets = [here.link(url_path, **{key: value}) for value in frame[column]]
            frame = frame.insert_column(0, pl.Series("page", targets))
        table(_LINK)(frame)

    here.show(name, drawing, empty, app_id=app_id, most=MOST)


def show_agent(here: Here, app_id: str) -> None:
    """All of it, what is asked first at the top."""
    profiles, registered = (here.read(name, app_id=app_id) for name in ("agent_profile", "agent_registered"))
    counted = here.read(NUMBERS, app_id=app_id)
    if not counted["requests"][0] and profiles.is_empty() and registered.is_empty():
        st.text(f"No log, inventory or registry names an app {plain(app_id, 80)} in these days.")
        st.markdown(f"[All agents]({here.link('agents')})")
        return
    show_head(here, app_id, counted, profiles, registered)
    show_numbers(here, app_id)
    left, right = st.columns(2)
    with left:
        show_facts(here, app_id, profiles, registered)
    with right:
        show_panel(here, "agent_findings", app_id, "Nothing was found about it.", ("findings", "finding", "finding_id"))
    show_deeds(here, app_id)
    show_people(here, app_id)
    nothing = "It wrote nothing on users' data without a human on the token in these days."
    show_panel(here, "agent_app_only_writes", app_id, nothing, ("who_did_it", "id", "request_id"))
    left, right = st.columns(2)
    with left:
        show_panel(here, "agent_permissions", app_id, "No permission was used, and the inventory lists none.")
    with right:
        show_panel(here, "agent_credentials", app_id, "No credential was used, and the inventory lists none.")
    show_panel(here, "agent_changes", app_id, "No change of it stands in the audit log of these days.")


with page("Agent", "One agent or app: who answers for it, what it did, for whom, and with which rights.") as here:
    asked = here.asked("app")
    if asked is None:
        st.text("Choose an agent from the list of all agents.")
        st.markdown(f"[All agents]({here.link('agents')})")
    else:
        show_agent(here, asked.lower())
