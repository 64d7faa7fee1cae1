"""Columns that Python's functions make, in a server that shows pages to many at once."""

import subprocess
import sys

import polars as pl

from pipelines.dashboard.columns import made_of
from pipelines.dashboard.panel import harmless

TWO_PAGES = """
import sys
from threading import Thread
import polars as pl
from pipelines.dashboard.panel import harmless

sys.setswitchinterval(1e-5)

def show(step):
    rows = pl.DataFrame({"name": ["n" * 50] * 200, "others": [["a", "b"]] * 200})  # its own: a cached panel is a copy
    for _ in range(200):
        step(rows)

pages = [Thread(target=show, args=(step,), daemon=True) for step in (harmless, pl.DataFrame.to_pandas) * 2]
for page in pages:
    page.start()
for page in pages:
    page.join()
"""


def test_two_pages_at_once_do_not_stop_each_other() -> None:
    subprocess.run([sys.executable, "-c", TWO_PAGES], check=True, timeout=60)


def test_what_is_nested_becomes_text_and_nulls_stay() -> None:
    rows = pl.DataFrame({"names": [["a\x1b", None], None, []], "facts": [{"a": 1}, None, {"a": 2}], "days": [[1]] * 3})
    assert harmless(rows).to_dict(as_series=False) == {
        "names": ["a\\x1b, None", None, ""],
        "facts": ["{'a': 1}", None, "{'a': 2}"],
        "days": [[1]] * 3,
    }
    assert made_of(pl.Series("none", [None], pl.Null), str).dtype == pl.String
