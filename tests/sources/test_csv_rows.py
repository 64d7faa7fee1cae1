"""Splitting portal CSV exports into records."""

import gzip
import io
from typing import BinaryIO, cast

import orjson
import pytest

from pipelines.sources import chunks, items
from pipelines.sources.items import Item
from pipelines.sources.records import BadLine, Record, split_records

HEADER = b"TenantId,OperationName,Category\r\n"


def split(content: bytes) -> list[Item]:
    return list(split_records(io.BytesIO(content), name="export.csv"))


def is_cut(content: bytes) -> bool:
    found = split_records(io.BytesIO(content), name="export.csv")
    while True:
        try:
            next(found)
        except StopIteration as end:
            return bool(end.value)


def test_csv_rows_become_objects_of_text() -> None:
    content = HEADER + b'11,"a ""b"",\nc",\xc3\xa9\r\n12,,SignIn\r\n'
    for encoded in (content, b"\xef\xbb\xbf" + content, content.decode().encode("utf-16")):
        assert [item.fields for item in split(encoded) if isinstance(item, Record)] == [
            {"TenantId": "11", "OperationName": 'a "b",\nc', "Category": "é"},
            {"TenantId": "12", "OperationName": "", "Category": "SignIn"},
        ]
        assert all(orjson.loads(item.line) == item.fields for item in split(encoded) if isinstance(item, Record))


def test_a_csv_row_may_span_chunks_and_have_huge_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 100_000)
    huge = b"x\n" * 200_000
    (record,) = split(HEADER + b'1,"' + huge + b'",c\n')
    assert isinstance(record, Record)
    assert record.fields["OperationName"].encode() == huge


def test_a_csv_row_of_another_width_is_kept_as_it_is() -> None:
    found = split(HEADER + b'1,2,3\n1,"2\r\n",3,4\r\n1,2\n\n4,5,6')
    assert [item.line for item in found if isinstance(item, Record)] == [
        b'{"TenantId":"1","OperationName":"2","Category":"3"}',
        b'{"TenantId":"4","OperationName":"5","Category":"6"}',
    ]
    bad = [BadLine(b'1,"2  ",3,4', "ragged_row"), BadLine(b"1,2", "ragged_row")]
    assert [item for item in found if isinstance(item, BadLine)] == bad


@pytest.mark.parametrize("stray", [b'1,2,"3', b'1,"2,3', b'1,"2"x,3'])
@pytest.mark.parametrize("limit", [60, 10_000])
def test_a_stray_quote_in_csv_costs_its_own_row_only(stray: bytes, limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "MAX_RECORD_BYTES", limit)
    found = split(HEADER + stray + b"\n" + b"4,5,6\n" * 10)
    assert found[0] == BadLine(stray, "ragged_row")
    assert [item.line for item in found[1:]] == [b'{"TenantId":"4","OperationName":"5","Category":"6"}'] * 10


def test_csv_that_is_no_utf_8_is_kept_as_it_is() -> None:
    assert split(HEADER + b"1,\xe9,3\n")[0] == BadLine(b"1,\xe9,3", "invalid_utf8")


@pytest.mark.parametrize("rest", [b"4,5", b'4,"5'])
def test_a_csv_that_ends_within_a_row_is_cut(rest: bytes) -> None:
    assert split(HEADER + b"1,2,3\n" + rest)[1:] == [BadLine(rest, "truncated")]
    assert is_cut(HEADER + b"1,2,3\n" + rest)
    assert not is_cut(HEADER + b"1,2,3")


def test_a_broken_stream_of_csv_keeps_its_last_row_as_truncated() -> None:
    found: list[Item] = []
    with pytest.raises(EOFError), gzip.open(io.BytesIO(gzip.compress(HEADER + b"1,2,3\n4,5,6")[:-8])) as stream:
        found.extend(split_records(cast(BinaryIO, stream), name="x"))
    assert found[1:] == [BadLine(b"4,5,6", "truncated")]


def test_csv_columns_of_the_same_name_do_not_hide_each_other() -> None:
    (record,) = split(b"Date (UTC),Status,Status\n1,2,3\n")
    assert record.line == b'{"Date (UTC)":"1","Status":"2","Status (2)":"3"}'


@pytest.mark.parametrize("header", [b"a,b,c", b"Type,b", b"Type,,c", b'Type,"b,c'])
def test_other_csv_is_no_log(header: bytes) -> None:
    assert {item.reason for item in split(header + b"\n1,2,3\n") if isinstance(item, BadLine)} == {"invalid_json"}
