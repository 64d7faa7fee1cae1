"""Columns made with Python's functions.

Never by `map_elements`: that calls Python in the threads of Polars, and each call there waits for Python's lock.
Another page that holds this lock while it waits for those same threads, as `to_pandas` does, then stops the server.

Nor may two pages share a frame: `to_pandas` locks it while it holds Python's lock. `st.cache_data` gives out copies.
"""

from collections.abc import Callable
from typing import Any

import polars as pl


def made_of(column: pl.Series, make: Callable[[Any], str]) -> pl.Series:
    """The texts that the function makes of the values, in this thread, under the column's name; nulls stay."""
    values = (None if value is None else make(value) for value in column.to_list())
    return pl.Series(column.name, list(values), pl.String)
