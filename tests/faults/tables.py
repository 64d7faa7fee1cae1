"""The published tables of a warehouse, without what only says where a record stands and how often it came."""

from collections import Counter
from pathlib import Path
from typing import Any

import duckdb

WHERE_IT_STANDS = {
    "landed_file", "sign_in_landed_file", "request_landed_file", "records_file", "row_number", "evidence",
    "source_name", "source_type", "source_window",
}  # fmt: skip
HOW_OFTEN_IT_CAME = {"landed", "duplicates"}
WHEN_IT_WAS_SEEN = {"valid_from", "valid_to", "explains_from", "explains_to", "last_seen_at", "landed_at"}
LEFT_OUT = WHERE_IT_STANDS | HOW_OFTEN_IT_CAME | WHEN_IT_WAS_SEEN
OF_COPIES = ("landed_files", "quarantine", "_records")

Tables = dict[str, Counter[tuple[Any, ...]]]


def tables(path: Path) -> Tables:
    """Every published table as its rows, but for those that have a row for each copy or file."""
    found = {}
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute("select table_name from information_schema.tables").fetchall()
        for (table,) in names:
            if not table.endswith(OF_COPIES):
                described = connection.execute(f'describe "{table}"').fetchall()
                columns = ", ".join(f'"{name}"::varchar' for name, *_ in described if name not in LEFT_OUT)
                found[table] = Counter(connection.execute(f'select {columns} from "{table}"').fetchall())
    return found


def differences(found: Tables, expected: Tables) -> dict[str, dict[str, list[Any]]]:
    """By table, the first rows that one side has and the other has not; empty where all is equal."""
    return {
        table: {"twice": list(found[table] - rows)[:3], "lost": list(rows - found[table])[:3]}
        for table, rows in expected.items()
        if rows != found[table]
    }
