"""What lands is what came, byte for byte; the same again changes nothing."""

import hashlib
import os
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.compression import zstd
from pipelines.landing import writer
from pipelines.landing.manifest import Entry, entries
from pipelines.landing.verify import verify
from pipelines.landing.writer import Batch, Kind, Landed, Landing, Source

REQUESTS = Kind("MicrosoftGraphActivityLogs", "diagnostic")
SIGN_INS = Kind("SigninLogs", "csv", spelling=(("AADTenantId", "AadTenantId"),))
UNSUPPORTED = Kind("unsupported", "")
UNREADABLE = Kind("unreadable", "", reason="invalid_utf8")
SOURCE = Source("file", "export.ndjson")

Land = Callable[..., list[Landed]]
Content = Callable[[Entry], bytes]


def test_records_land_verbatim_and_are_entered(land: Land, content: Content, data_folder: Path) -> None:
    (landed,) = land(REQUESTS, b'{"b": 1,  "a": "\xc3\xa9"}', b"{}")
    lines = b'{"b": 1,  "a": "\xc3\xa9"}\n{}\n'
    content_sha256 = hashlib.sha256(lines).hexdigest()
    assert content(landed.entry) == lines
    assert landed.is_new
    assert landed.entry.file == f"MicrosoftGraphActivityLogs/diagnostic/{content_sha256[:16]}.ndjson.zst"
    assert landed.entry.content_sha256 == content_sha256
    compressed = (data_folder / "landing" / landed.entry.file).read_bytes()
    assert landed.entry.sha256 == hashlib.sha256(compressed).hexdigest()
    assert (landed.entry.rows, landed.entry.bytes, landed.entry.compressed_bytes) == (2, len(lines), len(compressed))
    assert entries(data_folder) == [landed.entry]


def test_entry_keeps_source_and_kind(data_folder: Path) -> None:
    window = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
    source = Source("log_analytics", "workspace", "6f1b7c1e-0c7e-4d3a-9a55-0b7a5e0c9d11", window)
    with Landing(data_folder).batch(source) as batch:
        batch.add(SIGN_INS, b"{}")
    (entry,) = entries(data_folder)
    assert entry.source == source
    assert entry.kind == SIGN_INS


def test_every_kind_has_its_own_file(data_folder: Path) -> None:
    with Landing(data_folder).batch(SOURCE) as batch:
        for kind in (REQUESTS, SIGN_INS, UNSUPPORTED, UNREADABLE):
            batch.add(kind, b"{}")
    name = hashlib.sha256(b"{}\n").hexdigest()[:16]
    assert [landed.entry.file for landed in batch.landed] == [
        f"MicrosoftGraphActivityLogs/diagnostic/{name}.ndjson.zst",
        f"SigninLogs/csv/{name}.ndjson.zst",
        f"unsupported/{name}.ndjson.zst",
        f"unreadable/invalid_utf8/{name}.zst",
    ]
    assert verify(data_folder).problems == []


def test_unreadable_bytes_land_verbatim(land: Land, content: Content) -> None:
    lines = (b"\xff\xfe\x00 no text", b"", b'{"cut": "of', b"\r")
    (landed,) = land(UNREADABLE, *lines)
    assert content(landed.entry) == b"\n".join(lines) + b"\n"
    assert landed.entry.rows == 4


def test_unreadable_line_with_newlines_is_counted_as_the_lines_it_reads_as(land: Land, data_folder: Path) -> None:
    (landed,) = land(UNREADABLE, b'{\n "cut": 1,\n', b"x")
    assert landed.entry.rows == 4
    assert verify(data_folder).problems == []


def test_pieces_of_a_long_line_become_one_line(data_folder: Path, content: Content) -> None:
    kind = Kind("unreadable", "", reason="too_long")
    with Landing(data_folder, roll_bytes=4).batch(SOURCE) as batch:
        batch.add(kind, b"before")
        batch.add_piece(kind, b"aaaa", ends=False)
        batch.add_piece(kind, b"bbbb", ends=False)
        batch.add_piece(kind, b"cccc", ends=True)
        batch.add_piece(kind, b"cut off", ends=False)
        batch.add(kind, b"after")
    landed = [content(landed.entry) for landed in batch.landed]
    assert landed == [b"before\n", b"aaaabbbbcccc\n", b"cut off\nafter\n"]
    assert [landed.entry.rows for landed in batch.landed] == [1, 1, 2]
    assert verify(data_folder).problems == []


def test_long_line_that_never_ends_is_ended(data_folder: Path, content: Content) -> None:
    with Landing(data_folder).batch(SOURCE) as batch:
        batch.add_piece(UNREADABLE, b"aaaa", ends=False)
    assert content(batch.landed[0].entry) == b"aaaa\n"
    assert batch.landed[0].entry.rows == 1


def test_a_record_does_not_come_in_pieces(data_folder: Path) -> None:
    with Landing(data_folder).batch(SOURCE) as batch, pytest.raises(ValueError, match="only an unreadable line"):
        batch.add_piece(REQUESTS, b"{}", ends=True)


def test_record_with_a_newline_is_refused_and_nothing_lands(land: Land, data_folder: Path) -> None:
    with pytest.raises(ValueError, match="newline"):
        land(REQUESTS, b"{}", b"{\n}")
    assert entries(data_folder) == []


def test_much_lands_in_order_and_nothing_goes_on_after_its_batch(data_folder: Path, content: Content) -> None:
    before = threading.active_count()
    lines = [b"%d" % number * 100_000 for number in range(100)]
    with Landing(data_folder).batch(SOURCE) as batch:
        for line in lines:
            batch.add(REQUESTS, line)
    (landed,) = batch.landed
    assert content(landed.entry) == b"\n".join(lines) + b"\n"
    assert landed.entry.content_sha256 == hashlib.sha256(content(landed.entry)).hexdigest()
    assert threading.active_count() == before


def test_records_that_come_together_land_as_they_would_one_by_one(data_folder: Path, content: Content) -> None:
    with Landing(data_folder, roll_bytes=8).batch(SOURCE) as batch:
        batch.add(REQUESTS, b"{}\n[]\n{}", 3)
        batch.add(REQUESTS, b"[]")
    assert [content(landed.entry) for landed in batch.landed] == [b"{}\n[]\n{}\n", b"[]\n"]
    assert [landed.entry.rows for landed in batch.landed] == [3, 1]


@pytest.mark.parametrize("count", [1, 3])
def test_records_that_are_not_as_many_as_said_are_refused(data_folder: Path, count: int) -> None:
    with pytest.raises(ValueError, match="newline"), Landing(data_folder).batch(SOURCE) as batch:
        batch.add(REQUESTS, b"{}\n{}", count)
    assert entries(data_folder) == []


def test_same_content_again_is_a_no_op(land: Land, data_folder: Path) -> None:
    (first,) = land(REQUESTS, b"{}", b"[]")
    manifest = (data_folder / "landing/manifest.ndjson").read_bytes()
    (again,) = land(REQUESTS, b"{}", b"[]", name="a copy.ndjson")
    assert again == Landed(first.entry, is_new=False)
    assert (data_folder / "landing/manifest.ndjson").read_bytes() == manifest
    assert list((data_folder / "landing/.tmp").iterdir()) == []


def test_same_content_twice_in_one_batch_lands_once(data_folder: Path) -> None:
    with Landing(data_folder, roll_bytes=1).batch(SOURCE) as batch:
        batch.add(REQUESTS, b"{}")
        batch.add(REQUESTS, b"{}")
    assert [landed.is_new for landed in batch.landed] == [True, False]
    assert len(entries(data_folder)) == 1


@pytest.mark.parametrize(
    "other",
    [
        REQUESTS._replace(log="AuditLogs"),
        REQUESTS._replace(shape="graph"),
        REQUESTS._replace(spelling=(("C_Sid", "c_Sid"),)),
        UNSUPPORTED,
        UNREADABLE,
    ],
)
def test_same_content_of_another_kind_lands(land: Land, data_folder: Path, content: Content, other: Kind) -> None:
    land(REQUESTS, b"{}")
    (landed,) = land(other, b"{}")
    assert landed.is_new
    assert content(landed.entry) == b"{}\n"
    assert len({entry.file for entry in entries(data_folder)}) == 2
    assert verify(data_folder).problems == []


def test_batch_without_records_lands_nothing(land: Land, data_folder: Path) -> None:
    assert land(REQUESTS) == []
    assert entries(data_folder) == []
    assert verify(data_folder).problems == []


def test_lost_landed_file_is_put_back_by_landing_it_again(land: Land, data_folder: Path) -> None:
    (landed,) = land(REQUESTS, b"{}")
    (data_folder / "landing" / landed.entry.file).unlink()
    land(REQUESTS, b"{}")
    assert verify(data_folder).problems == []


LINES = st.binary(max_size=30).map(lambda line: line.replace(b"\n", b""))
KINDS = st.sampled_from([REQUESTS, SIGN_INS, UNSUPPORTED, UNREADABLE])


def land_in(folder: Path, records: list[tuple[Kind, bytes]], roll_bytes: int) -> list[Entry]:
    with Landing(folder, roll_bytes=roll_bytes).batch(SOURCE) as batch:
        for kind, line in records:
            batch.add(kind, line)
    return [landed.entry for landed in batch.landed]


@given(records=st.lists(st.tuples(KINDS, LINES), max_size=30), roll_bytes=st.integers(1, 200))
def test_all_lines_land_in_order_however_files_roll_over(records: list[tuple[Kind, bytes]], roll_bytes: int) -> None:
    expected: dict[Kind, bytes] = defaultdict(bytes)
    for kind, line in records:
        expected[kind] += line + b"\n"
    found: dict[Kind, bytes] = defaultdict(bytes)
    with tempfile.TemporaryDirectory() as folder:
        for entry in land_in(Path(folder), records, roll_bytes):
            found[entry.kind] += zstd.decompress((Path(folder) / "landing" / entry.file).read_bytes())
        assert verify(Path(folder)).problems == []
    assert found == expected


def test_roll_over_is_the_same_for_the_same_input(tmp_path: Path) -> None:
    records = [(kind, b"%d" % number) for number in range(100) for kind in (REQUESTS, SIGN_INS)]
    first = land_in(tmp_path / "a", records, roll_bytes=50)
    again = land_in(tmp_path / "b", records, roll_bytes=50)
    assert [entry.file for entry in first] == [entry.file for entry in again]
    assert len(first) > 4


def open_files() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


def test_thousands_of_spellings_keep_few_files_open(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MAX_OPEN_BUCKETS", 3)
    kinds = [REQUESTS._replace(spelling=(("C_Sid", f"spelling {number}"),)) for number in range(20)]
    with Landing(data_folder).batch(SOURCE) as batch:
        before = open_files()
        for _ in range(2):
            for number, kind in enumerate(kinds):
                batch.add(kind, b"%d" % number)
        assert open_files() <= before + 3
    assert sum(landed.entry.rows for landed in batch.landed) == 40
    assert verify(data_folder).rows == 20  # the second round is the same content again


def test_file_name_that_is_no_text_can_be_entered(land: Land, data_folder: Path) -> None:
    land(REQUESTS, b"{}", name=os.fsdecode(b"caf\xe9.ndjson"))
    assert entries(data_folder)[0].source.name == "caf\\udce9.ndjson"


def test_batch_takes_nothing_after_its_end(data_folder: Path) -> None:
    with Landing(data_folder).batch(SOURCE) as batch:
        batch.add(REQUESTS, b"{}")

    def add_more(ended: Batch) -> None:
        ended.add(REQUESTS, b"[]")

    with pytest.raises(ValueError, match="has ended"):
        add_more(batch)


def test_same_content_of_another_tenant_is_landed(tmp_path: Path) -> None:
    kind = Kind("AuditLogs", "graph")
    landing = Landing(tmp_path)
    landed = []
    for tenant in (None, "6a5ab7dd-0b35-4a4c-8b8b-0d2f2b3ba9d1", None):
        with landing.batch(Source("file", "audits.json", tenant)) as batch:
            batch.add(kind, b'{"id":"1"}')
        landed += batch.landed
    assert [file.is_new for file in landed] == [True, True, False]
