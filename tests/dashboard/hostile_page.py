"""A page that shows hostile names in every way that pages show text."""

import altair as alt
import polars as pl
import streamlit as st

from pipelines.dashboard.charts import draw
from pipelines.dashboard.panel import harmless, table
from pipelines.dashboard.text import markdown_safe, plain
from tests.dashboard.data import HOSTILE

frame = harmless(pl.DataFrame({"name": HOSTILE, "requests": range(len(HOSTILE))}))
st.title("Names", anchor=False)
for name in HOSTILE:
    safe = markdown_safe(name)
    st.header(safe, anchor=False)
    st.markdown(f"What {safe} did")
    st.caption(safe)
    st.metric(safe, 1)
    st.expander(safe).text(plain(name))
    st.warning(safe)
table()(frame)
draw(alt.Chart(frame).mark_bar().encode(x="requests:Q", y="name:N", tooltip=["name:N"]), HOSTILE[0], height=300)
