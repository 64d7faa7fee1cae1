"""The records that an answer rests on, down to the landed lines."""

from collections.abc import Sequence

import orjson
import polars as pl
import streamlit as st

from pipelines.access.events import SawOriginal
from pipelines.compression import zstd
from pipelines.dashboard.page import Here
from pipelines.dashboard.panel import table
from pipelines.dashboard.text import plain
from pipelines.outputs.chains import Row
from pipelines.outputs.originals import originals

_COLUMNS = ("log", "record_id", "landed_file", "tenant_id")
_LONGEST_LINE = 200_000


def show_evidence(here: Here, evidence: Sequence[Row]) -> None:
    """The records as a list, and each of them as it came in for who may see that."""
    with st.container(border=True):
        st.header("Evidence", anchor=False)
        st.caption("The records that this rests on, as they stand in the files that landed.")
        shown = here.shown(pl.DataFrame(evidence).select(_COLUMNS))
        table()(shown)
        if not here.may("see_originals"):
            st.text(f"The role {here.viewer.role} may not see original records.")
            return
        names = [f"{log} {record_id}" for log, record_id in shown.select("log", "record_id").iter_rows()]
        chosen = st.selectbox("Record", range(len(names)), format_func=lambda number: plain(names[number]))
        if st.button("Show the original", help="This is written down in the access log."):
            show_original(here, evidence[chosen])


def show_original(here: Here, record: Row) -> None:
    """The lines of the record as they landed. That somebody saw it is written down before."""
    here.check("see_originals")
    here.write_down(SawOriginal(record_id=plain(record["record_id"]), landed_file=record["landed_file"]))
    try:
        found = originals(here.settings.data, record["landed_file"], record["record_id"])
    except (OSError, EOFError, zstd.ZstdError):
        st.error("The landed file cannot be read. `whoseagent verify` says what is wrong with it.")
        return
    if not found:
        st.text("The landed file has no record with this id. whoseagent verify checks the file.")
    for original in found:
        st.text(plain(f"Line {original.number} of landing/{record['landed_file']}, laid out for reading"))
        st.code(_readable(original.line), language=None, wrap_lines=True)
        with st.expander("The line as it landed"):
            st.code(_plain(original.line), language=None, wrap_lines=True)


def _readable(line: bytes) -> str:
    try:
        laid_out = orjson.dumps(orjson.loads(line), option=orjson.OPT_INDENT_2)
    except orjson.JSONDecodeError:
        laid_out = line
    return "\n".join(map(_plain, laid_out.splitlines()))


def _plain(line: bytes) -> str:
    return plain(line.decode("utf-8", "backslashreplace"), _LONGEST_LINE)
