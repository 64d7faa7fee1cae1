"""The dashboard: its pages, in the order of the sidebar."""

from pathlib import Path

import streamlit as st

from pipelines.dashboard.look import STYLE

# A file: for an icon by name the browser would ask another host.
ICON = Path(__file__).with_name("icon.svg")
st.set_page_config(page_title="whoseagent", page_icon=ICON, layout="wide")
st.html(STYLE)

PAGES = [
    st.Page("overview.py", title="Overview", icon=":material/monitoring:", default=True),
    st.Page("who_did_it.py", title="Who did it", icon=":material/person_search:"),
    st.Page("agents.py", title="Agents", icon=":material/smart_toy:"),
    st.Page("agent.py", title="Agent", visibility="hidden"),
    st.Page("findings.py", title="Findings", icon=":material/flag:"),
    st.Page("compliance.py", title="Compliance", icon=":material/verified_user:"),
    st.Page("data_health.py", title="Data health", icon=":material/monitor_heart:"),
    st.Page("sql.py", title="SQL", icon=":material/database:"),
]
st.navigation(PAGES).run()
