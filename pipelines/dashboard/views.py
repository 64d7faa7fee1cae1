"""The log of what was looked at: a view stands in it, durably, before anything of it is shown."""

from pathlib import Path

import streamlit as st

from pipelines.access.events import Looked
from pipelines.access.log import AccessLog
from pipelines.access.roles import Viewer
from pipelines.cases.events import LONGEST_NAME
from pipelines.dashboard.period import KEYS, Filters
from pipelines.dashboard.text import plain

_WRITTEN = "whoseagent_view"


@st.cache_resource(show_spinner=False)
def log_of(data_folder: Path) -> AccessLog:
    """The one access log of a data folder in this process: it remembers how far it has checked the chain."""
    return AccessLog(data_folder)


def write_view(log: AccessLog, viewer: Viewer, title: str, filters: Filters) -> None:
    """Writes down a view of a page: once, and again when something else was chosen there. Raises AccessLogError."""
    view = Looked(page=title, filters={**_chosen(filters), **_asked()})
    if st.session_state.get(_WRITTEN) != (viewer, view):
        log.write(viewer, view)
        st.session_state[_WRITTEN] = (viewer, view)


def _chosen(filters: Filters) -> dict[str, str]:
    """The filters as they hold, also where the link names none."""
    days = {"from": filters.first_day.isoformat(), "to": filters.last_day.isoformat()}
    return days if filters.tenant_id is None else {"tenant": filters.tenant_id, **days}


def _asked() -> dict[str, str]:
    """What the link says besides: what the page was asked for."""
    asked = {plain(key, LONGEST_NAME): plain(value) for key, value in st.query_params.items() if key not in KEYS}
    return {key: value for key, value in asked.items() if key.strip() and value.strip()}
