"""Findings: what the rules found, the gravest first, what it means, and what people make of it."""

from typing import Any

import polars as pl
import streamlit as st

from pipelines.cases.events import LONGEST_NAME
from pipelines.dashboard.finding import ONE, show_finding
from pipelines.dashboard.page import Here, page
from pipelines.dashboard.panel import heading, numbers, show_query, table
from pipelines.dashboard.text import number, plain
from pipelines.dashboard.triage import Those, offer_change, offer_lift, offer_suppression, say_what_was_done
from pipelines.outputs.findings import QUEUE, STATES, Filter, list_findings
from pipelines.outputs.panels import panels
from pipelines.warehouse.rules import SEVERITIES

KEYS = ("rule", "severity", "status", "app", "user", "assignee", "days")
"""What of the link says which findings are listed."""
MOST = 500
"""Findings that are listed."""
REMEMBERED = "whoseagent_findings"
NUMBERS, SUPPRESSIONS = "findings_numbers", "findings_suppressions"

_LIST: dict[str, Any] = {
    "page": st.column_config.LinkColumn("Page", display_text="open", width="small"),
    "title": st.column_config.TextColumn("Title", width="medium"),
    "summary": st.column_config.TextColumn("Summary", width="large"),
    "agent_name": st.column_config.TextColumn("App"),
    "user_upn": st.column_config.TextColumn("Human"),
    "target_user_upn": st.column_config.TextColumn("Affected user"),
}
_LISTED = (
    "severity", "day", "title", "summary", "status", "assignee", "agent_name", "user_upn", "target_user_upn",
    "opened_at",
)  # fmt: skip


def show_numbers(here: Here) -> None:
    """What is open, of any day."""
    labels = {
        "critical": "Critical",
        "high": "High",
        "medium": "Medium",
        "low_or_info": "Low or info",
        "unassigned": "Nobody has them",
        "oldest_opened_at": "Oldest open since",
    }
    note = "Open findings of any day. Closed, decided and suppressed ones do not count."
    numbers(here.row(NUMBERS), labels, [here.query(NUMBERS)], note=note)


def ask_which(here: Here) -> Filter:
    """The filters of this page, which stand in the link."""
    bound: dict[str, Any] = {"bind": "query-params"}
    # No other words for a value: what stands in the link is what is shown.
    first, second = st.columns([1, 1, 2]), st.columns([2, 2, 1, 1], vertical_alignment="bottom")
    state = first[0].selectbox("Status", STATES, key="status", **bound)
    severity = first[1].selectbox("Severity, and graver", SEVERITIES, None, key="severity", placeholder="All", **bound)
    rules = here.read("findings_rules")["rule_id"]
    rule = first[2].selectbox("Rule", tuple(rules), None, key="rule", placeholder="All rules", **bound)
    app = second[0].text_input("App, by id or name", key="app", max_chars=LONGEST_NAME, **bound)
    user = second[1].text_input("Human or affected user, by id or UPN", key="user", max_chars=LONGEST_NAME, **bound)
    assignee = second[2].text_input("Assignee", key="assignee", max_chars=LONGEST_NAME, **bound)
    is_of_days = second[3].toggle("Only these days", key="days", **bound)
    return Filter(
        rule=rule,
        severity=severity,
        state=state,
        tenant=here.filters.tenant_id,
        first=here.filters.first_day if is_of_days else None,
        last=here.filters.last_day if is_of_days else None,
        app=person_in(here, app),
        user=person_in(here, user),
        assignee=person_in(here, assignee),
    )


def person_in(here: Here, text: str) -> str | None:
    """What the text of a filter asks for, as `Here.asked` takes it; None for everything."""
    given = plain(text.strip())
    found = here.people.out_of_link(given) if given else None
    if given and found is None:
        st.warning("Your role may not ask for people by name, so that filter is ignored: take the pseudonym.")
    return found


def show_list(here: Here, wanted: Filter) -> None:
    """The findings that the filters find, with ways to open one and to work on all."""
    rows = here.read(QUEUE, **wanted.values(), most=MOST)
    to_finding = here.link("findings", **said_of_list(here), finding="")
    with st.container(border=True):
        heading(panels()[QUEUE])
        if rows.is_empty():
            st.text("No finding fits these filters.")
        else:
            in_all, shown = rows["in_all"][0], here.shown(rows)
            open_one(shown)
            links = [to_finding + finding_id for finding_id in rows["finding_id"]]
            table(_LIST, height=520)(shown.select(_LISTED).insert_column(0, pl.Series("page", links)))
            more = f" The gravest {number(MOST)} of them are listed." if in_all > rows.height else ""
            st.caption(f"{number(in_all)} found.{more}")
        show_query(QUEUE, here.query(QUEUE, **wanted.values(), most=MOST))
    if here.may("triage") and not rows.is_empty():
        offer_work_on_all(here, wanted, rows["in_all"][0])


def said_of_list(here: Here) -> dict[str, str]:
    """What the filters of the list say, for links. A finding that was chosen by keyboard leaves them out of its own."""
    said = {key: value for key in KEYS if (value := here.asked(key))}
    if said or here.asked("finding") is None:
        st.session_state[REMEMBERED] = said
    remembered: dict[str, str] = st.session_state.get(REMEMBERED, {})
    return remembered


def open_one(shown: pl.DataFrame) -> None:
    """A list to choose from by keyboard: what is chosen is opened."""
    names = {
        finding_id: f"{severity} · {day} · {summary}"
        for finding_id, severity, day, summary in shown.select("finding_id", "severity", "day", "summary").iter_rows()
    }
    chosen = st.selectbox(
        "Open a finding", tuple(names), index=None, format_func=lambda id_: names[id_], placeholder="Choose one"
    )
    if chosen is not None:
        st.query_params["finding"] = chosen
        st.rerun()


def offer_work_on_all(here: Here, wanted: Filter, in_all: int) -> None:
    """Forms for all that the filters find."""

    def ids() -> list[str]:
        return [row["finding_id"] for row in list_findings(here.settings.data, wanted)[0]]

    those = Those("all", in_all, ids, are_many=True)
    with st.container(border=True):
        st.header(f"Work on all that the filters find: {those.words}", anchor=False)
        with st.expander("Status, assignee, comment", icon=":material/edit:"):
            offer_change(here, those)
        with st.expander("They are expected: suppress each of them", icon=":material/visibility_off:"):
            offer_suppression(here, those)
        show_query("chosen findings", here.query(QUEUE, **wanted.values(), most=MOST))


def show_suppressions(here: Here) -> None:
    """Who hid what, why, and until when."""
    here.show(SUPPRESSIONS, table(height="auto"), "Nothing is suppressed, and nothing was.")
    holding = here.read(SUPPRESSIONS).filter("is_active")
    if here.may("triage") and not holding.is_empty():
        with st.expander("End a suppression", icon=":material/visibility:"):
            shown = here.shown(holding.with_columns(id=pl.col("suppression_id"))).iter_rows(named=True)
            offer_lift(here, {row["id"]: f"{row['scope']} · {row['owner']} · {row['reason']}" for row in shown})


with page("Findings", "What the rules found and nobody has decided yet, the gravest first.") as here:
    say_what_was_done()
    asked = here.asked("finding")
    if asked is None:
        show_numbers(here)
        show_list(here, ask_which(here))
        show_suppressions(here)
        empty = "Every rule was evaluated on each of these days."
        here.show("report_rules_not_evaluated", lambda rows: table()(rows.drop("is_exception")), empty)
    else:
        to_list = here.link("findings", **said_of_list(here))
        finding = here.read(ONE, finding_id=asked)
        if finding.is_empty():
            st.text(f"Nobody ever saw a finding {plain(asked, 80)}.")
            st.markdown(f"[All findings]({to_list})")
        else:
            show_finding(here, finding, to_list)
