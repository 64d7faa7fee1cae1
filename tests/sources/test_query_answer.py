"""Answers of Log Analytics are read as they are, and what is not whole is not taken for an answer."""

import json
from pathlib import Path

import orjson
import pytest

from pipelines.catalog.detect import Detector
from pipelines.compression import zstd
from pipelines.landing.manifest import Source, entries
from pipelines.landing.writer import Landing
from pipelines.sources.items import AlikeRecords, BadLine, Record
from pipelines.sources.query_answer import parse_answer
from pipelines.sources.taking import take

COLUMNS = b'[{"name":"Id","type":"string"},{"name":"D","type":"dynamic"}]'


def body(*rows: bytes, more: bytes = b"") -> bytes:
    table = b'{"name":"PrimaryResult","columns":%b,"rows":[%b]}' % (COLUMNS, b",".join(rows))
    return b'{"tables":[%b]%b}' % (table, more)


def test_null_stays_null_and_text_of_objects_stays_text() -> None:
    answer = parse_answer([body(b'["1",null]', b'["2","{\\"a\\": 1.50}"]')])
    assert answer.items == [
        Record(b'{"Id":"1","D":null}', {"Id": "1", "D": None}),
        Record(b'{"Id":"2","D":"{\\"a\\": 1.50}"}', {"Id": "2", "D": '{"a": 1.50}'}),
    ]


def test_error_beside_rows_is_an_error() -> None:
    error = {"code": "PartialError", "message": "There were some errors", "details": [{"code": "E_TOO_LARGE"}]}
    answer = parse_answer([body(b'["1",null]', more=b',"error":%b' % orjson.dumps(error))])
    assert answer.error == "E_TOO_LARGE"


@pytest.mark.parametrize(
    "broken",
    [b"", b"<html>", b'{"tables":[]}', b"[]", body(b'["1"]'), body(b'["1",null]')[:-1], b'{"error":{"code":"x"}}'],
)
def test_what_is_no_whole_answer_is_refused(broken: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_answer([broken])


def test_row_that_no_reader_takes_lands_as_a_bad_line() -> None:
    deep = "[" * 200 + "]" * 200
    answer = parse_answer([body(b'["\\ud800",null]', b'["1",%b]' % deep.encode(), b'["2",null]')])
    bad, too_deep, good = answer.items
    assert bad == BadLine(b'{"Id": "\\ud800", "D": null}', "invalid_json")
    assert isinstance(too_deep, BadLine)
    assert too_deep.reason == "too_deep"
    assert isinstance(good, Record)


ALIKE = b'[{"name":"Type","type":"string"},{"name":"DurationMs","type":"long"},{"name":"Id","type":"string"}]'


def land(data_folder: Path, columns: bytes, *rows: bytes) -> dict[tuple[str, str], bytes]:
    """What lands of these rows, by log and shape."""
    answer = parse_answer([b'{"tables":[{"columns":%b,"rows":[%b]}]}' % (columns, b",".join(rows))], piece_bytes=1)
    with Landing(data_folder).batch(Source("log_analytics", "w")) as batch:
        detector = Detector()
        for item in answer.take_items():
            take(batch, detector, item)
    return {
        (entry.log, entry.shape): zstd.decompress((data_folder / "landing" / entry.file).read_bytes())
        for entry in entries(data_folder)
    }


def test_rows_of_one_table_are_one_item_and_land_as_a_line_each(tmp_path: Path) -> None:
    rows = (b'["AuditLogs",1,"a"]', b'["AuditLogs",null,"b\\n"]')
    (item,) = parse_answer([b'{"tables":[{"columns":%b,"rows":[%b]}]}' % (ALIKE, b",".join(rows))]).items
    assert isinstance(item, AlikeRecords)
    assert item.rows == 2
    assert land(tmp_path, ALIKE, *rows) == {
        ("AuditLogs", "log_analytics"): b'{"Type":"AuditLogs","DurationMs":1,"Id":"a"}\n'
        b'{"Type":"AuditLogs","DurationMs":null,"Id":"b\\n"}\n'
    }
    (entry,) = entries(tmp_path)
    assert (entry.rows, entry.unknown_fields) == (2, {})


def test_field_that_nobody_declared_is_counted_for_each_row(tmp_path: Path) -> None:
    land(
        tmp_path, ALIKE.replace(b"DurationMs", b"NewField"), *[b'["AuditLogs",1,"%d"]' % number for number in range(5)]
    )
    assert [entry.unknown_fields for entry in entries(tmp_path)] == [{"NewField": 5}]


@pytest.mark.parametrize(
    "rows", [(b'["AuditLogs","x"]', b'["AuditLogs",null]'), (b'["AuditLogs",null]', b'["AuditLogs","x"]')]
)
def test_rows_that_are_not_alike_are_recognised_each(tmp_path: Path, rows: tuple[bytes, ...]) -> None:
    columns = b'[{"name":"Type","type":"string"},{"name":"ActivityDateTime","type":"datetime"}]'
    assert land(tmp_path, columns, *rows) == {
        ("AuditLogs", "csv"): b'{"Type":"AuditLogs","ActivityDateTime":"x"}\n',
        ("AuditLogs", "log_analytics"): b'{"Type":"AuditLogs","ActivityDateTime":null}\n',
    }


def test_row_of_another_table_among_alike_ones_is_recognised_by_itself(tmp_path: Path) -> None:
    rows = [b'["AuditLogs",%d,"a"]' % number for number in range(5)]
    landed = land(tmp_path, ALIKE, *rows[:3], b'["SigninLogs",7,"b"]', *rows[3:])
    assert landed["SigninLogs", "log_analytics"] == b'{"Type":"SigninLogs","DurationMs":7,"Id":"b"}\n'
    assert landed["AuditLogs", "log_analytics"].count(b"\n") == 5


def test_rows_whose_values_say_what_they_are_are_recognised_each(tmp_path: Path) -> None:
    names = ("Type", "createdDateTime", "appId", "status", "ipAddress", "userId", "isInteractive")
    columns = orjson.dumps([{"name": name, "type": "dynamic"} for name in names])
    rows = [
        b'["T","2026-03-04T12:00:00Z","a",null,"198.51.100.7",%b,true]' % user for user in (b'"u"', b"null", b"null")
    ]
    landed = land(tmp_path, columns, *rows)
    assert set(landed) == {("SigninLogs", "graph"), ("AADServicePrincipalSignInLogs", "graph")}


def test_secret_in_a_row_of_no_known_table_does_not_land(tmp_path: Path) -> None:
    columns = b'[{"name":"Type","type":"string"},{"name":"secretText","type":"string"},{"name":"N","type":"long"}]'
    (line,) = land(tmp_path, columns, b'["Other","hush",1]').values()
    assert line == b'{"Type":"Other","secretText":"[removed]","N":1}\n'


TRICKY = (
    b'["AuditLogs",1,"],["]',
    b'["AuditLogs",2,"\\"],[\\""]',
    b'["AuditLogs",3,"\\\\"]',
    b'["AuditLogs",4,"\xc3\xa9]}]}"]',
)


@pytest.mark.parametrize("more", [b"", b',{"name":"t2","columns":[],"rows":[[1],[2]]}'])
@pytest.mark.parametrize("spaced", [False, True])
def test_body_is_read_the_same_wherever_it_is_cut(more: bytes, spaced: bool) -> None:
    body = b'{"tables":[{"name":"T","columns":%b,"rows":[%b]}%b]}' % (ALIKE, b",".join(TRICKY), more)
    if spaced:
        body = json.dumps(json.loads(body), indent=1).encode()
    expected = [dict(zip(("Type", "DurationMs", "Id"), orjson.loads(row), strict=True)) for row in TRICKY]
    for size in range(1, len(body) + 1):
        answer = parse_answer([body[at : at + size] for at in range(0, len(body), size)], piece_bytes=1)
        lines = [line for item in answer.items if not isinstance(item, BadLine) for line in _lines(item)]
        assert [orjson.loads(line) for line in lines] == expected
        assert (answer.rows, answer.size, answer.first) == (4, len(body), "AuditLogs")


def _lines(item: Record | AlikeRecords) -> list[bytes]:
    return [item.line] if isinstance(item, Record) else item.lines.split(b"\n")


def test_body_cut_off_anywhere_is_no_answer() -> None:
    body = b'{"tables":[{"name":"T","columns":%b,"rows":[%b]}]}' % (ALIKE, b",".join(TRICKY))
    for end in range(len(body)):
        with pytest.raises(ValueError, match=r".+"):
            parse_answer([body[at : min(at + 9, end)] for at in range(0, end, 9)], piece_bytes=1)


def test_row_that_does_not_fit_its_columns_is_refused_in_any_piece() -> None:
    for rows in (b'["AuditLogs",1],["AuditLogs",1,"a"]', b'["AuditLogs",1,"a"],["AuditLogs",1]'):
        with pytest.raises(ValueError, match="do not fit"):
            parse_answer([b'{"tables":[{"columns":%b,"rows":[' % ALIKE, rows, b"]}]}"], piece_bytes=1)
