"""The original records out of landing, as they came in."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from pipelines.catalog.token_ids import decode_token_id, encode_token_id, is_guid
from pipelines.compression import zstd
from pipelines.landing.folder import landing_folder

_ID_FIELDS = {"id", "requestid", "uniquetokenidentifier"}


class Original(NamedTuple):
    """A landed line, without its line break, and its number in the landed file, from 1."""

    number: int
    line: bytes


def originals(data_folder: Path, landed_file: str, record_id: str) -> list[Original]:
    """The lines of the landed file whose record has the id; more than one where copies landed together.

    Empty when none has it. Raises OSError and ZstdError for a file that is not there or damaged.
    """
    landing = landing_folder(data_folder.absolute()).resolve()
    path = (landing / landed_file).resolve()
    if not path.is_relative_to(landing):
        raise FileNotFoundError(2, "not a landed file", str(path))
    needles = [record_id.lower().encode()]
    if is_guid(record_id):
        needles.append(encode_token_id(record_id).lower().encode())

    def may_have(line: bytes) -> bool:
        lower = line.lower()
        return any(needle in lower for needle in needles)

    # JSON can write the same id in other bytes, and old records in base64 of its text: then every line is parsed.
    return list(_matching(path, record_id, may_have)) or list(_matching(path, record_id, lambda _: True))


def _matching(path: Path, record_id: str, may_have: Callable[[bytes], bool]) -> Iterator[Original]:
    with zstd.open(path, "rb") as lines:
        for number, line in enumerate(lines, 1):
            if may_have(line) and _has_id(line, record_id.lower()):
                yield Original(number, line.removesuffix(b"\n"))


def _has_id(line: bytes, record_id: str) -> bool:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    if not isinstance(record, dict):
        return False
    inner = next((value for name, value in record.items() if name.casefold() == "properties"), None)
    return any(_is(value, record_id) for part in (record, inner) for value in _ids(part))


def _ids(part: Any) -> list[str]:
    """The values of the fields that name the record, however the field is spelled."""
    if not isinstance(part, dict):
        return []
    return [
        value
        for name, value in part.items()
        if isinstance(value, str) and name.casefold().replace(" ", "").replace("_", "") in _ID_FIELDS
    ]


def _is(value: str, record_id: str) -> bool:
    return value.lower() == record_id or decode_token_id(value) == record_id
