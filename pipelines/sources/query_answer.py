"""The body of a Log Analytics answer → its rows, each an object by column name, values as they came.

The typed answers of the SDK would make 'None' of a null GUID and lose the seventh digit of a time.
"""

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from pipelines.sources.items import MAX_RECORD_BYTES, BadLine, Item, Record, bad_line, is_too_deep, too_long


@dataclass(frozen=True)
class Answer:
    """What one query gave. With an `error`, rows are missing."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[list[Any]]
    size: int
    """Bytes of the body."""
    error: str = ""


def parse_answer(body: bytes) -> Answer:
    """The answer in a body. Raises ValueError for one that was cut off or is none."""
    with _no_garbage_collection():
        content = _json(body)
    match content:
        case {"tables": [{"columns": list(described), "rows": list(rows)}, *_]}:
            columns = tuple(column["name"] for column in described)
            types = tuple(str(column.get("type")) for column in described)
        case _:
            raise ValueError("the answer holds no table")
    if any(len(row) != len(columns) for row in rows):
        raise ValueError("the answer has rows that do not fit its columns")
    return Answer(columns, types, rows, len(body), reason(content) if content.get("error") else "")


def items(answer: Answer) -> Iterator[Item]:
    """The rows; each is let go once it has been given. Null columns stay, so that all rows have the same.

    Where all rows are alike, the fields of every record are one and the same object, filled anew for each: what is
    recognised once is recognised for all.
    """
    fields: dict[str, Any] = {}
    columns, rows, is_alike, is_flat = answer.columns, answer.rows, _are_alike(answer), _are_flat(answer)
    rows.reverse()
    while rows:
        if not is_alike:
            fields = {}
        fields.update(zip(columns, rows.pop(), strict=True))
        try:
            line = orjson.dumps(fields)
        except (TypeError, orjson.JSONEncodeError):  # half a surrogate pair, which nobody after us reads
            yield bad_line(json.dumps(fields).encode(), "invalid_json")
            continue
        if len(line) > MAX_RECORD_BYTES:
            yield from too_long(line, ends=True)
        elif not is_flat and is_too_deep(line):
            yield BadLine(line, "too_deep")
        else:
            yield Record(line, fields)


def _are_alike(answer: Answer) -> bool:
    """Whether all rows are of one table, and none has text only, as rows of a CSV have."""
    if "Type" not in answer.columns or not answer.rows:
        return False
    kinds = answer.columns.index("Type")
    kind = answer.rows[0][kinds]
    no_texts = [number for number, value in enumerate(answer.rows[0]) if type(value) is not str]
    if not kind or not no_texts or any(row[kinds] != kind for row in answer.rows):
        return False
    return any(all(type(row[number]) is not str for row in answer.rows) for number in no_texts)


def _are_flat(answer: Answer) -> bool:
    """Whether no cell is an object or a list: those of dynamic columns are text, as a rule."""
    dynamic = [number for number, kind in enumerate(answer.types) if kind == "dynamic"]
    return not any(type(row[number]) in (dict, list) for row in answer.rows for number in dynamic)


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


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """A large answer makes a million objects and no garbage; looking for some takes as long as reading it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return json.loads(body)  # takes half a surrogate pair
