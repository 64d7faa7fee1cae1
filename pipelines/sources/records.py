"""A byte stream of an export → its records, whichever of the known formats it is in."""

from collections.abc import Generator
from itertools import dropwhile
from typing import BinaryIO

import orjson

from pipelines.sources.chunks import Chunks
from pipelines.sources.csv_rows import find_header, read_csv
from pipelines.sources.documents import DocumentScanner
from pipelines.sources.items import WHITE_SPACE, BadLine, Item, Record
from pipelines.sources.lines import read_json_lines

__all__ = ["BadLine", "Record", "split_records"]


def split_records(stream: BinaryIO, *, name: str) -> Generator[Item, None, bool]:
    """Yield the records of an export, and as BadLine everything in it that is no record.

    Reads NDJSON, JSON arrays, Graph and Event Hub pages, and portal CSV, in UTF-8 or UTF-16; memory is bounded by the
    largest record (16 MiB). Returns whether the text ends in the middle of a record or document. What the stream
    raises goes on to the caller, with `name` noted, after everything that came before it.
    """
    chunks = Chunks(stream)
    header = find_header(chunks.head)
    if header is not None:
        is_cut = yield from read_csv(chunks, header)
    elif _is_document(chunks.head, is_whole=chunks.ended):
        is_cut = yield from _read_documents(chunks)
    else:
        is_cut = yield from read_json_lines(chunks)
    if chunks.error is not None:
        chunks.error.add_note(f"while reading {name}")
        raise chunks.error
    return is_cut


def _read_documents(chunks: Chunks) -> Generator[Item, None, bool]:
    scanner = DocumentScanner()
    for chunk in chunks:
        yield from scanner.feed(chunk)
    yield from scanner.end()
    return scanner.cut


def _is_document(head: bytes, *, is_whole: bool) -> bool:
    """Tell whether the text is JSON documents that may span lines, rather than one JSON value a line.

    Looks for lines that are objects by themselves. A document may have such lines too (`{}`, or the last element of
    a page), but also, before them, lines that can only be the middle of a document. Text that comes before the first
    bracket, such as a warning of the exporting tool, decides nothing.
    """
    lines = [line.strip(WHITE_SPACE) for line in head.split(b"\n")]
    cut_line = b"" if is_whole else lines.pop()
    lines = list(dropwhile(lambda line: line[:1] not in (b"{", b"["), lines))
    if not lines or lines[0].startswith(b"["):
        return bool(lines) or cut_line.startswith((b"{", b"["))
    unfinished = 0
    objects = 0
    for line in lines:
        if _is_object(line):
            objects += 1
        elif line.endswith((b",", b"[", b"{")):
            unfinished += 1
        if objects > unfinished:
            return False
    return True


def _is_object(line: bytes) -> bool:
    if not line.startswith(b"{"):
        return False
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return bool(fields)
