"""What is known besides a day's events, and a hash of it for each day: other knowledge means other findings.

The directory, the registry and the agents' accounts are not of a day, but explain days. Of what explains a day from
`explains_from` to `explains_to`, only that counts for it, so that a change of today leaves last week's findings alone.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256

import duckdb

LOG_HOURS = "log_hours"
"""Stands for all days at once: whether a log is silent, or a sign-in late, shows in what comes after."""

_NOT_OF_A_STATE = ("valid_to", "explains_to", "last_seen_at", "landed_file", "explains_from")


def hashes_by_day(
    connection: duckdb.DuckDBPyConnection, tables: Iterable[str], days: Iterable[str]
) -> Mapping[str, str]:
    """Day → hash of the rows of these tables, which stand in the connection, that say something of the day."""
    days = list(days)
    parts: dict[str, list[str]] = {day: [] for day in days}
    for table in sorted(tables):
        for day, value in _of_table(connection, table, days).items():
            parts[day].append(f"{table} {value}")
    return {day: sha256("\0".join(found).encode()).hexdigest() for day, found in parts.items()}


def _of_table(connection: duckdb.DuckDBPyConnection, table: str, days: list[str]) -> dict[str, str]:
    columns = [name for name, *_ in connection.execute(f"describe {table}").fetchall()]
    if table == LOG_HOURS:
        condition = "cast(hour as date) between known.day - 1 and known.day + 1"
    elif "explains_from" in columns:
        condition = "known.day >= explains_from and known.day < explains_to"
    else:
        condition = "true"
    hashed = ", ".join(f'"{name}"' for name in columns if name not in _NOT_OF_A_STATE)
    # A sum of hashes is the same in any order of the rows, and counts a row that stands twice.
    rows = connection.execute(
        f"""
        select known.day::varchar, count(content), coalesce(sum(content), 0)
        from (select unnest($days)::date as day) as known
        left join (select *, hash({hashed})::hugeint as content from {table}) as rows on {condition}
        group by known.day
        """,
        {"days": days},
    ).fetchall()
    return {day: f"{count} {total}" for day, count, total in rows}
