"""Compliance: control by control, what the data says, how whole its logs are, and who has signed it off."""

import shlex
from dataclasses import dataclass
from typing import Any

import polars as pl
import streamlit as st

from pipelines.access.log import read_access
from pipelines.dashboard.answers import CHANGED, SAME, answers, has_known_gaps, known_gaps, listed, signed
from pipelines.dashboard.page import Here, page
from pipelines.dashboard.panel import NOTHING, numbers, show, show_folded, show_query, table
from pipelines.dashboard.signing import show_sign_offs
from pipelines.dashboard.text import markdown_safe, number, plain
from pipelines.outputs.controls import FRAMEWORKS, MAPPING, Control, controls
from pipelines.outputs.panels import panels
from pipelines.outputs.report.answers import counting_query, tallying_query
from pipelines.outputs.report.content import ControlAnswer, SignOff, Table
from pipelines.outputs.report.sign_offs import sign_offs_in

MOST = 200
"""Rows of a panel that are shown."""
UNROLLED, LIST_HEIGHT = 16, 640
"""Rows of the list above which it scrolls, and how high it is then."""
COLUMNS: dict[str, Any] = {
    "page": st.column_config.LinkColumn("Page", display_text="open", width="small"),
    "since_then": st.column_config.TextColumn("Since then", help="Whether the numbers are those that were signed off"),
}
SHORTLY = {SAME: "yes, unchanged", CHANGED: "yes, changed since"}
_EXCEPTION = {"is_exception": st.column_config.CheckboxColumn("Exception", width="small")}


@dataclass(frozen=True)
class Wanted:
    """What is wanted: one control, or a list of them."""

    control: Control | None
    framework: str | None
    is_exceptions_only: bool

    @property
    def controls(self) -> tuple[Control, ...]:
        """What has to be read for that."""
        if self.control:
            return (self.control,)
        return tuple(each for each in controls() if self.framework in (None, each.framework))


def ask_what(here: Here) -> Wanted:
    """The filters of this page, which stand in the link."""
    by_id = {control.id: control for control in controls()}
    for key, known in (("control", tuple(by_id)), ("framework", tuple(FRAMEWORKS))):
        if (asked := here.asked(key)) and asked not in known:
            st.warning(f"{markdown_safe(f'{key}={asked}', 80)} in the link is ignored: there is none of that name.")
    places = st.columns([3, 2, 2], vertical_alignment="bottom")
    bound: dict[str, Any] = {"index": None, "bind": "query-params"}
    chosen = places[0].selectbox("Control", tuple(by_id), key="control", placeholder="All controls", **bound)
    framework = places[1].selectbox(
        "Framework", tuple(FRAMEWORKS), key="framework", placeholder="All frameworks", **bound
    )
    is_exceptions_only = places[2].toggle("Only exceptions", key="exceptions", bind="query-params")
    return Wanted(by_id[chosen] if chosen else None, framework, is_exceptions_only)


def show_list(here: Here, found: list[ControlAnswer]) -> None:
    """The numbers of all controls, and a row for each."""
    now = {
        "controls": len(found),
        "with_exceptions": sum(answer.exceptions > 0 for answer in found),
        "on_known_gaps": sum(has_known_gaps(answer) for answer in found),
        "signed_off": sum(signed(answer).since_then == SAME for answer in found),
    }
    labels = {
        "controls": "Controls",
        "with_exceptions": "With exceptions",
        "on_known_gaps": "On logs with known gaps",
        "signed_off": "Signed off and unchanged since",
    }
    numbers(now, labels, [here.people.text(tallying_query(found))] if found else [])
    with st.container(border=True):
        st.header("Controls", anchor=False)
        st.caption(
            "Exceptions are the rows of a control's panels that are marked so; its page shows them. No exception is no "
            "pass where logs have gaps, and of logs that were only imported gaps cannot be known; logs are counted per "
            "tenant, and only those that the control rests on. "
            "Sign-offs are those for exactly the days and the tenant shown."
        )
        if not found:
            st.text("No control fits these filters.")
            return
        links = [here.link("compliance", control=answer.control.id) for answer in found]
        rows = here.shown(listed(found)).insert_column(0, pl.Series("page", links))
        table(COLUMNS, **({"height": LIST_HEIGHT} if len(found) > UNROLLED else {}))(rows)
        show_query("controls", here.people.text(counting_query(found)))


def show_control(here: Here, answer: ControlAnswer, sign_offs: tuple[SignOff, ...], wanted: Wanted) -> None:
    """All of a control: what it asks, what the data says, how whole its logs are, and who signed it off."""
    control, period = answer.control, answer.period
    st.markdown(f"[All controls]({here.link('compliance')})")
    st.header(markdown_safe(f"{control.id} · {control.title}"), anchor=False)
    st.markdown(
        f"**Asks:** {markdown_safe(control.asks)}  \n"
        f"**Counts as an exception:** {markdown_safe(control.exception)}  \n"
        f"**Framework:** {markdown_safe(FRAMEWORKS[control.framework])}  \n"
        f"**Period:** {period.first_day} to {period.last_day}, days of UTC, "
        f"{markdown_safe(f'of tenant {period.tenant_id}') if period.tenant_id else 'of all tenants'}"
    )
    since_then = signed(answer).since_then
    if since_then == CHANGED:
        st.warning("The numbers have changed since the last sign-off for this period.", icon=":material/history:")
    numbers(
        {"exceptions": answer.exceptions},
        {
            "exceptions": "Exceptions",
            "logs_with_known_gaps": "Known gaps",
            "signed_off": "Signed off for this period",
        },
        [here.people.text(counting_query([answer]))],
        said={"logs_with_known_gaps": known_gaps(answer), "signed_off": SHORTLY.get(since_then or "", "no")},
    )
    here.show("report_population")
    if answer.completeness.name not in control.panels:
        show_rows(here, answer.completeness, wanted)
    for each in answer.tables:
        show_rows(here, each, wanted)
    show_sign_offs(here, answer, sign_offs)


def show_rows(here: Here, answer: Table, wanted: Wanted) -> None:
    """The rows of a panel, exceptions first, with the query that gives them."""
    rows = answer.rows.sort("is_exception", descending=True, maintain_order=True)
    if wanted.is_exceptions_only:
        rows = rows.filter("is_exception")

    def draw(frame: pl.DataFrame) -> None:
        counted = f"{number(answer.exceptions)} of {number(answer.rows.height)} rows are exceptions"
        st.caption(counted if rows.height <= MOST else f"{counted}; the first {MOST} are shown, the query gives all")
        table(_EXCEPTION)(frame.select("is_exception", pl.exclude("is_exception")))

    empty = "No row is an exception." if answer.rows.height else NOTHING
    show(panels()[answer.name], here.shown(rows.head(MOST)), here.people.text(answer.query), draw, empty)


def show_command(here: Here) -> None:
    """How the report of the same period is made."""
    first_day, last_day, tenant_id = here.filters.first_day, here.filters.last_day, here.filters.tenant_id
    tenant = ["--tenant", tenant_id] if tenant_id else []
    days = ["--from", str(first_day), "--to", str(last_day)]
    out = ["--out", f"report-{first_day}-{last_day}"]
    st.caption("The same as a report; with `--pack`, together with the original records:")
    command = plain(shlex.join(["whoseagent", "report", *days, *tenant, *out]))
    show_folded("Command", ":material/terminal:", "command", command)


with page("Compliance", "Control by control: a period, its population, how whole it is, exceptions and proof.") as here:
    st.info(MAPPING, icon=":material/rule:")
    wanted = ask_what(here)
    sign_offs = sign_offs_in(read_access(here.settings.data, "signed_off"))
    found = answers(here, wanted.controls, sign_offs)
    if wanted.control:
        show_control(here, found[0], sign_offs, wanted)
    else:
        show_list(here, [answer for answer in found if answer.exceptions or not wanted.is_exceptions_only])
    show_command(here)
