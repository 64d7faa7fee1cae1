"""What people do about findings on a page: forms, and writing down what they say, as the command line does it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import streamlit as st
from pydantic import ValidationError

from pipelines.cases.entry import LONGEST_REVIEW, in_words
from pipelines.cases.events import LONGEST_NAME, LONGEST_TEXT, STATUSES
from pipelines.cases.log import CaseLog, Decide
from pipelines.cases.triage import (
    Change,
    NotHoldingError,
    Review,
    changing,
    end_of,
    lifting,
    suppressing_each,
    suppression,
)
from pipelines.dashboard.page import Here
from pipelines.dashboard.text import markdown_safe, number, plain, words

_DONE = "whoseagent_triaged"
_LEAVE = "Leave as it is"
_NOT_SURE = "This is about more than one finding: say first that you are sure."
_USUAL_DAYS = 30


@dataclass(frozen=True)
class Those:
    """The findings that something is done to."""

    key: str
    """What tells the forms about these from forms about others."""
    count: int
    ids: Callable[[], Sequence[str]]
    """Asked for only when it is done."""
    are_many: bool
    """Whether filters found them, so that it is asked first."""

    @property
    def words(self) -> str:
        """How many, in words."""
        return "1 finding" if self.count == 1 else f"{number(self.count)} findings"


def say_what_was_done() -> None:
    """Says what was written the last time, once."""
    if said := st.session_state.pop(_DONE, None):
        st.success(markdown_safe(said), icon=":material/check:")


def offer_change(here: Here, those: Those) -> None:
    """A form to say how far the work on them is, who has them, and what there is to say."""
    with st.form(f"change_{those.key}", border=False):
        status, assignee = st.columns(2)
        wish = Change(
            status.selectbox("Status", STATUSES, index=None, format_func=words, placeholder=_LEAVE),
            assignee.selectbox(
                "Assignee",
                ("", here.viewer.name),
                index=None,
                format_func=lambda name: plain(name, LONGEST_NAME) if name else "Nobody",
                placeholder="Leave as it is, or type a name",
                accept_new_options=True,
            ),
            st.text_area("Comment", max_chars=LONGEST_TEXT, height=80).strip() or None,
        )
        is_sure = _is_sure(those, "change")
        if st.form_submit_button("Save"):
            if wish.is_nothing:
                st.warning("Say what to change: status, assignee or comment.")
            elif not is_sure:
                st.warning(_NOT_SURE)
            else:
                _do(here, those, lambda ids: changing(ids, wish), "changed")


def offer_suppression(here: Here, those: Those, scope: dict[str, str] | None = None, hides_now: int = 0) -> None:
    """A form to say that they are expected until a day; with a scope, also those that are still to come."""
    with st.form(f"suppress_{those.key}", border=False):
        review = _ask_review()
        is_sure = _is_sure(those, "suppress")
        if scope:
            label = f"Yes, hide {number(hides_now)} open now, and all of this scope that are still to come"
            is_sure = st.checkbox(label, key=f"sure_{those.key}_{hides_now}_{sorted(scope)}")
        if st.form_submit_button("Suppress"):
            if not is_sure:
                st.warning(_NOT_SURE)
            elif scope:
                _write(here, lambda _, __: [suppression(review, **scope)], "A scope was suppressed")
            else:
                _do(here, those, lambda ids: suppressing_each(ids, review), "suppressed")


def offer_lift(here: Here, holding: dict[str, str]) -> None:
    """A form to end a suppression before its expiry; `holding` are those that hold, by id, in words."""
    with st.form("lift", border=False):
        chosen = st.selectbox(
            "Suppression", tuple(holding), index=None, format_func=lambda id_: holding[id_], placeholder="Choose one"
        )
        reason = st.text_input("Why it ends", max_chars=LONGEST_TEXT)
        if st.form_submit_button("End it"):
            if chosen is None:
                st.warning("Choose the suppression that is to end.")
            else:
                _write(here, lifting(chosen, reason), "The suppression was ended")


def _ask_review() -> Review:
    """Why, for whom, and until when."""
    today = datetime.now(UTC).date()
    left, middle, right = st.columns(3)
    owner = left.text_input("Owner, who answers for it", max_chars=LONGEST_NAME)
    ticket = middle.text_input("Ticket (optional)", max_chars=LONGEST_NAME).strip() or None
    until = right.date_input(
        "Last day (UTC)",
        today + timedelta(days=_USUAL_DAYS),
        min_value=today,
        max_value=today + LONGEST_REVIEW - timedelta(days=2),
        format="YYYY-MM-DD",
    )
    reason = st.text_area("Reason, why such findings are expected", max_chars=LONGEST_TEXT, height=80)
    return Review(owner, reason, ticket, end_of(until))


def _is_sure(those: Those, what: str) -> bool:
    """Asks first where it is done to all that the filters find. Another number of them asks again."""
    if not those.are_many:
        return True
    return st.checkbox(f"Yes, do it to all {those.words}", key=f"{what}_{those.key}_{those.count}")


def _do(here: Here, those: Those, decide: Callable[[Sequence[str]], Decide], done: str) -> None:
    """Does it to the findings, if they are still as many as was said."""
    ids = those.ids()
    if len(ids) != those.count:
        st.warning(f"The filters find {number(len(ids))} now: look at them again.")
    else:
        _write(here, decide(ids), f"{those.words} {done}")


def _write(here: Here, decide: Decide, done: str) -> None:
    """Writes events in the viewer's name and draws the page anew; says what is wrong where they cannot be."""
    here.check("triage")
    try:
        entries = CaseLog(here.settings.data).write(here.viewer.name, decide)
    except ValidationError as error:
        st.error(markdown_safe(in_words(error)))
    except NotHoldingError:
        st.warning("That suppression holds no longer.")
    else:
        st.session_state[_DONE] = f"{done}." if entries else "Nothing to change: it is so already."
        st.rerun()
