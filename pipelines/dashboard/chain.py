"""The chain of a token as a diagram and in words: from the human, hop by hop, to Graph."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import polars as pl
import streamlit as st

from pipelines.dashboard.graph import Graph
from pipelines.dashboard.look import BLUE, GRADES, GREY, SKY, TEAL
from pipelines.dashboard.page import Here
from pipelines.dashboard.panel import show_query
from pipelines.dashboard.text import plain
from pipelines.outputs.chain_words import (
    UNSEEN_FRONT_END,
    app,
    front_end,
    graded,
    holder_words,
    joined,
    root_words,
    when,
    why_unresolved,
    without_requests,
)
from pipelines.outputs.chains import Chain, Row
from pipelines.outputs.queries import LINKS, TOKENS
from pipelines.outputs.report.tables import literals

HOPS = {**GRADES, "inherited": SKY}
_UNPROVED = {"ambiguous", "request_only", "unresolved"}
_PALE = "#cfd6dd"
_MATCHES = {"token_id": ("exact", "exact: token id"), "issued_at": ("probable", "probable: issue time")}


@dataclass
class Drawn:
    """A chain as a diagram, and the same in sentences."""

    graph: Graph = field(default_factory=Graph)
    words: list[str] = field(default_factory=list)
    holder: str = ""
    """The app that holds the token, and the token."""
    queries: list[str] = field(default_factory=list)
    """What its tokens and its hops come out of."""


def show_chain(drawn: Sequence[Drawn]) -> None:
    """A diagram, where there are several that of the token that is chosen; the same in sentences below it."""
    with st.container(border=True):
        st.header("The chain", anchor=False)
        st.caption(
            "From whose authority it was to what was done, with the grade of each step. Broken lines are not proved."
        )
        chosen = 0
        if len(drawn) > 1:
            names = [plain(f"{place} of {len(drawn)} · {each.holder}", 120) for place, each in enumerate(drawn, 1)]
            chosen = st.selectbox("Token", range(len(drawn)), format_func=lambda place: names[place])
        drawn[chosen].graph.draw("; ".join(drawn[chosen].words))
        st.text("\n".join(plain(f"{place}. {said}") for place, said in enumerate(drawn[chosen].words, 1)))
        for place, query in enumerate(drawn[chosen].queries):
            show_query(f"chain_{place}", query)


def shown_rows(here: Here, rows: Sequence[Row]) -> list[Row]:
    """The rows as this viewer may see them."""
    return here.shown(pl.DataFrame(rows, infer_schema_length=None)).to_dicts() if rows else []


def shown_chain(here: Here, chain: Chain) -> Chain:
    """The chain as this viewer may see it."""
    (token,) = shown_rows(here, [chain.token])
    root = shown_rows(here, [{"tenant_id": chain.token["tenant_id"], **chain.root}])[0] if chain.root else None
    return replace(
        chain,
        token=token,
        root=root,
        hops=_shown_hops(here, chain.hops),
        alternatives=_shown_hops(here, chain.alternatives),
    )


def _shown_hops(here: Here, hops: Sequence[Row]) -> list[Row]:
    # The reasons are fixed words, and a list: `shown` makes text of lists.
    rows = shown_rows(here, hops)
    return [row | {"reasons": hop["reasons"]} for row, hop in zip(rows, hops, strict=True)]


def draw_chain(chain: Chain, requests: Sequence[Row], *, is_all: bool) -> Drawn:
    """The chain of a token with its requests, all as the viewer may see them; `is_all`: no request is left out."""
    drawn = Drawn()
    before, said, grade = _add_root(drawn, chain)
    if "unresolved" in {row["chain_grade"] for row in requests or [chain.token]}:
        box = drawn.graph.box(UNSEEN_FRONT_END, colour=_PALE, is_sure=False)
        _arrow(drawn, before, box, "not seen", "unresolved")
        drawn.words.append(UNSEEN_FRONT_END)
        before, said, grade = box, "hop unresolved", "unresolved"
    for number, hop in enumerate(chain.hops):
        box = drawn.graph.box(_name(hop, "front_end"), "on the way" if number else "front end", colour=SKY)
        _arrow(drawn, before, box, said, grade)
        drawn.words.append(f"{front_end(hop)}; {graded(hop)}")
        before, said, grade = box, f"hop {hop['grade']}", hop["grade"]
    perhaps = _add_alternatives(drawn, before, chain.alternatives)
    holder = _add_holder(drawn, chain, list(requests))
    for box in perhaps:
        _arrow(drawn, box, holder, "hop ambiguous", "ambiguous")
    if not perhaps:
        _arrow(drawn, before, holder, said, grade)
    _add_requests(drawn, holder, requests, is_all=is_all)
    return drawn


def draw_unmatched(request: Row) -> Drawn:
    """What is known where no sign-in matched the request."""
    drawn = Drawn()
    said = _unproved(request)
    human = drawn.graph.box(said, "as far as the request says", colour=_PALE, is_sure=False)
    drawn.words.append(f"{said}, as far as the request says; no sign-in matched: {why_unresolved(request)}")
    holder = drawn.graph.box(_name(request, "app"), request["identity_shape"].replace("_", " "), colour=TEAL)
    drawn.holder = app(request)
    drawn.words.append(drawn.holder)
    _arrow(drawn, human, holder, "no sign-in matched", "request_only")
    _add_requests(drawn, holder, [request], is_all=True)
    return drawn


def _unproved(request: Row) -> str:
    """What the request alone says of a human: it proves nobody."""
    if request["user_id"]:
        return f"user object {request['user_upn'] or request['user_id']}"
    return "an account of the agent's own" if request["actor_class"] == "agent_user" else "no human on the token"


def queries_of(here: Here, chain: Chain) -> list[str]:
    """What the tokens and the hops of the chain come out of, as the viewer may see it."""
    hops = [*chain.hops, *chain.alternatives]
    ids = sorted({chain.token["token_id"], *(hop["child_token_id"] for hop in hops)})
    return [here.people.text(query.strip().replace("$ids", literals(ids))) for query in (TOKENS, LINKS)]


def _add_root(drawn: Drawn, chain: Chain) -> tuple[str, str, str]:
    """The box of the human, and what the arrow from there says, with its grade."""
    root = chain.root
    drawn.words.append(joined(root_words(chain)))
    if root is None:
        box = drawn.graph.box(drawn.words[-1], colour=_PALE, is_sure=False)
        return (box, "not seen", "unresolved") if chain.token["is_human_token"] else (box, "on its own", "exact")
    box = drawn.graph.box(
        root.get("user_upn") or chain.token["user_upn"] or "a user without name",
        _minute(root["signed_in_at"]),
        f"from {root['ip_address']}" if root["ip_address"] else "",
        "more than one factor" if root["is_multi_factor"] else "no second factor logged",
        colour=BLUE,
    )
    return box, "signed in", "exact"


def _add_alternatives(drawn: Drawn, before: str, alternatives: Sequence[Row]) -> list[str]:
    if alternatives:
        drawn.words.append(f"one of {len(alternatives)} front ends, none of them chosen")
    boxes = []
    for hop in alternatives:
        boxes.append(drawn.graph.box(f"perhaps {_name(hop, 'front_end')}", colour=_PALE, is_sure=False))
        _arrow(drawn, before, boxes[-1], "perhaps", "ambiguous")
        drawn.words.append(f"perhaps {front_end(hop)}; {graded(hop)}")
    return boxes


def _add_holder(drawn: Drawn, chain: Chain, requests: list[Row]) -> str:
    shape = (requests[0] if requests else chain.token)["identity_shape"].replace("_", " ")
    drawn.holder = joined(holder_words(chain.token, requests))
    drawn.words.append(drawn.holder)
    return drawn.graph.box(_name(chain.token, "app"), shape, f"since {_minute(chain.token['issued_at'])}", colour=TEAL)


def _add_requests(drawn: Drawn, holder: str, requests: Sequence[Row], *, is_all: bool) -> None:
    if len(requests) != 1:
        said = f"{len(requests)} requests shown here" if requests else without_requests(is_all=is_all)
        drawn.words.append(said)
        _arrow(drawn, holder, drawn.graph.box("Microsoft Graph", said, colour=_PALE), "this token", "exact")
        return
    (request,) = requests
    done = f"{request['method']} {request['path_template']}"
    result = joined([request["status_code"], request["outcome"]])
    box = drawn.graph.box("Microsoft Graph", done, result, _minute(request["request_at"]), colour=_PALE)
    grade, said = _MATCHES.get(request["token_match"], ("request_only", "request only"))
    _arrow(drawn, holder, box, said, grade)
    drawn.words.append(f"Microsoft Graph: {done}, {result}, {when(request['request_at'])}; {said}")


def _minute(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M} {time.tzname() or 'UTC'}" if time else "at an unknown time"


def _arrow(drawn: Drawn, start: str, end: str, said: str, grade: str) -> None:
    drawn.graph.arrow(start, end, said, HOPS.get(grade, GREY), is_sure=grade not in _UNPROVED)


def _name(row: Row, prefix: str) -> str:
    return row.get(f"{prefix}_name") or row.get(f"{prefix}_app_id") or row.get(f"{prefix}_id") or "an app without name"
