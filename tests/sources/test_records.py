"""Splitting a byte stream into records."""

import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, BinaryIO

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.sources import chunks, items
from pipelines.sources.documents import DocumentScanner
from pipelines.sources.items import Item
from pipelines.sources.records import BadLine, Record, split_records

HEADER = b"TenantId,OperationName,Category\r\n"


class InPieces(io.RawIOBase):
    """A stream that gives at most `size` bytes at a time, and then, if told to, breaks."""

    def __init__(self, content: bytes, size: int, error: Exception | None = None) -> None:
        self._content = io.BytesIO(content)
        self._size = size
        self._error = error

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self._content.read(min(size, self._size))
        if not piece and self._error:
            raise self._error
        return piece


def split(content: bytes) -> list[Item]:
    return list(split_records(io.BytesIO(content), name="export.json"))


def lines_of(content: bytes) -> list[bytes]:
    found = split(content)
    assert all(isinstance(item, Record) for item in found), found
    return [item.line for item in found]


def is_cut(content: bytes) -> bool:
    items_ = split_records(io.BytesIO(content), name="export.json")
    while True:
        try:
            next(items_)
        except StopIteration as end:
            return bool(end.value)


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def indented(value: object) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode()


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(st.text(max_size=4), values, max_size=4).flatmap(
    lambda fields: st.just(fields) | scalars.map(lambda scalar: {**fields, "value": scalar})
)
LAYOUTS: dict[str, Callable[[list[Any]], bytes]] = {
    "ndjson": lambda rows: b"\n".join(map(compact, rows)),
    "ndjson_crlf": lambda rows: b"".join(compact(row) + b"\r\n" for row in rows),
    "array": compact,
    "pretty_array": indented,
    "array_of_lines": lambda rows: b"[\n" + b",\n".join(map(compact, rows)) + b"\n]\n",
    "graph_page": lambda rows: compact({"@odata.context": 'https://example.com/"[{', "@odata.count": 3, "value": rows}),
    "pretty_graph_page": lambda rows: indented({"@odata.context": "", "value": rows, "@odata.nextLink": "https://x"}),
    "page_of_lines": lambda rows: b'{"value":[\n' + b",\n".join(map(compact, rows)) + b"\n]}\n",
    "event_hub": lambda rows: compact({"records": rows}),
    "page_lines": lambda rows: b"\n".join(compact({"records": [row]}) for row in rows),
    "array_of_pages": lambda rows: compact([{"records": rows}, {"records": rows[:1]}][: 1 if rows else 0]),
    "array_lines": lambda rows: b"\n".join(compact([row]) for row in rows),
    "pretty_objects": lambda rows: b"\n".join(map(indented, rows)),
}
VERBATIM = [
    "ndjson",
    "ndjson_crlf",
    "array",
    "array_of_lines",
    "graph_page",
    "page_of_lines",
    "event_hub",
    "page_lines",
]


@pytest.mark.parametrize("layout", LAYOUTS)
@given(rows=st.lists(objects, max_size=4))
def test_records_of_every_layout_equal_what_was_written(layout: str, rows: list[Any]) -> None:
    found = [orjson.loads(line) for line in lines_of(LAYOUTS[layout](rows))]
    assert found == [orjson.loads(compact(row)) for row in rows]
    assert [item.fields for item in split(LAYOUTS[layout](rows))] == found  # type: ignore[union-attr] # all records


@pytest.mark.parametrize("layout", VERBATIM)
@given(rows=st.lists(objects, max_size=4))
def test_compact_records_come_out_byte_for_byte(layout: str, rows: list[Any]) -> None:
    assert lines_of(LAYOUTS[layout](rows)) == [compact(row) for row in rows]


VERBATIM_RECORD = b'{"b":1.50,"a":123456789012345678901234567890,"a":"\\u0041\\/ \\"}{","c":[1E5, 0.0]}'


@pytest.mark.parametrize(
    "content",
    [
        VERBATIM_RECORD,
        VERBATIM_RECORD + b"\r\n",
        b"[" + VERBATIM_RECORD + b"]",
        b'{"@odata.context":"x","value": [ ' + VERBATIM_RECORD + b" ]}",
        b"\xef\xbb\xbf\n \n" + VERBATIM_RECORD + b"\n\n",
        b"\xef\xbb\xbf [ " + VERBATIM_RECORD + b" ] ",
        (b"[" + VERBATIM_RECORD + b"]").decode().encode("utf-16"),
        b"\xfe\xff" + (VERBATIM_RECORD + b"\r\n").decode().encode("utf-16-be"),
    ],
)
def test_numbers_duplicate_keys_and_escapes_stay_as_they_are(content: bytes) -> None:
    assert lines_of(content) == [VERBATIM_RECORD]


def test_newlines_between_the_tokens_of_an_element_become_spaces() -> None:
    assert lines_of(b'[\r\n{\r\n"a":\n1}]') == [b'{  "a": 1}']


def test_documents_may_follow_each_other() -> None:
    content = b'[{"a":1}]\n{"value":[{"b":2}],"Count":1}{"c":\n3}\n\xef\xbb\xbf[{"d":4}]'
    assert lines_of(content) == [b'{"a":1}', b'{"b":2}', b'{"c": 3}', b'{"d":4}']


def test_files_joined_without_a_newline_between_them_lose_nothing() -> None:
    content = b'{"a":1}\n{"b":2}{"c":3}\n\xef\xbb\xbf{"d":4}\n'
    assert lines_of(content) == [b'{"a":1}', b'{"b":2}', b'{"c":3}', b'{"d":4}']


@pytest.mark.parametrize(
    "line",
    [
        b'{"value":1}',
        b'{"value":{"a":[{}]}}',
        b'{"value":[1,{"a":1}]}',
        b'{"value":[],"id":"r1"}',
        b'{"properties":{"a":1},"value":[{"b":1}]}',
        b'{"a":{"value":[{"b":1}]}}',
        b'{"records":"none"}',
    ],
)
def test_a_record_with_a_field_like_that_of_a_page_stays_whole(line: bytes) -> None:
    for content in (line, b'{"x":1}\n' + line, b"[" + line + b"]", b'{"value":[' + line + b"]}"):
        assert lines_of(content)[-1] == line


@pytest.mark.parametrize("content", [b"", b" \r\n\n", b"[]", b"[ ]\n", b'{"@odata.context":"x","value":[]}', HEADER])
def test_nothing_in_it_gives_nothing(content: bytes) -> None:
    assert split(content) == []


def test_a_page_element_that_is_no_object_is_kept_as_bad_line() -> None:
    expected = [BadLine(b'1, "x{"', "not_an_object"), Record(b'{"a":1}', {"a": 1}), BadLine(b"[2]", "not_an_object")]
    assert split(b'[1, "x{", {"a":1}, [2]]') == expected
    assert split(b'{"value":[{"b":1}, null]}')[1:] == [BadLine(b"null", "not_an_object")]


def test_what_a_page_has_after_its_list_is_kept_unless_it_is_scalar() -> None:
    found = split(b'{"value":[{"b":1}],"records":[{"c":2}]}')
    assert found == [Record(b'{"b":1}', {"b": 1}), BadLine(b',"records":[{"c":2}]}', "not_an_object")]


def test_text_between_elements_is_kept() -> None:
    assert split(b'[{"a":1} oops {"b":2}]] }') == [
        Record(b'{"a":1}', {"a": 1}),
        BadLine(b"oops", "invalid_json"),
        Record(b'{"b":2}', {"b": 2}),
        BadLine(b"]", "invalid_json"),
        BadLine(b"}", "invalid_json"),
    ]


def test_a_warning_before_a_document_does_not_spoil_it() -> None:
    found = split(b'WARNING: preview\n[\n  {\n    "a": 1\n  }\n]\n')
    assert found == [BadLine(b"WARNING: preview", "invalid_json"), Record(b'{     "a": 1   }', {"a": 1})]


BAD_LINES = [
    (b'{"a": oops}', "invalid_json"),
    (b'{"a":1', "invalid_json"),
    (b'{"a":"x}', "invalid_json"),
    (b"plain text", "invalid_json"),
    (b'{"a":"\xff"}', "invalid_utf8"),
    (b"[1,2]", "not_an_object"),
    (b'"{"', "not_an_object"),
    (b"null", "not_an_object"),
    (b'{"a":' * 101 + b"1" + b"}" * 101, "too_deep"),
    (b'{"a":' * 5000 + b"1" + b"}" * 5000, "too_deep"),
    (b'{"a":' * 100_000, "too_deep"),
    (b'{"a":"' + b'\\"{' * 200_000, "invalid_json"),  # would take minutes if each quote were tried on its own
]


@pytest.mark.parametrize(("line", "reason"), BAD_LINES)
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_a_damaged_line_costs_itself_only(line: bytes, reason: str, newline: bytes) -> None:
    good = Record(b'{"good":1}', {"good": 1})
    content = newline.join([good.line, line, good.line])
    assert split(content) == [good, BadLine(line, reason), good]
    first_is_bad = newline.join([line, good.line, good.line])
    assert split(first_is_bad) == ([BadLine(line, reason), good, good] if line != b"[1,2]" else split(first_is_bad))


@pytest.mark.parametrize(("line", "reason"), BAD_LINES[:1] + BAD_LINES[2:3] + BAD_LINES[8:10])
def test_a_damaged_element_costs_itself_only(line: bytes, reason: str) -> None:
    good = Record(b'{"good":1}', {"good": 1})
    assert split(b",\n".join([b"[" + good.line, line, good.line + b"]"])) == [good, BadLine(line, reason), good]


def test_nesting_of_one_hundred_is_accepted_and_brackets_in_strings_do_not_count() -> None:
    deep = b'{"a":' * 100 + b"1" + b"}" * 100
    wide = b'{"a":[' + b"{}," * 200 + b'"' + b"[{" * 200 + b'"]}'
    assert lines_of(deep + b"\n" + wide) == [deep, wide]
    assert lines_of(b"[" + deep + b"," + wide + b"]") == [deep, wide]


@pytest.mark.parametrize("layout", ["array", "pretty_array", "array_of_lines"])
@given(rows=st.lists(objects, min_size=1, max_size=3), data=st.data())
def test_a_cut_array_gives_its_complete_elements_and_the_rest(
    layout: str, rows: list[Any], data: st.DataObject
) -> None:
    document = LAYOUTS[layout](rows).rstrip()
    scanned = [orjson.loads(item.line) for item in split(document)]
    size = data.draw(st.integers(1, len(document) - 1))
    cut = document[:size]
    complete = [item for item in split(cut) if isinstance(item, Record)]
    # What follows the complete elements, found without the scanner: they are the longest list that still parses.
    for end in range(size, 0, -1):
        try:
            expected = orjson.loads(cut[:end].rstrip(b", \n") + b"]")
        except orjson.JSONDecodeError:
            continue
        rest = cut[end:].lstrip(b", \n").rstrip(b", \n").replace(b"\n", b" ")
        break
    else:
        pytest.fail("even the opening bracket does not parse")
    assert [orjson.loads(item.line) for item in complete] == expected == scanned[: len(expected)]
    bad = [item.line for item in split(cut) if isinstance(item, BadLine)]
    assert bad == ([rest] if rest else [])
    assert is_cut(cut)
    assert not is_cut(document)


@pytest.mark.parametrize("layout", ["graph_page", "pretty_graph_page", "event_hub", "page_of_lines", "pretty_objects"])
@given(rows=st.lists(objects.filter(bool), min_size=1, max_size=3), data=st.data())
def test_a_cut_page_gives_its_complete_elements_and_one_rest(layout: str, rows: list[Any], data: st.DataObject) -> None:
    document = LAYOUTS[layout](rows).rstrip()
    cut = document[: data.draw(st.integers(1, len(document) - 1))]
    whole = split(document)
    found = split(cut)
    complete = [item for item in found if isinstance(item, Record)]
    bad = [item for item in found if isinstance(item, BadLine)]
    assert complete == whole[: len(complete)]
    assert len(bad) <= 1
    one_line = cut.replace(b"\n", b" ").rstrip(b", ")
    if bad:
        assert found[-1] == BadLine(bad[0].line, "truncated")
        assert one_line.endswith(bad[0].line)
    elif complete:
        assert one_line.rstrip(b" ]}").endswith(complete[-1].line.rstrip(b" ]}"))


@pytest.mark.parametrize("size", range(1, 16))
def test_a_cut_line_is_told_from_a_damaged_one(size: int) -> None:
    cut = b'{"a":{"b":"cd"}}'[:size]
    expected = [Record(b'{"x":1}', {"x": 1}), BadLine(cut, "truncated")]
    assert split(b'{"x":1}\n' + cut) == expected
    assert is_cut(b'{"x":1}\n' + cut)


FRAGMENTS = [*b'{}[]",:\\\n x', b'"value":[{', b'{"a":1}', b'{"value":[{"b":1}]}', b'"c"', b"\xef\xbb\xbf", b"\r\n"]
fragments = st.lists(st.sampled_from([f if isinstance(f, bytes) else bytes([f]) for f in FRAGMENTS]), max_size=30)


@given(content=fragments.map(b"".join), sizes=st.lists(st.integers(1, 9), min_size=1))
def test_where_a_document_is_cut_into_chunks_changes_nothing(content: bytes, sizes: list[int]) -> None:
    whole, parts = DocumentScanner(), DocumentScanner()
    expected = [*whole.feed(content), *whole.end()]
    found: list[Item] = []
    at = 0
    while at < len(content):
        sizes = sizes[1:] + sizes[:1]
        found.extend(parts.feed(content[at : at + sizes[0]]))
        at += sizes[0]
    assert found + list(parts.end()) == expected
    assert parts.cut == whole.cut


@given(content=fragments.map(b"".join), size=st.integers(1, 20))
def test_the_pieces_in_which_a_stream_is_read_change_nothing(content: bytes, size: int) -> None:
    for encoded in (content, content.decode().encode("utf-16"), HEADER + content):
        pieces: BinaryIO = InPieces(encoded, size)  # type: ignore[assignment] # all of it that is used
        assert list(split_records(pieces, name="x")) == split(encoded)


@given(content=fragments.map(lambda parts: b"".join(p for p in parts if b"value" not in p)), limit=st.integers(1, 40))
def test_nothing_is_dropped_whatever_the_damage(content: bytes, limit: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for limits in ((items, "MAX_RECORD_BYTES", limit), (items, "PIECE_BYTES", 3), (chunks, "CHUNK_BYTES", 7)):
            patch.setattr(*limits)
        found = split(content)
    characters = b":x\\ac1"
    given_out = b"".join(item.line for item in found)
    assert [byte for byte in given_out if byte in characters] == [byte for byte in content if byte in characters]
    assert not any(b"\n" in item.line or b"\r" in item.line for item in found)
    # A too long line ends before anything else begins.
    unended = [after for item, after in pairwise(found) if not ends(item)]
    assert all(isinstance(after, BadLine) and after.reason == "too_long" for after in unended)
    assert not found or ends(found[-1])


def ends(item: Item) -> bool:
    return isinstance(item, Record) or item.ends


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "MAX_RECORD_BYTES", 100)
    monkeypatch.setattr(items, "PIECE_BYTES", 40)
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 64)


LONG_VALUES = [
    b'"' + b"x" * 300 + b'"',
    b'"' + b"\\\\" * 150 + b'"',
    b"[" + b'{"a":"}"},' * 40 + b"{}]",
    b'"' + b"[" * 300 + b'"',
]


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize(
    "layout", [b"%s\n%s\n%s\n", b"[%s,%s,%s]", b'{"value":[%s,%s,%s]}', b'[%s,{"records":[%s]},%s]']
)
@pytest.mark.parametrize("value", LONG_VALUES)
def test_a_record_that_is_too_long_comes_out_in_pieces_and_reading_goes_on(layout: bytes, value: bytes) -> None:
    good = b'{"good":1}'
    long = b'{"long":' + value + b"}"
    first, *pieces, last = split(layout % (good, long, good))
    assert (first, last) == (Record(good, {"good": 1}), Record(good, {"good": 1}))
    assert b"".join(piece.line for piece in pieces) == long
    assert {piece.reason for piece in pieces if isinstance(piece, BadLine)} == {"too_long"}
    assert [ends(piece) for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert max(len(piece.line) for piece in pieces) <= 40


@pytest.mark.usefixtures("small_limits")
def test_a_too_long_line_that_is_no_json_comes_out_in_pieces() -> None:
    found = split(b'{"a":1}\n' + b"x" * 250 + b'\n{"b":2}\n')
    assert [item.line for item in (found[0], found[-1])] == [b'{"a":1}', b'{"b":2}']
    assert b"".join(item.line for item in found[1:-1]) == b"x" * 250
    assert [ends(item) for item in found[1:-1]] == [False] * (len(found) - 3) + [True]


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("start", [b"", b'{"first":1}\n'])
def test_a_line_beyond_the_limit_of_normal_records_gives_all_of_them(start: bytes) -> None:
    rows = [{"row": number} for number in range(100)]
    for content in (compact(rows), compact({"@odata.context": "x", "value": rows})):
        found = split(start + content + b"\n" + compact({"last": 1}))
        assert [orjson.loads(item.line) for item in found][bool(start) :] == [*rows, {"last": 1}]


@pytest.mark.parametrize("rows", [b'{"a":1}\n{"b":2}\n%s', b'[{"a":1},{"b":2},%s', b'{"value":[{"a":1},{"b":2},%s'])
def test_a_stream_that_breaks_gives_what_came_before_and_then_its_error(rows: bytes) -> None:
    stream: BinaryIO = InPieces(rows % b'{"c":', 5, EOFError("ended early"))  # type: ignore[assignment] # as above
    found: list[Item] = []
    with pytest.raises(EOFError, match="ended early"):
        found.extend(split_records(stream, name="x"))  # extend keeps what came before the error
    assert found == [Record(b'{"a":1}', {"a": 1}), Record(b'{"b":2}', {"b": 2}), BadLine(b'{"c":', "truncated")]


def test_utf_16_that_ends_within_a_character_is_an_error_after_the_records() -> None:
    found: list[Item] = []
    with pytest.raises(EOFError):
        found.extend(split_records(io.BytesIO('{"a":1}\n{"b":'.encode("utf-16")[:-1]), name="x"))
    assert found == [Record(b'{"a":1}', {"a": 1}), BadLine(b'{"b":', "truncated")]


def test_utf_16_with_a_lone_surrogate_is_kept() -> None:
    content = b"\xff\xfe" + '{"a":"\ud800"}\n{"b":2}'.encode("utf-16-le", "surrogatepass")
    assert split(content) == [BadLine(b'{"a":"\xed\xa0\x80"}', "invalid_utf8"), Record(b'{"b":2}', {"b": 2})]


class Endless(io.RawIOBase):
    """An array of 50 MB that is made while it is read."""

    def __init__(self, start: bytes, element: bytes, count: int) -> None:
        self._parts = self._make(start, element, count)

    @staticmethod
    def _make(start: bytes, element: bytes, count: int) -> Iterator[bytes]:
        yield start + element
        for _ in range(count - 1):
            yield b"," + element
        yield b"]"

    def read(self, size: int = -1) -> bytes:  # noqa: ARG002 - whole elements, all smaller than what is asked for
        return next(self._parts, b"")


@pytest.mark.parametrize("start", [b"[", b'{"@odata.context":"x","value":['])
def test_memory_is_bounded_however_large_the_array(start: bytes) -> None:
    element = compact({"text": "x" * 20_000})
    stream: BinaryIO = Endless(start, element, 2_500)  # type: ignore[assignment] # all of it that is used
    tracemalloc.start()
    try:
        count = sum(isinstance(item, Record) for item in split_records(stream, name="x"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 2_500
    assert peak < 10_000_000


def test_samples_come_out_as_they_went_in(shared_folder: Any) -> None:
    for file in sorted((shared_folder / "samples").rglob("*.jsonl")):
        lines = [line.strip() for line in file.read_bytes().splitlines()]
        assert lines_of(file.read_bytes()) == lines
        assert lines_of(b"[" + b",".join(lines) + b"]") == lines
