"""Rows of a Log Analytics answer → the records that land: each an object by column name, values as they came."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from pipelines.sources.items import (
    MAX_RECORD_BYTES,
    AlikeRecords,
    BadLine,
    Item,
    Record,
    bad_line,
    is_too_deep,
    too_long,
)


class Table(NamedTuple):
    """Rows, all of them or some, with what is said of their columns."""

    columns: tuple[str, ...]
    dynamic: tuple[int, ...]
    """Columns that may hold objects and lists, though as a rule it is the text of them."""
    rows: list[list[Any]]


def items(table: Table) -> Iterator[Item | AlikeRecords]:
    """The rows, together where all are alike. Null columns stay, so that all rows have the same."""
    together = _together(table) if _are_alike(table) else None
    if together:
        yield together
    else:
        for row in table.rows:
            yield from _alone(dict(zip(table.columns, row, strict=True)))


def _are_alike(table: Table) -> bool:
    """Whether all rows are of one table and flat, and none has text only, as rows of a CSV have."""
    rows = table.rows
    if "Type" not in table.columns or not rows:
        return False
    kinds = table.columns.index("Type")
    kind = rows[0][kinds]
    no_texts = [number for number, value in enumerate(rows[0]) if type(value) is not str]
    if not kind or any(row[kinds] != kind for row in rows):
        return False
    if any(type(row[number]) in (dict, list) for number in table.dynamic for row in rows):
        return False
    return any(all(type(row[number]) is not str for row in rows) for number in no_texts)


def _together(table: Table) -> AlikeRecords | None:
    """All rows at once; None where one has to be looked at by itself."""
    fields: dict[str, Any] = {}
    lines = []
    try:
        for row in table.rows:
            fields.update(zip(table.columns, row, strict=True))
            lines.append(orjson.dumps(fields))
    except orjson.JSONEncodeError:
        return None
    if max(map(len, lines)) > MAX_RECORD_BYTES:
        return None
    return AlikeRecords(b"\n".join(lines), len(lines), fields)


def _alone(fields: dict[str, Any]) -> Iterator[Item]:
    try:
        line = orjson.dumps(fields)
    except orjson.JSONEncodeError:  # half a surrogate pair, which nobody after us reads
        yield bad_line(json.dumps(fields).encode(), "invalid_json")
        return
    if len(line) > MAX_RECORD_BYTES:
        yield from too_long(line, ends=True)
    elif is_too_deep(line):
        yield BadLine(line, "too_deep")
    else:
        yield Record(line, fields)
