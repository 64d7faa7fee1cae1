"""A large day's requests in slices by who called, so that the join with what is known of callers fits into memory.

What does not fit is spilled by DuckDB, both sides of it: at twenty million requests that costs more than all the rest.
"""

from collections.abc import Iterator

import duckdb

from pipelines.warehouse.models import Model

MOST_CALLERS = 1_500_000
"""So many callers may be known at a time; each takes about a kilobyte."""

_SLICED = ("request_operations", "caller_attributions")
_DIGITS = "0123456789abcdef"


def slices(connection: duckdb.DuckDBPyConnection, model: Model, of_day: str) -> list[str]:
    """The conditions on `caller_id`, a hash in hexadecimal digits, of the slices that a model's day should have.

    `of_day` is the condition of the day. One slice, of all, for small days and for models that do not join callers.
    """
    if not model.depends_on.issuperset(_SLICED):
        return ["true"]
    ((callers,),) = connection.execute(f"select count(*) from caller_attributions where {of_day}").fetchall()
    count = 1
    while callers > count * MOST_CALLERS and count < len(_DIGITS):
        count *= 2
    return list(_conditions(count))


def _conditions(count: int) -> Iterator[str]:
    starts = [_DIGITS[place * len(_DIGITS) // count] for place in range(count)]
    for place, start in enumerate(starts):
        below = [f"caller_id < '{end}'" for end in starts[place + 1 : place + 2]]
        above = [f"caller_id >= '{start}'"] if place else []
        yield " and ".join([*above, *below]) or "true"


def sliced(query: str, condition: str) -> str:
    """The query over one slice of what it joins."""
    steps = (f"{name} as not materialized (select * from {name} where {condition})" for name in _SLICED)
    return f"with {', '.join(steps)} {query}"
