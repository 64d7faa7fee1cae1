"""The formats of an answer: CSV, JSON and Parquet, written as the rows come."""

import csv
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, TextIO

from pipelines.cli.failure import WRONG_USE, Failure
from pipelines.cli.show import plain
from pipelines.outputs.values import csv_cell, json_bytes

_STEERING = re.compile(r"[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def write_csv(columns: Sequence[str], batches: Iterable[list[tuple[Any, ...]]], stream: TextIO) -> None:
    """Writes RFC 4180 lines. What a spreadsheet would run as a formula gets a leading apostrophe."""
    writer = csv.writer(stream, lineterminator="\n")
    as_cell = _terminal_cell if stream.isatty() else csv_cell
    writer.writerow([as_cell(name) for name in columns])
    for batch in batches:
        writer.writerows([as_cell(value) for value in row] for row in batch)


def _terminal_cell(value: Any) -> str:
    return plain(csv_cell(value))


def write_json_rows(columns: Sequence[str], batches: Iterable[list[tuple[Any, ...]]], stream: TextIO) -> None:
    """Writes one array with an object a line."""
    require_different(columns)
    is_terminal = stream.isatty()
    before = "["
    for batch in batches:
        for row in batch:
            text = json_bytes(dict(zip(columns, row, strict=True))).decode()
            stream.write(before + "\n" + (_STEERING.sub(_escaped, text) if is_terminal else text))
            before = ","
    stream.write("[]\n" if before == "[" else "\n]\n")


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def write_parquet(schema: Any, batches: Iterable[Any], stream: BinaryIO) -> None:
    """Writes pyarrow record batches as one Parquet file."""
    import pyarrow as pa  # noqa: PLC0415 - slow, and seldom needed
    import pyarrow.parquet as pq  # noqa: PLC0415

    require_different(schema.names)
    try:
        with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
    except pa.ArrowNotImplementedError as error:
        raise Failure(f"Parquet cannot hold one of the columns ({error}); cast it to varchar", WRONG_USE) from error


def require_different(columns: Sequence[str]) -> None:
    """Raises Failure when two columns have one name, because only one of them would come through."""
    twice = [name for name, times in Counter(columns).items() if times > 1]
    if twice:
        message = f"two columns are called {plain(twice[0])}; give one another name (… as other_name)"
        raise Failure(message, WRONG_USE)


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A stream whose content stands at `path`, for its owner only, once the with-block has ended well."""
    target = path.resolve()
    if target.exists() and not target.is_file():
        if target.is_dir():
            raise Failure(f"{plain(str(path))} is a folder; --out names a file", WRONG_USE)
        with target.open("wb") as device:  # such as /dev/null, which must not be replaced
            yield device
        return
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:50]}-", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)
