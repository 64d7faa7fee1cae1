"""The body of a Log Analytics answer → its rows, each an object by column name, values as they came.

The typed answers of the SDK would make 'None' of a null GUID and lose the seventh digit of a time.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from pipelines.sources.items import MAX_RECORD_BYTES, BadLine, Item, Record, bad_line, is_too_deep, too_long


@dataclass(frozen=True)
class Answer:
    """What one query gave. With an `error`, rows are missing."""

    columns: tuple[str, ...]
    rows: list[list[Any]]
    size: int
    """Bytes of the body."""
    error: str = ""


def parse_answer(body: bytes) -> Answer:
    """The answer in a body. Raises ValueError for one that was cut off or is none."""
    match _json(body):
        case {"tables": [{"columns": list(described), "rows": list(rows)}, *_]} as content:
            columns = tuple(column["name"] for column in described)
        case _:
            raise ValueError("the answer holds no table")
    if any(len(row) != len(columns) for row in rows):
        raise ValueError("the answer has rows that do not fit its columns")
    return Answer(columns, rows, len(body), reason(content) if content.get("error") else "")


def items(answer: Answer) -> Iterator[Item]:
    """The rows, oldest memory first freed: each is let go once it has been given. Null columns stay.

    With them all rows of a table have the same columns, and what a row is shows in the same way for each.
    """
    rows = answer.rows
    rows.reverse()
    while rows:
        yield from _item(dict(zip(answer.columns, rows.pop(), strict=True)))


def reason(content: Any) -> str:
    """What the service says is wrong: code and message of the innermost error that has them; "" where there is none."""
    said = ""
    error = content.get("error") if isinstance(content, dict) else None
    while isinstance(error, dict):
        words = [str(error[name]) for name in ("code", "message") if error.get(name)]
        said = ": ".join(words) or said
        details = error.get("details")
        error = error.get("innererror") or (details[0] if isinstance(details, list) and details else None)
    return " ".join(said.split())[:500]


def _item(fields: dict[str, Any]) -> Iterator[Item]:
    try:
        line = orjson.dumps(fields)
    except (TypeError, orjson.JSONEncodeError):  # half a surrogate pair, which nobody after us reads
        yield bad_line(json.dumps(fields).encode(), "invalid_json")
        return
    if len(line) > MAX_RECORD_BYTES:
        yield from too_long(line, ends=True)
    else:
        yield BadLine(line, "too_deep") if is_too_deep(line) else Record(line, fields)


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return json.loads(body)  # takes half a surrogate pair
