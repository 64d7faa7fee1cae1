"""The filters in the sidebar. What they say stands in the link, so that a link shows the same to somebody else."""

from datetime import date
from typing import Any

import streamlit as st

from pipelines.dashboard.period import KEYS, UTC, Filters, Published, read_link, time_zones
from pipelines.dashboard.text import markdown_safe, plain

_EARLIEST, _LATEST = date(1970, 1, 1), date(8999, 12, 31)
_ALL = ""  # None would stand as: nothing chosen yet
_REMEMBERED = "link"
"""Where the link's filters stand between pages: Streamlit takes them out of it there."""


def chosen(published: Published) -> tuple[Filters, tuple[str, ...]]:
    """What the filters say, and a sentence for each part of the link that is ignored."""
    _put_back()
    return read_link(st.query_params.to_dict(), published)


def draw(published: Published, names: dict[str, str], filters: Filters, notes: tuple[str, ...]) -> None:
    """Draws the filters. `names` are names of tenants, by their id."""
    for key, value in _widget_values(filters).items():
        st.session_state[key] = value
    with st.sidebar:
        _draw(published, names)
        if filters.time_zone == UTC:
            st.caption("All times are UTC.")
        else:
            st.caption(f"Times are those of {markdown_safe(filters.time_zone)}; days are days of UTC.")
    for note in notes:
        st.warning(markdown_safe(note), icon=":material/link_off:")


def _draw(published: Published, names: dict[str, str]) -> None:
    changed: dict[str, Any] = {"on_change": _changed, "args": (published,)}
    st.selectbox(
        "Tenant",
        (_ALL, *published.tenants),
        format_func=lambda tenant: plain(names.get(str(tenant), str(tenant))) if tenant else "All tenants",
        key="filter_tenant",
        **changed,
    )
    for label, key in (("From", "filter_from"), ("To", "filter_to")):
        st.date_input(label, key=key, min_value=_EARLIEST, max_value=_LATEST, format="YYYY-MM-DD", **changed)
    st.selectbox("Time zone", time_zones(), key="filter_tz", **changed)


def _put_back() -> None:
    remembered: dict[str, str] = st.session_state.get(_REMEMBERED, {})
    if not any(key in st.query_params for key in KEYS):
        for key, value in remembered.items():
            st.query_params[key] = value
    st.session_state[_REMEMBERED] = {key: st.query_params[key] for key in KEYS if key in st.query_params}


def _changed(published: Published) -> None:
    default = published.default
    chosen = Filters(
        st.session_state["filter_tenant"] or None,
        st.session_state["filter_from"] or default.first_day,
        st.session_state["filter_to"] or default.last_day,
        st.session_state["filter_tz"] or default.time_zone,
    )
    link = chosen.link(default)
    for key in KEYS:
        if key in link:
            st.query_params[key] = link[key]
        elif key in st.query_params:
            del st.query_params[key]
    st.session_state[_REMEMBERED] = link


def _widget_values(filters: Filters) -> dict[str, Any]:
    return {
        "filter_tenant": filters.tenant_id or _ALL,
        "filter_from": filters.first_day,
        "filter_to": filters.last_day,
        "filter_tz": filters.time_zone,
    }
