"""The published tables of a warehouse, without what only says where a record stands and how often it came."""

from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any

import duckdb

WHERE_IT_STANDS = {
    "landed_file", "first_landed_file", "sign_in_landed_file", "request_landed_file", "records_file", "row_number",
    "evidence", "source_name", "source_type", "source_window",
}  # fmt: skip
HOW_OFTEN_IT_CAME = {"landed", "duplicates"}
WHEN_IT_WAS_SEEN = {"valid_from", "valid_to", "explains_from", "explains_to", "last_seen_at", "landed_at"}
WHAT_WAS_ASKED = {"is_expected", "is_pulled", "last_success_at"}
"""Null for what was only imported: nobody asked for it."""
LEFT_OUT = WHERE_IT_STANDS | HOW_OFTEN_IT_CAME | WHEN_IT_WAS_SEEN | WHAT_WAS_ASKED
OF_COPIES = ("landed_files", "evidence_files", "quarantine", "_records", "collections")

Tables = dict[str, Counter[tuple[Any, ...]]]


def tables(path: Path) -> Tables:
    """Every published table as its rows, but for those that have a row for each copy or file."""
    return every_row(path, LEFT_OUT, OF_COPIES, has_asked=False)


def every_row(
    path: Path, left_out: Collection[str], tables_left_out: tuple[str, ...] = (), *, has_asked: bool = True
) -> Tables:
    """Every published table as its rows, without these columns, and without tables whose names end so.

    Where nobody has asked, an hour of which it is known that nothing came is no row.
    """
    found = {}
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute("select table_name from information_schema.tables").fetchall()
        for (table,) in names:
            if not table.endswith(tables_left_out):
                described = connection.execute(f'describe "{table}"').fetchall()
                columns = ", ".join(f'"{name}"::varchar' for name, *_ in described if name not in left_out)
                where = "where landed > 0" if table == "completeness" and not has_asked else ""
                found[table] = Counter(connection.execute(f'select {columns} from "{table}" {where}').fetchall())
    return found


def differences(found: Tables, expected: Tables) -> dict[str, dict[str, list[Any]]]:
    """By table, the first rows that one side has and the other has not; empty where all is equal."""
    return {
        table: {"twice": list(found[table] - rows)[:3], "lost": list(rows - found[table])[:3]}
        for table, rows in expected.items()
        if rows != found[table]
    }
