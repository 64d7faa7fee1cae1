"""One finding, whole: what it says and means, what it rests on, and what was and can be done about it."""

from typing import Any

import polars as pl
import streamlit as st

from pipelines.dashboard.facts import draw_facts, facts_of
from pipelines.dashboard.page import Here
from pipelines.dashboard.panel import show_query, table
from pipelines.dashboard.text import markdown_safe, words
from pipelines.dashboard.triage import Those, offer_change, offer_lift, offer_suppression

ONE, IN_SCOPE = "findings_one", "findings_in_scope"
REQUESTS = "MicrosoftGraphActivityLogs"

_FACTS = (
    ("finding_id", "Finding"),
    ("rule_id", "Rule"),
    ("tenant_id", "Tenant"),
    ("day", "Day"),
    ("agent_name", "App"),
    ("app_id", "App id"),
    ("user_upn", "Human"),
    ("user_id", "Id of the human"),
    ("target_user_upn", "Affected user"),
    ("target_user_id", "Id of the affected user"),
    ("request_count", "Events"),
    ("first_seen", "First event"),
    ("last_seen", "Last event"),
    ("opened_at", "Opened"),
    ("reopened_at", "Reopened"),
    ("reopened_reason", "Why reopened"),
    ("closed_at", "Closed"),
    ("closed_reason", "Why closed"),
    ("suppressed_until", "Suppressed until"),
    ("suppression_id", "Suppression"),
)
_MEANING = (
    ("description", "What it means"),
    ("why", "Why it fires"),
    ("false_positives", "Known false positives"),
    ("what_to_do", "What to do"),
)
_MAPPING = (
    ("techniques", "ATT&CK techniques"),
    ("controls", "Controls, a mapping for you to confirm"),
)
_SCOPE = {
    "rule_id": "rule",
    "tenant_id": "tenant",
    "app_id": "app",
    "user_id": "human",
    "target_user_id": "affected user",
}
_LINK: dict[str, Any] = {"page": st.column_config.LinkColumn("Page", display_text="open", width="small")}


def show_finding(here: Here, row: pl.DataFrame, back: str) -> None:
    """All of it; `row` is what the panel says of it, `back` the link to the list."""
    finding, shown = row.row(0, named=True), here.shown(row).row(0, named=True)
    with st.container(border=True):
        st.header(markdown_safe(shown["title"]), anchor=False)
        has_it = f"{shown['assignee']} has it" if shown["assignee"] else "nobody has it"
        st.text(f"{shown['severity'].upper()} · {words(shown['status'])} · {has_it}")
        st.text(shown["summary"])
        st.markdown(" · ".join(_links(here, finding, back)))
        show_query("finding", here.query(ONE, finding_id=finding["finding_id"]))
    given = {"finding_id": finding["finding_id"]}
    left, right = st.columns(2)
    with left:
        _show_facts(here, row)
        here.show("findings_evidence", _evidence(here), "It is found no longer: its evidence is not listed.", **given)
    with right:
        _show_meaning(here, row)
    if here.may("triage"):
        _offer_triage(here, finding)
    here.show("findings_history", _without_empty, "Nothing yet.", **given)


def _links(here: Here, finding: dict[str, Any], back: str) -> list[str]:
    links = [f"[All findings]({back})"]
    if app_id := finding["app_id"]:
        links += [
            f"[The app]({here.link('agent', app=app_id)})",
            f"[Findings about it]({here.link('findings', app=app_id)})",
            f"[Its requests]({here.link('who_did_it', agent=app_id)})",
        ]
    return links


def _show_facts(here: Here, row: pl.DataFrame) -> None:
    with st.container(border=True, height="stretch"):
        st.header("What is known", anchor=False)
        draw_facts(facts_of(here.shown(row), _FACTS))
        show_query(ONE, here.query(ONE, finding_id=row["finding_id"][0]))


def _show_meaning(here: Here, row: pl.DataFrame) -> None:
    with st.container(border=True, height="stretch"):
        st.header("What to make of it", anchor=False)
        known = [*facts_of(row, _MEANING), *facts_of(here.shown(row), _MAPPING)]  # a rule's own words stand whole
        for label, text in known:
            st.markdown(f"**{markdown_safe(label)}**  \n{markdown_safe(text, 4_000)}")
        if not known:
            st.text("This installation has no such rule any more, so what it means is not said here.")
        elif said := _history_needed(row.row(0, named=True)):
            st.markdown(f"**History**  \n{markdown_safe(said)}")
        show_query("meaning of the finding", here.query(ONE, finding_id=row["finding_id"][0]))


def _history_needed(finding: dict[str, Any]) -> str:
    """What the rule needs of the past, and for how long it stands."""
    parts = []
    if days := finding["baseline_days"]:
        parts.append(
            f"It compares with {days} days of the tenant's own history; as long as there are fewer (a cold start) "
            f"the rule is not evaluated, and its silence is no pass."
        )
    if days := finding["standing_days"]:
        parts.append(f"It is about what lasts: it stands until it was not found on {days} days.")
    return " ".join(parts)


def _evidence(here: Here) -> Any:
    """The records; with a link to what is known of a request."""

    def drawing(frame: pl.DataFrame) -> None:
        links = [
            here.link("who_did_it", id=record_id) if log == REQUESTS else None
            for log, record_id in frame.select("log", "record_id").iter_rows()
        ]
        table(_LINK)(frame.insert_column(0, pl.Series("page", links, pl.String)))

    return drawing


def _without_empty(frame: pl.DataFrame) -> None:
    """A table of the columns in which something stands."""
    table()(frame.select(column for column in frame if column.null_count() < frame.height))


def _offer_triage(here: Here, finding: dict[str, Any]) -> None:
    """Forms for who may, each folded until it is wanted."""
    finding_id = finding["finding_id"]
    those = Those(finding_id, 1, lambda: [finding_id], are_many=False)
    with st.container(border=True):
        st.header("What to do about it here", anchor=False)
        with st.expander("Status, assignee, comment", icon=":material/edit:", expanded=True):
            offer_change(here, those)
        if finding["suppression_id"]:
            with st.expander("End its suppression", icon=":material/visibility:"):
                until = f"until {finding['suppressed_until']:%Y-%m-%d %H:%M} UTC"
                offer_lift(here, {finding["suppression_id"]: f"{finding['suppression_id']}, {until}"})
        else:
            with st.expander("It is expected: suppress it", icon=":material/visibility_off:"):
                _offer_suppression(here, finding, those)


def _offer_suppression(here: Here, finding: dict[str, Any], those: Those) -> None:
    """Of this finding alone, or of all that share what is chosen with it."""
    wider = [name for name in _SCOPE if finding[name]]
    chosen = st.multiselect(
        "Wider than this finding: everything of the same",
        wider,
        format_func=lambda name: _SCOPE[name],
        placeholder="Only this finding",
    )
    scope = {name: finding[name] for name in chosen}
    given = {"tenant_id": None, **scope}  # of whatever tenant
    hides = here.row(IN_SCOPE, **given)["open_findings"] if scope else 0
    offer_suppression(here, those, scope, hides)
    if scope:
        show_query(IN_SCOPE, here.query(IN_SCOPE, **given))
