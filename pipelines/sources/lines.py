"""Lines of text → records, one JSON value a line (NDJSON)."""

from collections.abc import Callable, Generator, Iterable, Iterator

import orjson

from pipelines.sources import items
from pipelines.sources.documents import DocumentScanner
from pipelines.sources.items import BYTE_ORDER_MARK, WHITE_SPACE, BadLine, Item, Record, is_too_deep, judge, too_long


class LongLine:
    """Gives out a line that is too long, in pieces. `cut` tells, after `end`, that it was unfinished: never."""

    cut = False

    def feed(self, data: bytes) -> Iterator[Item]:
        """Yield these bytes of the line."""
        return too_long(data, ends=False)

    def end(self, unfinished: str = "") -> Iterator[Item]:  # noqa: ARG002 - the same interface as DocumentScanner
        """Yield the end of the line."""
        return too_long(b"", ends=True)


class Lines:
    """The complete lines of an input, without their newlines, as one list per chunk, to be iterated once.

    A line beyond `MAX_RECORD_BYTES` goes, piece by piece, into what `long_line` makes for its beginning; what comes
    out stands between the lists. Afterwards `rest` is the last line if no newline ends it, and `cut` tells whether
    the input ended within a long line that was unfinished.
    """

    def __init__(self, chunks: Iterable[bytes], long_line: Callable[[bytes], DocumentScanner | LongLine]) -> None:
        self.rest = b""
        self.cut = False
        self._chunks = chunks
        self._long_line = long_line

    def __iter__(self) -> Iterator[list[bytes] | Item]:
        long_line = None
        for chunk in self._chunks:
            if long_line is not None:
                piece, newline, after = chunk.partition(b"\n")
                yield from long_line.feed(piece)
                if not newline:
                    continue
                yield from long_line.end("invalid_json")
                long_line = None
                lines = after.split(b"\n")
            else:
                lines = chunk.split(b"\n")
                lines[0] = self.rest + lines[0]
            self.rest = lines.pop()
            yield lines
            if len(self.rest) > items.MAX_RECORD_BYTES:
                long_line = self._long_line(self.rest)
                yield from long_line.feed(self.rest)
                self.rest = b""
        if long_line is not None:
            yield from long_line.end()
            self.cut = long_line.cut


def read_json_lines(chunks: Iterable[bytes]) -> Generator[Item, None, bool]:
    """Yield the records of NDJSON text; returns whether it ends in the middle of one."""
    lines = Lines(chunks, _long_line)
    yield from _read_lines(lines)
    is_cut = yield from _read_rest(lines.rest)
    return is_cut or lines.cut


def read_ended_lines(chunks: Iterable[bytes]) -> Generator[Item, None, bytes]:
    """Yield the records of the lines that a newline ends; returns the bytes after the last newline."""
    lines = Lines(chunks, _long_line)
    yield from _read_lines(lines)
    return lines.rest


def read_unended_line(line: bytes) -> Iterator[Item]:
    """Yield what is in a last line that no newline ends."""
    yield from _read_rest(line)


def _read_lines(lines: Lines) -> Iterator[Item]:
    for batch in lines:
        if isinstance(batch, list):
            yield from _records_in(batch)
        else:
            yield batch


def _read_rest(line: bytes) -> Generator[Item, None, bool]:
    text = line.strip(WHITE_SPACE)
    return (yield from _read_unusual(text, "truncated")) if text else False


def _records_in(lines: Iterable[bytes]) -> Iterator[Item]:
    loads = orjson.loads
    limit = items.MAX_RECORD_BYTES
    brackets = items.MAX_NESTING
    for line in lines:
        text = line.strip(WHITE_SPACE)
        if not text:
            continue
        try:
            fields = loads(text)
        except orjson.JSONDecodeError:
            fields = None
        if type(fields) is not dict or "value" in fields or "records" in fields or len(text) > limit:
            yield from _read_unusual(text, "invalid_json")
        elif text.count(b"{") + text.count(b"[") > brackets and is_too_deep(text):
            yield BadLine(text, "too_deep")
        else:
            yield Record(text, fields)


def _read_unusual(text: bytes, unfinished: str) -> Generator[Item, None, bool]:
    """Yield what is in a line that may hold a page, an array, several records, too long a record, or damage.

    Returns whether its last document is unfinished; the reason for that rest is given.
    """
    text = text.removeprefix(BYTE_ORDER_MARK)
    is_list_of_others = b"{" not in text and text.startswith(b"[") and text[1:-1].strip(WHITE_SPACE)
    if text.startswith((b"{", b"[")) and not is_list_of_others:
        scanner = DocumentScanner()
        yield from scanner.feed(text)
        yield from scanner.end(unfinished)
        return scanner.cut
    yield from too_long(text, ends=True) if len(text) > items.MAX_RECORD_BYTES else (judge(text),)
    return False


def _long_line(start: bytes) -> DocumentScanner | LongLine:
    is_json = start.lstrip(WHITE_SPACE + BYTE_ORDER_MARK)[:1] in (b"{", b"[")
    return DocumentScanner() if is_json else LongLine()
