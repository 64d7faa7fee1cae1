"""The body of a Log Analytics answer → its rows, read while it comes in.

The typed answers of the SDK would make 'None' of a null GUID and lose the seventh digit of a time.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from pipelines.sources.items import AlikeRecords, Item
from pipelines.sources.query_rows import Table, items

_ROWS = re.compile(rb'"rows"\s*:\s*\[')
_END = b"]}]}"
PIECE_BYTES = 2**18
"""How much of a body is read at a time: what fits into the processor's cache is read several times as fast."""


@dataclass
class Answer:
    """What one query gave. With an `error`, rows are missing."""

    size: int = 0
    """Bytes of the body."""
    items: list[Item | AlikeRecords] = field(default_factory=list)
    """The rows, in their order."""
    rows: int = 0
    first: Any = None
    """The first value of the first row."""
    error: str = ""

    def take_items(self) -> Iterator[Item | AlikeRecords]:
        """Yields the items, and lets go of each."""
        self.items.reverse()
        while self.items:
            yield self.items.pop()

    def add(self, table: Table) -> None:
        """Adds rows. Raises ValueError for some that do not fit their columns."""
        if any(type(row) is not list or len(row) != len(table.columns) for row in table.rows):
            raise ValueError("the answer has rows that do not fit its columns")
        if table.rows and not self.rows:
            self.first = next(iter(table.rows[0]), None)
        self.rows += len(table.rows)
        self.items += items(table)


def parse_answer(chunks: Iterable[bytes], *, piece_bytes: int = PIECE_BYTES) -> Answer:
    """The answer in the chunks of a body. Raises ValueError for one that was cut off or is none."""
    reader = _Reader(piece_bytes)
    for chunk in chunks:
        reader.feed(chunk)
    return reader.end()


class _Reader:
    """Reads rows while they come in; only at the end of the body is it known to be whole.

    Whatever was not read before is read then.
    """

    def __init__(self, piece_bytes: int) -> None:
        self._piece_bytes = self._wanted = piece_bytes
        self._answer = Answer()
        self._head = b""
        self._table: Table | None = None
        self._rest = bytearray()
        """What follows the head and the rows that were read: it begins with a row, or ends the answer."""

    def feed(self, chunk: bytes) -> None:
        """Takes the next bytes of the body."""
        self._answer.size += len(chunk)
        self._rest += chunk
        if len(self._rest) >= self._wanted:
            self._wanted = self._piece_bytes if self._goes_on() else 2 * len(self._rest)

    def end(self) -> Answer:
        """The answer, once the body has ended."""
        content = _json(self._head + self._rest)
        self._answer.add(_table(content))
        self._answer.error = reason(content)
        return self._answer

    def _goes_on(self) -> bool:
        """Whether rows were read, up to the last that seems to be whole.

        What looks like the end of a row may stand in a text or in a list: cut there, rows are no JSON.
        """
        table = self._table or self._begin()
        end = self._rest.rfind(b"],[") + 1
        if table is None or not end:
            return False
        try:
            rows = orjson.loads(b"[" + self._rest[:end] + b"]")
        except orjson.JSONDecodeError:
            return False
        self._answer.add(table._replace(rows=rows))
        del self._rest[: end + 1]
        return True

    def _begin(self) -> Table | None:
        """What comes before the first row, without rows; None where that is not how the body begins."""
        found = _ROWS.search(self._rest)
        if found is None:
            return None
        head = bytes(self._rest[: found.end()])
        try:
            self._table = _table(orjson.loads(head + _END))
        except ValueError:
            return None
        self._head = head
        del self._rest[: found.end()]
        return self._table


def _table(content: Any) -> Table:
    match content:
        case {"tables": [{"columns": list(described), "rows": list(rows)}, *_]}:
            columns = tuple(column["name"] for column in described)
            dynamic = tuple(number for number, column in enumerate(described) if column.get("type") == "dynamic")
            return Table(columns, dynamic, rows)
    raise ValueError("the answer holds no table")


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


def _json(body: bytes | bytearray) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return json.loads(body)  # takes half a surrogate pair
