"""Answers of Log Analytics are read as they are, and what is not whole is not taken for an answer."""

import orjson
import pytest

from pipelines.catalog.detect import Detector
from pipelines.sources.items import BadLine, Record
from pipelines.sources.query_answer import items, parse_answer

COLUMNS = b'[{"name":"Id","type":"string"},{"name":"D","type":"dynamic"}]'


def body(*rows: bytes, more: bytes = b"") -> bytes:
    table = b'{"name":"PrimaryResult","columns":%b,"rows":[%b]}' % (COLUMNS, b",".join(rows))
    return b'{"tables":[%b]%b}' % (table, more)


def test_null_stays_null_and_text_of_objects_stays_text() -> None:
    answer = parse_answer(body(b'["1",null]', b'["2","{\\"a\\": 1.50}"]'))
    assert list(items(answer)) == [
        Record(b'{"Id":"1","D":null}', {"Id": "1", "D": None}),
        Record(b'{"Id":"2","D":"{\\"a\\": 1.50}"}', {"Id": "2", "D": '{"a": 1.50}'}),
    ]


def test_error_beside_rows_is_an_error() -> None:
    error = {"code": "PartialError", "message": "There were some errors", "details": [{"code": "E_TOO_LARGE"}]}
    answer = parse_answer(body(b'["1",null]', more=b',"error":%b' % orjson.dumps(error)))
    assert answer.error == "E_TOO_LARGE"


@pytest.mark.parametrize(
    "broken",
    [b"", b"<html>", b'{"tables":[]}', b"[]", body(b'["1"]'), body(b'["1",null]')[:-1], b'{"error":{"code":"x"}}'],
)
def test_what_is_no_whole_answer_is_refused(broken: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_answer(broken)


def test_row_that_no_reader_takes_lands_as_a_bad_line() -> None:
    deep = "[" * 200 + "]" * 200
    answer = parse_answer(body(b'["\\ud800",null]', b'["1",%b]' % deep.encode(), b'["2",null]'))
    bad, too_deep, good = items(answer)
    assert bad == BadLine(b'{"Id": "\\ud800", "D": null}', "invalid_json")
    assert isinstance(too_deep, BadLine)
    assert too_deep.reason == "too_deep"
    assert isinstance(good, Record)


def test_rows_of_one_table_are_recognised_together() -> None:
    columns = b'[{"name":"Type","type":"string"},{"name":"DurationMs","type":"long"},{"name":"Id","type":"string"}]'
    rows = b'["AuditLogs",1,"a"],["AuditLogs",null,"b"]'
    detector = Detector()
    found = [
        (item.line, item.fields["Id"], detector.detect(item.fields).kind.shape)
        for item in items(parse_answer(b'{"tables":[{"columns":%b,"rows":[%b]}]}' % (columns, rows)))
        if isinstance(item, Record)
    ]
    assert found == [
        (b'{"Type":"AuditLogs","DurationMs":1,"Id":"a"}', "a", "log_analytics"),
        (b'{"Type":"AuditLogs","DurationMs":null,"Id":"b"}', "b", "log_analytics"),
    ]


@pytest.mark.parametrize("rows", [b'["AuditLogs","x"],["AuditLogs",null]', b'["AuditLogs",null],["AuditLogs","x"]'])
def test_rows_that_are_not_alike_are_recognised_each(rows: bytes) -> None:
    columns = b'[{"name":"Type","type":"string"},{"name":"ActivityDateTime","type":"datetime"}]'
    detector = Detector()
    found = {
        detector.detect(item.fields).kind.shape
        for item in items(parse_answer(b'{"tables":[{"columns":%b,"rows":[%b]}]}' % (columns, rows)))
        if isinstance(item, Record)
    }
    assert found == {"csv", "log_analytics"}
