"""Records in which an object has the same field twice.

DuckDB refuses the whole file for one of them. Such a record is typed as detection has read it: the last field counts.
"""

import json
from pathlib import Path
from typing import Any

from pipelines.compression import zstd


def rewrite(landed: Path, target: Path) -> None:
    """Writes the lines of a landed file, uncompressed, each object's double fields put together."""
    with zstd.open(landed) as lines, target.open("wb") as file:
        for line in lines:
            file.write(_with_single_keys(line))


def _with_single_keys(line: bytes) -> bytes:
    has_double = False

    def put_together(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal has_double
        fields = dict(pairs)
        has_double |= len(fields) < len(pairs)
        return fields

    record = json.loads(line, object_pairs_hook=put_together)
    return json.dumps(record, ensure_ascii=False).encode() + b"\n" if has_double else line
