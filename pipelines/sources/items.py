"""What comes out of an input: a record, or bytes that are none, with the reason."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

# DuckDB's JSON reader takes objects up to this size and refuses a nesting of 128.
MAX_RECORD_BYTES = 16 * 1024 * 1024
MAX_NESTING = 100
PIECE_BYTES = 1024 * 1024

WHITE_SPACE = b" \t\r\n"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# A JSON string holds no raw newline: one that meets a newline before its closing quote is broken.
STRING = rb'"[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+"'

# In damaged JSON a broken string is taken up to the end of its line, lest each of its quotes be tried anew.
_STRINGS = re.compile(STRING + rb'|"[^\n]*+')
_ONE_LINE = bytes.maketrans(b"\r\n", b"  ")
_BRACES = bytes.maketrans(b"[]", b"{}")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class Record(NamedTuple):
    """One log record: its own bytes on one line, and the same parsed (to look at; the evidence is `line`)."""

    line: bytes
    fields: dict[str, Any]


class AlikeRecords(NamedTuple):
    """Records of one log and shape, as lines joined by newlines; none of their values is an object or a list."""

    lines: bytes
    rows: int
    fields: dict[str, Any]
    """One of them parsed: the others have the same fields and the same `Type`, and like it no text in some field."""


class BadLine(NamedTuple):
    """Bytes that are no usable record, on one line, and why.

    The reason is one of invalid_json, invalid_utf8, too_long, too_deep, not_an_object, truncated, ragged_row.
    `ends` is False where more bytes of the same (too long) line follow in the next BadLine.
    """

    line: bytes
    reason: str
    ends: bool = True


Item = Record | BadLine


def judge(text: bytes) -> Item:
    """Give the record that these bytes are, or the BadLine with the reason why they are none."""
    try:
        fields = orjson.loads(text)
    except orjson.JSONDecodeError:
        return bad_line(text, "invalid_json")
    if type(fields) is not dict:
        return BadLine(on_one_line(text), "not_an_object")
    if is_too_deep(text):
        return BadLine(on_one_line(text), "too_deep")
    return Record(on_one_line(text), fields)


def bad_line(text: bytes, reason: str) -> BadLine:
    """Give these bytes as a BadLine: too_deep or invalid_utf8 if they are, else for the reason given."""
    if is_too_deep(text):
        reason = "too_deep"
    elif reason == "invalid_json" and not _is_utf8(text):
        reason = "invalid_utf8"
    return BadLine(on_one_line(text), reason)


def too_long(text: bytes, *, ends: bool) -> Iterator[BadLine]:
    """Yield these bytes of a too long line in pieces of at most `PIECE_BYTES`; `ends` tells of the last piece."""
    last = max(0, (len(text) - 1) // PIECE_BYTES) * PIECE_BYTES
    for start in range(0, last + 1, PIECE_BYTES):
        piece = on_one_line(text[start : start + PIECE_BYTES])
        if piece or ends:
            yield BadLine(piece, "too_long", ends and start == last)


def on_one_line(text: bytes) -> bytes:
    """Give the same bytes with a space for each newline and carriage return (in JSON these are between tokens only)."""
    return text.translate(_ONE_LINE) if b"\n" in text or b"\r" in text else text


def is_too_deep(text: bytes) -> bool:
    """Tell whether brackets nest deeper than `MAX_NESTING`; cheap where there are not even that many brackets."""
    if text.count(b"{") + text.count(b"[") <= MAX_NESTING:
        return False
    braces = _STRINGS.sub(b"", text).translate(_BRACES, _NO_BRACKETS)
    # Taking the innermost pairs out takes off exactly one level of nesting.
    for _ in range(MAX_NESTING):
        outer = braces.replace(b"{}", b"")
        if outer == braces:
            break
        braces = outer
    else:
        return bool(braces)
    return braces.count(b"{") > MAX_NESTING


def is_json(text: bytes) -> bool:
    """Tell whether these bytes are one JSON value, of any type."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
