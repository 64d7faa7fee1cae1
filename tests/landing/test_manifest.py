"""A manifest line says exactly what its entry says, and what it cannot say is an error."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.chained.lines import FIRST_PREVIOUS, line_sha256
from pipelines.landing.manifest import (
    Entry,
    ManifestError,
    Source,
    decode_entry,
    encode_entry,
    entries,
)
from pipelines.landing.writer import Kind, Landed

Land = Callable[..., list[Landed]]

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
COUNTS = st.dictionaries(TEXT, st.integers(0, 2**53), max_size=3)
ENTRIES = st.builds(
    Entry,
    seq=st.integers(0, 2**53),
    file=st.just("SigninLogs/csv/0123456789abcdef.ndjson.zst"),
    sha256=TEXT,
    content_sha256=TEXT,
    rows=st.integers(0, 2**53),
    bytes=st.integers(0, 2**53),
    compressed_bytes=st.integers(0, 2**53),
    log=TEXT,
    shape=TEXT,
    spelling=st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
    reason=TEXT,
    unknown_fields=COUNTS,
    labels=COUNTS,
    source=st.builds(Source, TEXT, TEXT, st.none() | TEXT, st.none() | st.tuples(TEXT, TEXT)),
    landed_at=TEXT,
    previous=TEXT,
)


@given(entry=ENTRIES)
def test_entry_survives_its_line(entry: Entry) -> None:
    line = encode_entry(entry)
    assert b"\n" not in line
    assert decode_entry(line, 0) == entry
    assert orjson.dumps(orjson.loads(line), option=orjson.OPT_SORT_KEYS) == line


def test_chain_begins_with_zeros_and_counts_up(land: Land, data_folder: Path) -> None:
    for number in range(3):
        land(Kind("SigninLogs", "csv"), b"%d" % number)
    landed = entries(data_folder)
    assert [entry.seq for entry in landed] == [0, 1, 2]
    assert landed[0].previous == FIRST_PREVIOUS == "0" * 64
    assert landed[2].previous == line_sha256((data_folder / "landing/manifest.ndjson").read_bytes().splitlines()[1])


def test_nothing_landed_has_no_entries(tmp_path: Path) -> None:
    assert entries(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b'"version":1', b'"version":2', "entry 1 is of a version that this whoseagent does not know: update"),
        (b'"rows":1', b'"rows":"1"', "entry 1 is not as an import writes it"),
        (b'"rows":1', b'"rows":-1', "entry 1 is not as an import writes it"),
        (b'"rows":1', b'"other":1', "entry 1 is not as an import writes it"),
        (b'"file":"SigninLogs', b'"file":"..', "entry 1 points outside landing/"),
    ],
)
def test_entry_that_cannot_be_used_is_named(
    land: Land, data_folder: Path, old: bytes, new: bytes, message: str
) -> None:
    for number in range(3):
        land(Kind("SigninLogs", "csv"), b"%d" % number)
    manifest = data_folder / "landing/manifest.ndjson"
    lines = manifest.read_bytes().splitlines(keepends=True)
    assert old in lines[1]
    manifest.write_bytes(b"".join([lines[0], lines[1].replace(old, new), lines[2]]))
    with pytest.raises(ManifestError, match=message):
        entries(data_folder)
