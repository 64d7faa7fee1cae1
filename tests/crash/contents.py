"""What a data folder holds, as rows: equal where nobody could tell two folders apart by what is in them."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import orjson

from pipelines.cases.log import read_entries
from pipelines.landing.cursors import CursorFile
from pipelines.landing.folder import CURSORS, landing_folder
from pipelines.warehouse.lake import Lake
from tests.faults.tables import every_row

Rows = Counter[tuple[str, ...]]
"""Place, such as a file or a table, and row."""

_OF_THE_MOMENT = {"event_id", "previous", "suppression_id", "asked_at"}
"""Random, or following from what is, or the time of the question: they differ from run to run."""
_KEPT_AS_ROWS = {"lake/ledger.ndjson", "cases/events.ndjson", "cases/head.json", "warehouse.duckdb"}


def contents(data: Path) -> Rows:
    """Every file, by its rows where its bytes may differ: of Parquet, cursors, the ledger and the event log."""
    found: Rows = Counter()
    for path in sorted(data.rglob("*")):
        name = path.relative_to(data).as_posix()
        if path.is_dir():
            found[name, "folder"] += 1
        elif path.suffix == ".parquet":
            found.update({(name, row): count for row, count in _parquet(_digest(path), path).items()})
        elif path.suffix != ".ndjson" or name == "landing/manifest.ndjson":
            found[name, "" if name in _KEPT_AS_ROWS else _digest(path)] += 1
        else:
            found[name, ""] += 1
    found.update(_lines(data))
    return found


def tables(data: Path) -> Rows:
    """The rows of all published tables."""
    published = data / "warehouse.duckdb"
    found: Rows = Counter()
    for table, rows in every_row(published, _OF_THE_MOMENT).items():
        found.update({(f"table {table}", *map(str, row)): count for row, count in rows.items()})
    return found


def _lines(data: Path) -> Iterator[tuple[str, ...]]:
    for parsed in Lake(data).ledger().entries.values():
        yield "lake/ledger.ndjson", str(parsed)
    for entry in read_entries(data):
        yield "cases/events.ndjson", _text(entry.model_dump(mode="json"))
    cursors = landing_folder(data) / CURSORS
    for file in cursors.rglob("*.ndjson"):
        name = file.relative_to(cursors).with_suffix("").as_posix()
        kept = CursorFile(data, name).read()
        for key in kept.under(""):
            yield f"landing/cursors/{name}", key, _text(kept.get(key))


def _text(fields: Any) -> str:
    """A value as text, without what is of the moment."""
    return orjson.dumps(_plain(fields), option=orjson.OPT_SORT_KEYS).decode()


def _plain(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: _plain(each) for key, each in value.items() if key not in _OF_THE_MOMENT}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


_known: dict[str, Counter[str]] = {}


def _parquet(digest: str, path: Path) -> Counter[str]:
    """The rows of a Parquet file, hashed; read once for the same bytes."""
    if digest not in _known:
        read = "read_parquet($path, hive_partitioning = false)"
        query = f"select md5(rows::varchar), count(*) from {read} as rows group by all"
        _known[digest] = Counter(dict(duckdb.execute(query, {"path": str(path)}).fetchall()))
    return _known[digest]
