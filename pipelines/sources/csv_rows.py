"""Portal CSV exports → records: each row as a JSON object of header → text."""

import csv
from collections import deque
from collections.abc import Generator, Iterable, Iterator

import orjson

from pipelines.sources import items
from pipelines.sources.chunks import Chunks
from pipelines.sources.items import BadLine, Item, Record, on_one_line, too_long
from pipelines.sources.lines import Lines, LongLine

# One of these is among the columns of every Log Analytics or Entra portal export.
_MARKERS = frozenset(
    [
        "TimeGenerated",
        "TimeGenerated [UTC]",
        "CreatedDateTime",
        "CreatedDateTime [UTC]",
        "OperationName",
        "Category",
        "Type",
        "CorrelationId",
        "RequestId",
        "UserPrincipalName",
        "Date (UTC)",
    ]
)
_LONGEST_HEADER = 64 * 1024


def find_header(head: bytes) -> list[str] | None:
    """Give the columns if the text begins with the header row of a log export, else None."""
    first_line = head[:_LONGEST_HEADER].split(b"\n", 1)[0]
    try:
        columns = next(csv.reader([first_line.decode("utf-8", "replace")], strict=True), [])
    except csv.Error:
        return None
    is_log = len(columns) >= 3 and all(columns) and not _MARKERS.isdisjoint(columns)
    return _distinct(columns) if is_log else None


def _distinct(columns: Iterable[str]) -> list[str]:
    """Give the columns with a number after each name that was there before, so that no value hides another."""
    names: list[str] = []
    for column in columns:
        name, number = column, 1
        while name in names:
            number += 1
            name = f"{column} ({number})"
        names.append(name)
    return names


def read_csv(chunks: Chunks, header: list[str]) -> Generator[Item, None, bool]:
    """Yield the rows of CSV text; returns whether it ends in the middle of one."""
    # The module's own limit is per field and process-wide; `_Rows` limits the row.
    csv.field_size_limit(max(csv.field_size_limit(), items.MAX_RECORD_BYTES))
    rows = _Rows(header)
    lines = Lines(chunks, lambda _: LongLine())
    for batch in lines:
        if isinstance(batch, list):
            yield from rows.read(batch)
        else:
            yield batch
    # A stream that broke ends in a row of which nobody knows how much is missing.
    last = [] if chunks.error else [lines.rest]
    yield from rows.read(last, is_last=True)
    if chunks.error and lines.rest:
        yield BadLine(on_one_line(lines.rest), "truncated")
        return True
    return rows.cut


class _NeedsMoreError(Exception):
    """The row goes on in a line that has not come yet."""


class _Rows(Iterator[str]):
    """Rows out of lines. `cut` tells, at the end, whether the last row was unfinished."""

    def __init__(self, header: list[str]) -> None:
        self.cut = False
        self._header = header
        self._is_header = True
        self._waiting: deque[bytes] = deque()
        self._taken: list[bytes] = []  # the lines of the row that is being read
        self._taken_bytes = 0
        self._is_last = False

    def __next__(self) -> str:
        if not self._waiting:
            raise StopIteration if self._is_last else _NeedsMoreError
        line = self._waiting.popleft()
        self._taken.append(line)
        self._taken_bytes += len(line) + 1
        if self._taken_bytes > items.MAX_RECORD_BYTES and len(self._taken) > 1:
            raise csv.Error("a row this long is a quote that does not close")
        return line.decode("utf-8", "surrogateescape") + "\n"

    def read(self, lines: Iterable[bytes], *, is_last: bool = False) -> Iterator[Item]:
        """Yield the rows that are complete with these lines."""
        self._waiting.extend(lines)
        self._is_last = is_last
        reader = csv.reader(self, strict=True)
        while True:
            self._taken = []
            self._taken_bytes = 0
            try:
                row = next(reader)
            except StopIteration:
                return
            except _NeedsMoreError:
                self._waiting.extendleft(reversed(self._taken))
                return
            except csv.Error:
                yield self._first_line_is_bad()
            else:
                yield from self._judge(row)

    def _first_line_is_bad(self) -> BadLine:
        """Give up the first line of the row only: the others may be rows that its stray quote swallowed."""
        first, *others = self._taken
        self._waiting.extendleft(reversed(others))
        return BadLine(on_one_line(first.removesuffix(b"\r")), self._why_bad())

    def _judge(self, row: list[str]) -> Iterator[Item]:
        if self._is_header:
            self._is_header = False
            return
        if not row:
            return
        text = on_one_line(b"\n".join(self._taken).removesuffix(b"\r"))
        if len(row) != len(self._header):
            yield BadLine(text, self._why_bad())
            return
        fields = dict(zip(self._header, row, strict=True))
        try:
            line = orjson.dumps(fields)
        except orjson.JSONEncodeError:
            yield BadLine(text, "invalid_utf8")
            return
        yield from too_long(text, ends=True) if len(line) > items.MAX_RECORD_BYTES else (Record(line, fields),)

    def _why_bad(self) -> str:
        self.cut = self._is_last and not self._waiting
        return "truncated" if self.cut else "ragged_row"
