"""Who did it: one request, or what fits a search, with the human, the agent, the chain and the records behind it."""

from dataclasses import replace
from typing import Any

import polars as pl
import streamlit as st

from pipelines.access.events import Searched
from pipelines.dashboard.answer import answer_to
from pipelines.dashboard.chain import draw_chain, draw_unmatched, queries_of, show_chain, shown_chain, shown_rows
from pipelines.dashboard.evidence import show_evidence
from pipelines.dashboard.facts import draw_facts, facts_of
from pipelines.dashboard.page import Here, page
from pipelines.dashboard.panel import heading, show_query, table
from pipelines.dashboard.text import column_label, markdown_safe, number, plain, words
from pipelines.outputs.panels import panels, with_values
from pipelines.outputs.queries import COVERED
from pipelines.outputs.who import Found, find_in

REQUEST, REQUESTS, FOUND = "who_did_it_request", "who_did_it_requests", "who_did_it_found"
MOST = 200
SEARCHES = {"user": "User", "agent": "Agent", "target": "Whose data"}
KEYS = ("id", *SEARCHES)
"""What the link of this page says."""

_LINK: dict[str, Any] = {"page": st.column_config.LinkColumn("Page", display_text="open", width="small")}


def ask(here: Here, asked: dict[str, str]) -> None:
    """The forms: by an id, or by what is known of the request."""
    for key in KEYS:
        st.session_state[f"ask_{key}"] = asked.get(key, "")
    by_id, by_search = st.columns([2, 3])
    with by_id, st.form("by_id"):
        st.text_input("Id of a request, token, sign-in, correlation or session", key="ask_id", max_chars=200)
        st.form_submit_button("Find", on_click=go, args=(here, ("id",)))
    with by_search, st.form("by_search"):
        places = st.columns(len(SEARCHES))
        helps = ("UPN or object id", "App id, or part of a name", "UPN or object id")
        for place, (key, label), hint in zip(places, SEARCHES.items(), helps, strict=True):
            place.text_input(label, key=f"ask_{key}", placeholder=hint, max_chars=200)
        st.form_submit_button("Search these days", on_click=go, args=(here, tuple(SEARCHES)))


def go(here: Here, keys: tuple[str, ...]) -> None:
    """Puts what was asked into the link, from where it is answered."""
    for key in KEYS:
        st.query_params.pop(key, None)
        if key in keys and (value := st.session_state[f"ask_{key}"].strip()):
            st.query_params[key] = here.people.into_link(value)


def write_search(here: Here, asked: dict[str, str]) -> None:
    """Writes down what was searched for: once, and again when it is something else."""
    text = ", ".join(f"{key} {value}" for key, value in asked.items())
    if st.session_state.get("searched") != text:
        here.write_down(Searched(text=text))
        st.session_state["searched"] = text


def show_search(here: Here, asked: dict[str, str]) -> None:
    """The requests that fit, newest first, and how many there are in all."""
    given = {f"wanted_{key}": asked.get(key) for key in SEARCHES} | {"most": MOST}
    found = here.read(FOUND, **given)  # first which, then what they say: to say it of all would take seconds
    with st.container(border=True):
        heading(panels()[REQUESTS])
        if found.is_empty():
            st.text("No request in these days fits.")
        else:
            say_how_many(found["requests_in_all"][0], found.height)
            show_requests(here, found.select("tenant_id", "request_id").rows(), asked)
        show_query(FOUND, here.query(FOUND, **given))


def say_how_many(in_all: int, shown: int) -> None:
    """How many there are, and how many of them are shown."""
    st.text(f"{number(in_all)} in all" + (f"; these are the newest {shown}" if in_all > shown else ""))


def show_requests(here: Here, keys: list[tuple[str, str]], asked: dict[str, str], **days: Any) -> None:
    """The requests with these tenants and ids as a list, with its query. `days` are others than those of the page."""
    given = {"request_ids": [f"{tenant_id}/{request_id}" for tenant_id, request_id in keys], **days}
    show_list(here, here.read(REQUESTS, **given), asked)
    show_query(REQUESTS, here.query(REQUESTS, **given))


def show_list(here: Here, rows: pl.DataFrame, asked: dict[str, str]) -> None:
    """Requests, each with a link, and a list to choose from by keyboard."""
    is_double = rows["request_id"].is_duplicated().any()  # of two tenants: then the link says which
    ids = rows.select(id="request_id", tenant="tenant_id") if is_double else rows.select(id="request_id")
    keys = ids.to_dicts()
    shown = here.shown(rows)
    names = [
        plain(f"{row['request_at']:%Y-%m-%d %H:%M:%S} · {row['statement']}", 120) for row in shown.iter_rows(named=True)
    ]
    chosen = st.selectbox(
        "Open a request",
        range(len(names)),
        index=None,
        format_func=lambda place: names[place],
        placeholder="Choose one",
        key="open",
    )
    if chosen is not None:
        del st.session_state["open"]
        st.query_params.update(keys[chosen])
        st.rerun()
    links = [here.link("who_did_it", **{**asked, **each}) for each in keys]
    table(_LINK)(shown.insert_column(0, pl.Series("page", links)))


def show_id(here: Here, wanted: str, asked: dict[str, str]) -> None:
    """What the id names: a request in full, or requests and sign-ins."""
    with here.reader.cursor() as (_, cursor):
        found = find_in(cursor, wanted, here.filters.tenant_id)
    searched = {key: value for key, value in asked.items() if key != "id"}
    if searched:
        st.markdown(f"[Back to the list]({here.link('who_did_it', **searched)})")
    if not found:
        show_not_found(here, found)
        return
    named = [words(name) for name in found.matched_as] or ["id"]
    st.text(plain(f"{found.id} is a {' and '.join(named)}."))  # an id of these columns is nobody's
    if found.requests_in_all == 1:
        request, query = read_request(here, found.requests[0])
        show_answer(request)
        show_chains(here, found)
        show_details(request, query)
    else:
        show_several(here, found)
        show_chains(here, found)
    if found.sign_ins:
        show_sign_ins(here, found)
    show_evidence(here, found.evidence)


def show_not_found(here: Here, found: Found) -> None:
    """A clear no, and what could have been found."""
    where = " in this tenant" if here.filters.tenant_id else ""
    st.text(here.shown_text(f"{found.id} was not found{where}: no request and no sign-in has this id."))
    if found.covered:
        st.text("These logs are there to be searched, whatever the days on the left:")
        with st.container(border=True):
            table()(here.shown(pl.DataFrame(found.covered)))
            show_query("covered", COVERED.strip())


def read_request(here: Here, key: dict[str, Any]) -> tuple[pl.DataFrame, str]:
    """All that is known of one request, as the viewer may see it, and the query that says so."""
    given = {name: key[name] for name in ("request_id", "tenant_id")} | {
        "first_day": key["day"],
        "last_day": key["day"],
    }
    return here.shown(here.read(REQUEST, **given)), here.query(REQUEST, **given)


def show_answer(request: pl.DataFrame) -> None:
    """The statement, and which human, which agent and how sure that is."""
    row = request.row(0, named=True)
    with st.container(border=True):
        st.header(markdown_safe(row["statement"]), anchor=False)
        st.caption(f"{row['request_at']:%Y-%m-%d %H:%M:%S %Z}")
    for place, part in zip(st.columns(4), answer_to(row), strict=True):
        with place.container(border=True, height="stretch"):
            st.caption(part.asked)
            st.header(markdown_safe(part.said, 120), anchor=False)
            st.text(plain(part.why))


def show_details(request: pl.DataFrame, query: str) -> None:
    """Everything that is known of a request, in two columns."""
    with st.container(border=True):
        heading(panels()[REQUEST])
        details = [(name, column_label(name)) for name in request.columns if name != "statement"]
        facts = facts_of(request, details)
        half = (len(facts) + 1) // 2
        for place, part in zip(st.columns(2), (facts[:half], facts[half:]), strict=True):
            with place:
                draw_facts(part)
        show_query(REQUEST, query)


def show_several(here: Here, found: Found) -> None:
    """The newest requests that the id stands for."""
    if not found.requests:
        return
    with st.container(border=True):
        st.header("Requests", anchor=False)
        say_how_many(found.requests_in_all, len(found.requests))
        keys = [(row["tenant_id"], row["request_id"]) for row in found.requests]
        days = [row["day"] for row in found.requests]
        show_requests(here, keys, {}, first_day=min(days), last_day=max(days))
        show_query("requests of the id", asked_of(here, found, found.asked.requests))


def asked_of(here: Here, found: Found, question: str) -> str:
    """A question of those that found it, as the viewer may see it."""
    return here.people.text(with_values(question.strip(), found.asked.values))


def show_chains(here: Here, found: Found) -> None:
    """The chain of each token, one at a time."""
    requests = shown_rows(here, found.requests)
    keys = [(row["tenant_id"], row["token_id"]) for row in found.requests]
    is_all = found.has_all_requests
    drawn = []
    for chain in found.chains:
        of_token = [row for row, key in zip(requests, keys, strict=True) if key == chain.key]
        of_chain = draw_chain(shown_chain(here, chain), of_token, is_all=is_all)
        drawn.append(replace(of_chain, queries=queries_of(here, chain)))
    drawn += [draw_unmatched(row) for row in requests if row["token_id"] is None]
    if drawn:
        show_chain(drawn)


def show_sign_ins(here: Here, found: Found) -> None:
    """The sign-ins that the id names."""
    with st.container(border=True):
        st.header("Sign-ins", anchor=False)
        say_how_many(found.sign_ins_in_all, len(found.sign_ins))
        table()(here.shown(pl.DataFrame(found.sign_ins, infer_schema_length=None).drop("in_all")))
        show_query("sign-ins of the id", asked_of(here, found, found.asked.sign_ins))


with page("Who did it", "Which user's agent made a request, how sure that is, and the records behind it.") as here:
    asked = {key: value for key in KEYS if (value := here.asked(key))}
    if here.may("search"):
        ask(here, asked)
    elif not asked:
        st.text(f"The role {here.viewer.role} may not search. Other pages lead to single requests.")
    if asked and (here.may("search") or "id" not in asked):
        here.check("search")
        write_search(here, asked)
    if "id" in asked:
        show_id(here, asked["id"], asked)
    elif asked:
        show_search(here, asked)
