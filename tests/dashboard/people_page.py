"""A page with people in every way that pages show them: rows, lists, text, the query beside it, and links."""

import streamlit as st

from pipelines.dashboard.look import STYLE
from pipelines.dashboard.page import page
from pipelines.dashboard.panel import show_query, table

REQUESTS = "select * from attributed_requests where user_id is not null order by request_id limit 40"

st.html(STYLE)
with page("People", "Who did what.") as here:
    with here.reader.cursor() as (_, cursor):
        requests = cursor.sql(REQUESTS).pl()
        users = cursor.sql("select * from directory_users order by user_id limit 40").pl()
    for frame in (requests, users):
        table()(here.shown(frame))
    someone = requests.row(0, named=True)
    st.text(here.shown_text(f"{someone['user_upn']} did it from {someone['ip_address']}: {someone['statement']}"))
    show_query("someone", here.people.text(f"select * from attributed_requests where user_id = '{someone['user_id']}'"))
    st.text(here.link("people", user=someone["user_id"]))
    st.text(f"asked: {here.asked('user') == someone['user_id']}")
    st.text(f"may: {[what for what in ('triage', 'see_people', 'reveal') if here.may(what)]}")
    if here.asked("act"):
        here.check("triage")
