"""SQL: any question to the published tables, read-only, with the saved questions and the dictionary beside it."""

from typing import Any

import streamlit as st

from pipelines.access.events import AskedSql, Exported
from pipelines.cases.events import LONGEST_TEXT
from pipelines.cli.show import count
from pipelines.dashboard.asking import Answer, ask, dictionary
from pipelines.dashboard.page import Here, page
from pipelines.dashboard.panel import table
from pipelines.dashboard.text import number, plain
from pipelines.outputs.panels import questions
from pipelines.warehouse.ask import AskError

FIRST = "select *\nfrom attributed_requests\norder by request_at desc"
ROWS, SECONDS = (100, 1_000, 10_000, 100_000), (10, 30, 120, 300)
_TEXT, _SAVED, _ANSWER = "sql_text", "sql_saved", "sql_answer"


def show_editor(here: Here) -> None:
    """The question, and how far it may go."""
    if _TEXT not in st.session_state:  # the link's question is shown, and asked only when somebody says so
        st.session_state[_TEXT] = st.query_params.get("q", FIRST)[:LONGEST_TEXT]
    st.selectbox(
        "Saved question",
        tuple(questions()),
        index=None,
        format_func=lambda name: plain(" ".join(questions()[name].header.description.split()), 120),
        placeholder="Choose one to put it into the editor",
        key=_SAVED,
        on_change=take_saved,
    )
    with st.form("sql"):
        query = st.text_area("Question in SQL", key=_TEXT, height=260, max_chars=LONGEST_TEXT)
        rows, seconds = st.columns(2)
        most = rows.selectbox("Most rows", ROWS, index=1, format_func=number)
        longest = seconds.selectbox("Most seconds", SECONDS, index=1)
        if st.form_submit_button("Ask"):
            ask_it(here, query or "", most, longest)


def take_saved() -> None:
    """Puts the saved question that was chosen into the editor."""
    if name := st.session_state[_SAVED]:
        st.session_state[_TEXT] = questions()[name].sql


def ask_it(here: Here, query: str, most: int, seconds: int) -> None:
    """Asks; that it was asked is written down before. What is wrong with it is said in words."""
    st.session_state.pop(_ANSWER, None)
    here.check("ask_sql")
    if not query.strip():
        st.text("There is no question in that; try: show tables")
        return
    here.write_down(AskedSql(query=query))
    st.query_params["q"] = query
    try:
        with st.spinner("Asking"):
            st.session_state[_ANSWER] = ask(here.settings.data, query, most=most, seconds=seconds)
    except AskError as error:
        st.text(here.shown_text(f"This was not answered: {error}"))


def show_answer(here: Here, answer: Answer) -> None:
    """The rows, and as files."""
    with st.container(border=True):
        st.header("Answer", anchor=False)
        rows = answer.rows.num_rows
        cut = (
            f"Cut after {count(rows, 'row')}: there are more." if answer.is_cut else f"{count(rows, 'row')}, all of it."
        )
        st.text(f"{cut} Long texts are shortened here, not in the files.")
        names = {name: st.column_config.Column(plain(name, 60)) for name in answer.rows.column_names}
        table(names)(here.shown(answer.frame()))
        left, right, _ = st.columns([1, 1, 4])
        offer(here, left, "csv", answer)
        offer(here, right, "parquet", answer)
        with st.expander("What was asked"):
            st.code(here.people.text(answer.query), language="sql", wrap_lines=True)


def offer(here: Here, place: Any, kind: str, answer: Answer) -> None:
    """A file of the answer. Only whoever takes it away has it made, after that was written down."""

    def made() -> bytes:
        here.check("ask_sql")
        here.write_down(Exported(what=plain(f"{kind} of {answer.rows.num_rows} rows: {answer.query}", 2_000)))
        return answer.csv() if kind == "csv" else answer.parquet()

    label = {"csv": "Download CSV", "parquet": "Download Parquet"}[kind]
    place.download_button(label, made, f"answer.{kind}", "application/octet-stream", on_click="ignore")


def show_dictionary(here: Here) -> None:
    """The tables with their columns, as the published file describes them."""
    columns = dictionary(here.reader)
    about = dict(columns.select("table_name", "about").unique().iter_rows())
    names = sorted(about)
    with st.container(border=True, height="stretch"):
        st.header("Dictionary", anchor=False)
        first = names.index("attributed_requests") if "attributed_requests" in names else 0
        name = st.selectbox("Table", names, index=first)
        st.text(plain(about[name] or ""))
        known = columns.filter(columns["table_name"] == name)
        table(height=420)(known.select(column="column_name", type="data_type", meaning="comment"))


with page("SQL", "Any question to the published tables. It reads them and nothing else, and changes nothing.") as here:
    here.check("ask_sql")
    left, right = st.columns([3, 2])
    with left:
        show_editor(here)
    with right:
        show_dictionary(here)
    if _ANSWER in st.session_state:
        show_answer(here, st.session_state[_ANSWER])
