"""Who looks, in the sidebar: name, role, the way out, and the way to ask who is behind a pseudonym."""

from collections.abc import Callable

import streamlit as st

from pipelines.access.log import AccessLog
from pipelines.access.pseudonyms import published_pseudonyms
from pipelines.access.reveal import reveal
from pipelines.access.roles import Act, NotAllowedError, Viewer
from pipelines.access.streamlit_sign_in import offer_sign_out
from pipelines.cases.events import LONGEST_NAME
from pipelines.dashboard.text import markdown_safe, plain
from pipelines.settings import Settings

_LONGEST_REASON = 1000


def say_who_looks(viewer: Viewer) -> None:
    """Shows in the sidebar who looks, and in which role."""
    with st.sidebar:
        how = "Signed in" if viewer.is_signed_in else "On this machine"
        st.text(f"{how} as {plain(viewer.name, LONGEST_NAME)}, {viewer.role}")
        if viewer.is_signed_in:
            offer_sign_out()


def offer_reveal(settings: Settings, log: AccessLog, viewer: Viewer) -> None:
    """Offers in the sidebar to say who is behind a pseudonym, where the role may ask."""
    least_role = settings.dashboard.reveal_role
    if not settings.dashboard.pseudonyms or not viewer.may(Act.REVEAL, least_role):
        return
    with st.sidebar.expander("Who is behind a pseudonym", icon=":material/person_search:"), st.form("reveal"):
        pseudonym = st.text_input("Pseudonym", placeholder="user-7K3QF2MBX4AW", max_chars=LONGEST_NAME)
        reason = st.text_input("Reason, for the access log", max_chars=_LONGEST_REASON)
        if st.form_submit_button("Reveal"):
            pseudonyms = published_pseudonyms(settings.data)
            _tell(lambda: reveal(log, viewer, pseudonyms, pseudonym.strip(), reason, least_role=least_role))


def _tell(revealed: Callable[[], list[str]]) -> None:
    try:
        for name in revealed():
            st.text(plain(name))
    except NotAllowedError as error:
        st.warning(markdown_safe(str(error)))
