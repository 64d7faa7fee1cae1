"""The original records behind exceptions, byte for byte, and the chain that vouches for their landed files."""

import hashlib
import shutil
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import orjson

from pipelines.chained.lines import complete_lines
from pipelines.compression import zstd
from pipelines.durable import create_private_file, make_private_folder
from pipelines.landing.folder import HEAD, landing_folder
from pipelines.landing.folder import MANIFEST as LANDING_MANIFEST
from pipelines.landing.manifest import read_head
from pipelines.outputs.originals import Original, originals_of
from pipelines.outputs.pack.exceptions import Evidence, Reason
from pipelines.outputs.pack.index import Indexed, Line
from pipelines.outputs.pack.links import Link, Links
from pipelines.outputs.pack.names import CHAIN, INDEX, LANDED, PackError, records_name

LARGEST_LANDED_FILE = 64 * 2**20
"""Bytes, compressed, of a landed file that is put into a pack as a whole."""
_DAMAGED = "run `whoseagent verify`, and restore landing/ from a copy before you make a pack"


class Packed(NamedTuple):
    """How much evidence a pack got."""

    records: int
    missing: int
    landed_files: int


def write_chain(data_folder: Path, folder: Path) -> Links:
    """Copies the chain of landing into the pack, as far as it goes now. Raises PackError where it is broken."""
    landing = landing_folder(data_folder)
    head = read_head(landing)  # before the chain, which an import makes longer first
    links = Links()
    agrees = head is None or head == links.end
    make_private_folder((folder / CHAIN).parent)
    with create_private_file(folder / CHAIN) as file:
        for line in complete_lines(landing / LANDING_MANIFEST):
            links.take(line)
            file.write(line + b"\n")
            agrees = agrees or head == links.end
    if not agrees or (head is None and links.end.entries):
        raise PackError(f"landing/{HEAD} does not fit the chain of landing: {_DAMAGED}")
    return links


def write_records(data_folder: Path, folder: Path, evidence: Evidence, links: Links, *, with_files: bool) -> Packed:
    """Writes the records, their index and, where wanted, the whole landed files.

    Raises PackError for a landed file that is not what landed. One that is gone, and a record that is not in it, are
    entered in the index as missing.
    """
    make_private_folder(folder / "records")
    by_file: dict[str, dict[str, set[Reason]]] = {}
    for place, reasons in evidence.reasons.items():
        by_file.setdefault(place.landed_file, {})[place.record_id] = reasons
    records = missing = landed_files = 0
    with create_private_file(folder / INDEX) as index:
        for landed_file in sorted(by_file):
            link = links.by_file.get(landed_file)
            for entry in _pack_file(data_folder, folder, landed_file, link, by_file[landed_file]):
                index.write(orjson.dumps(entry.model_dump(mode="json")) + b"\n")
                records, missing = records + (not entry.missing), missing + bool(entry.missing)
            landed_files += with_files and link is not None and _copy_landed(data_folder, folder, landed_file)
    return Packed(records, missing, landed_files)


def _pack_file(
    data_folder: Path, folder: Path, landed_file: str, link: Link | None, asked: Mapping[str, set[Reason]]
) -> Iterator[Indexed]:
    """The entries of one landed file's records, after these have been written."""
    found, missing = _find(data_folder, landed_file, link, asked)
    lines = _write_lines(folder / records_name(landed_file), {original for each in found.values() for original in each})
    for record_id in sorted(asked):
        here = tuple(lines[original] for original in found.get(record_id, ()))
        yield Indexed(
            record_id=record_id,
            landed_file=landed_file,
            landed_sha256=link.sha256 if link else None,
            entry=link.seq if link else None,
            packed_file=records_name(landed_file) if here else None,
            lines=here,
            missing=None if here else missing or "no record of its landed file has this id",
            reasons=tuple(sorted(asked[record_id])),
        )


def _find(
    data_folder: Path, landed_file: str, link: Link | None, asked: Collection[str]
) -> tuple[dict[str, list[Original]], str | None]:
    if link is None:
        return {}, "the chain of landing names no such landed file"
    path = landing_folder(data_folder) / landed_file
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if sha256 != link.sha256:
            raise PackError(f"landing/{landed_file} was changed after it landed: {_DAMAGED}")
        return originals_of(data_folder, landed_file, asked), None
    except FileNotFoundError:
        return {}, "its landed file is not there any more"
    except zstd.ZstdError:
        raise PackError(f"landing/{landed_file} cannot be decompressed: {_DAMAGED}") from None


def _write_lines(path: Path, originals: set[Original]) -> dict[Original, Line]:
    """Writes each line once, in the order of the landed file; where each stands."""
    if not originals:
        return {}
    make_private_folder(path.parent)
    lines: dict[Original, Line] = {}
    with create_private_file(path) as file:
        for number, original in enumerate(sorted(originals), 1):
            file.write(original.line + b"\n")
            sha256 = hashlib.sha256(original.line).hexdigest()
            lines[original] = Line(line=original.number, bytes=len(original.line), sha256=sha256, packed_line=number)
    return lines


def _copy_landed(data_folder: Path, folder: Path, landed_file: str) -> bool:
    """Copies the whole landed file into the pack; False for one that is not there or too large."""
    source, target = landing_folder(data_folder) / landed_file, folder / LANDED / landed_file
    if not source.is_file() or source.stat().st_size > LARGEST_LANDED_FILE:
        return False
    make_private_folder(target.parent)
    with source.open("rb") as read, create_private_file(target) as write:
        shutil.copyfileobj(read, write)
    return True
