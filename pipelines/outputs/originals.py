"""The original records out of landing, as they came in."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from pipelines.catalog.token_ids import decode_token_id, encode_token_id, is_guid
from pipelines.compression import zstd
from pipelines.landing.folder import landing_folder

_MOST_NEEDLES = 20
"""Looking for more than these takes longer than parsing every line."""
_ID_FIELDS = {"id", "requestid", "uniquetokenidentifier"}


class Original(NamedTuple):
    """A landed line, without its line break, and its number in the landed file, from 1."""

    number: int
    line: bytes


def originals(data_folder: Path, landed_file: str, record_id: str) -> list[Original]:
    """The lines of the landed file whose record has the id; more than one where copies landed together.

    Empty when none has it. Raises OSError and ZstdError for a file that is not there or damaged.
    """
    return originals_of(data_folder, landed_file, [record_id])[record_id]


def originals_of(data_folder: Path, landed_file: str, record_ids: Collection[str]) -> dict[str, list[Original]]:
    """The lines of each of many records of one landed file, which is read once; [] for a record that is not in it.

    Raises as `originals` does.
    """
    path = _landed_path(data_folder, landed_file)
    needles = _needles(record_ids)
    if len(needles) > _MOST_NEEDLES:
        return _matching(path, record_ids, lambda _: True)

    def may_have(line: bytes) -> bool:
        lower = line.lower()
        return any(needle in lower for needle in needles)

    found = _matching(path, record_ids, may_have)
    # JSON can write the same id in other bytes, and old records in base64 of its text: then every line is parsed.
    others = [record_id for record_id in record_ids if not found[record_id]]
    return found | _matching(path, others, lambda _: True) if others else found


def _needles(record_ids: Collection[str]) -> list[bytes]:
    """What a line with one of the records has in it as a rule, in lower case."""
    token_ids = [encode_token_id(record_id) for record_id in record_ids if is_guid(record_id)]
    return [text.lower().encode() for text in (*record_ids, *token_ids)]


def _landed_path(data_folder: Path, landed_file: str) -> Path:
    landing = landing_folder(data_folder.absolute()).resolve()
    path = (landing / landed_file).resolve()
    if not path.is_relative_to(landing):
        raise FileNotFoundError(2, "not a landed file", str(path))
    return path


def _matching(path: Path, record_ids: Collection[str], may_have: Callable[[bytes], bool]) -> dict[str, list[Original]]:
    found: dict[str, list[Original]] = {record_id: [] for record_id in record_ids}
    asked: dict[str, set[str]] = {}
    for record_id in record_ids:
        asked.setdefault(record_id.lower(), set()).add(record_id)
    with zstd.open(path, "rb") as lines:
        for number, line in enumerate(lines, 1):
            for name in asked.keys() & _names(line) if may_have(line) else ():
                for record_id in asked[name]:
                    found[record_id].append(Original(number, line.removesuffix(b"\n")))
    return found


def _names(line: bytes) -> set[str]:
    """Every id by which the record can be asked for, in lower case and, for a token id, also as GUID."""
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return set()
    if not isinstance(record, dict):
        return set()
    inner = next((value for name, value in record.items() if name.casefold() == "properties"), None)
    values = [value for part in (record, inner) for value in _ids(part)]
    return {name for value in values for name in (value.lower(), decode_token_id(value)) if name}


def _ids(part: Any) -> list[str]:
    """The values of the fields that name the record, however the field is spelled."""
    if not isinstance(part, dict):
        return []
    return [
        value
        for name, value in part.items()
        if isinstance(value, str) and name.casefold().replace(" ", "").replace("_", "") in _ID_FIELDS
    ]
