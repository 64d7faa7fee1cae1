"""The quarantine: lines that are no usable record, verbatim, with the file they came in and what is wrong with them."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.compression import zstd
from pipelines.durable import place_file
from pipelines.landing.manifest import Entry
from pipelines.warehouse.lake import UNDATED, Lake, Parsed

MODEL = "quarantine"
PARSER = "1"
SHOWN_BYTES = 16 * 2**20
"""A longer line is shown up to here; the landed file has all of it."""

_BATCH = 1000
_SCHEMA = pa.schema(
    {
        "landed_file": pa.string(),
        "source_name": pa.string(),
        "line_number": pa.int64(),
        "reason": pa.string(),
        "line_bytes": pa.int64(),
        "line": pa.binary(),
    }
)

COLUMNS = {
    "landed_file": "landed file, below landing/, that holds the line",
    "source_name": "file or query that the line came from",
    "line_number": "line within the landed file, from 1",
    "reason": "what is wrong: invalid_json, invalid_utf8, too_long, too_deep, not_an_object, truncated, ragged_row",
    "line_bytes": "length of the line in bytes",
    "line": "the line, byte for byte (up to 16 MiB)",
}


class _Line(NamedTuple):
    number: int
    length: int
    shown: bytes


def set_aside(lake: Lake, landing: Path, entries: Iterable[Entry]) -> list[Parsed]:
    """Writes the unreadable lines that landed since the last time as Parquet; what was written."""
    ledger = lake.ledger()
    new = [entry for entry in entries if entry.log == "unreadable" and not ledger.has(entry.file, PARSER)]
    return [_write(lake, landing, entry) for entry in new]


def quarantine_files(lake: Lake, entries: Iterable[Parsed]) -> list[Path]:
    """The Parquet files of the quarantine that the ledger names."""
    return [lake.partition(MODEL, UNDATED, entry.file_name(UNDATED)) for entry in entries if entry.model == MODEL]


def _write(lake: Lake, landing: Path, entry: Entry) -> Parsed:
    parsed = Parsed(entry.file, PARSER, MODEL, entry.rows, {UNDATED: entry.rows})
    with lake.writing() as scratch:
        with pq.ParquetWriter(scratch, _SCHEMA, compression="zstd") as writer, zstd.open(landing / entry.file) as lines:
            for batch in _batches(_lines(lines)):
                writer.write_batch(_record_batch(entry, batch))
        place_file(scratch, lake.partition(MODEL, UNDATED, parsed.file_name(UNDATED)))
    lake.record(parsed)
    return parsed


def _record_batch(entry: Entry, batch: list[_Line]) -> pa.RecordBatch:
    columns = {
        "landed_file": [entry.file] * len(batch),
        "source_name": [entry.source.name] * len(batch),
        "line_number": [line.number for line in batch],
        "reason": [entry.reason] * len(batch),
        "line_bytes": [line.length for line in batch],
        "line": [line.shown for line in batch],
    }
    return pa.RecordBatch.from_pydict(columns, schema=_SCHEMA)


def _lines(stream: BinaryIO | zstd.ZstdFile) -> Iterator[_Line]:
    """The lines of a landed file, long ones cut to what is shown."""
    number = 0
    while first := stream.readline(SHOWN_BYTES):
        number += 1
        piece, length = first, len(first)
        while piece and not piece.endswith(b"\n"):
            piece = stream.readline(SHOWN_BYTES)
            length += len(piece)
        yield _Line(number, length - piece.endswith(b"\n"), first.removesuffix(b"\n"))


def _batches(lines: Iterator[_Line]) -> Iterator[list[_Line]]:
    """Batches that are small in memory, whatever the length of the lines."""
    batch: list[_Line] = []
    size = 0
    for line in lines:
        batch.append(line)
        size += len(line.shown)
        if len(batch) >= _BATCH or size >= SHOWN_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
