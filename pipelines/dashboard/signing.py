"""Signing off a control: what was looked at is what is signed, and that stands in the access log."""

from collections.abc import Iterable
from typing import Any

import polars as pl
import streamlit as st

from pipelines.access.events import SignedOff
from pipelines.cases.events import LONGEST_TEXT
from pipelines.dashboard.answers import naive, since_then
from pipelines.dashboard.page import Here
from pipelines.dashboard.panel import table
from pipelines.outputs.report.content import ControlAnswer, SignOff

_LOOKED_AT = "whoseagent_answer_looked_at"
_SCHEMA: dict[str, Any] = {
    "signed_at": pl.Datetime("us"),
    "signed_by": pl.String,
    "since_then": pl.String,
    "statement": pl.String,
    "first_day": pl.Date,
    "last_day": pl.Date,
    "tenant_id": pl.String,
    "answer_sha256": pl.String,
}


def show_sign_offs(here: Here, answer: ControlAnswer, sign_offs: Iterable[SignOff]) -> None:
    """The sign-offs of the control, also those of other periods, and a way to sign it off for who may."""
    with st.container(border=True):
        st.header("Sign-off", anchor=False)
        st.caption(
            "Who said that this control was looked at. A sign-off stands in the access log, with a SHA-256 of what was "
            "looked at: the queries above, their rows, and the state of the logs."
        )
        rows = [_row(answer, each) for each in sign_offs if each.control == answer.control.id]
        if rows:
            table()(here.shown(pl.DataFrame(rows, schema=_SCHEMA, orient="row")))
        else:
            st.text("Nobody has signed off this control.")
        _offer(here, answer, key=f"sign_off_{answer.control.id}_{len(rows)}")


def _row(answer: ControlAnswer, sign_off: SignOff) -> tuple[Any, ...]:
    period = sign_off.period
    return (
        naive(sign_off.signed_at),
        sign_off.signed_by,
        since_then(answer, sign_off),
        sign_off.statement,
        period.first_day,
        period.last_day,
        period.tenant_id,
        sign_off.answer_sha256,
    )


def _offer(here: Here, answer: ControlAnswer, key: str) -> None:
    """A form for a statement. Who may not sign off is told so. Another `key` is an empty form again."""
    looked_at = st.session_state.get(_LOOKED_AT)
    st.session_state[_LOOKED_AT] = answer.sha256
    if not here.may("sign_off"):
        st.caption("Signing off takes the role reviewer.")
        return
    with st.form(key, border=False):
        statement = st.text_area("Statement: what was looked at, and what follows", max_chars=LONGEST_TEXT).strip()
        days = f"{answer.period.first_day} to {answer.period.last_day}"
        is_given = st.form_submit_button(f"Sign off for {days}", icon=":material/signature:")
    if is_given:
        here.check("sign_off")
        _sign(here, answer, statement, looked_at)


def _sign(here: Here, answer: ControlAnswer, statement: str, looked_at: str | None) -> None:
    """Writes the sign-off down, where it is of what stood on the page when the button was pressed."""
    if not statement:
        st.warning("Say what was looked at: a sign-off without a statement is none.")
    elif looked_at != answer.sha256:
        st.warning("The numbers have changed while you looked at them. Nothing is signed off: look at them again.")
    else:
        here.write_down(_event(answer, statement))
        del st.session_state[_LOOKED_AT]
        st.rerun()


def _event(answer: ControlAnswer, statement: str) -> SignedOff:
    period = answer.period
    return SignedOff(
        control=answer.control.id,
        first_day=period.first_day,
        last_day=period.last_day,
        tenant_id=period.tenant_id,
        statement=statement,
        answer_sha256=answer.sha256,
    )
