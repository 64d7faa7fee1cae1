"""Who looks, found inside Streamlit. Nothing else of access knows Streamlit."""

import getpass
from typing import NoReturn

import streamlit as st

from pipelines.access.claims import SignInOverError, viewer_of
from pipelines.access.log import AccessLog
from pipelines.access.roles import NotAllowedError, Viewer
from pipelines.settings import Settings

_REFUSED = "whoseagent_refused"


def current_viewer(settings: Settings, log: AccessLog) -> Viewer:
    """Who looks at this page. Where people sign in and this one has no part in it, the page ends here and says so."""
    if not settings.dashboard.has_sign_in:
        return _local_viewer(settings)
    if not st.user.get("is_logged_in"):
        _offer_sign_in("Sign in to see whose agents did what.")
    claims = st.user.to_dict()
    try:
        return viewer_of(claims, settings)
    except SignInOverError as error:
        _offer_sign_in(str(error))
    except NotAllowedError as error:
        if st.session_state.get(_REFUSED) != str(error):  # once, not at every turn of the page
            log.refuse_sign_in(claims, error)
            st.session_state[_REFUSED] = str(error)
        st.text(str(error))  # as text: names in it are data
        offer_sign_out()
        st.stop()


def offer_sign_out() -> None:
    """Shows a button with which whoever is signed in signs out."""
    st.button("Sign out", on_click=st.logout)


def _local_viewer(settings: Settings) -> Viewer:
    try:
        return Viewer(getpass.getuser(), settings.dashboard.local_role, is_signed_in=False)
    except (OSError, KeyError):
        return Viewer("unknown", settings.dashboard.local_role, is_signed_in=False)


def _offer_sign_in(why: str) -> NoReturn:
    st.text(why)
    st.button("Sign in with Microsoft", on_click=st.login, type="primary")
    st.stop()
