"""Checks the records of a pack: against their index, the chain of landing, and the landed files that are at hand."""

import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from pydantic import ValidationError

from pipelines.chained.problem import Problem
from pipelines.compression import zstd
from pipelines.outputs.pack.index import Indexed, Line
from pipelines.outputs.pack.links import Link, Links, bounded_lines
from pipelines.outputs.pack.manifest import PackManifest
from pipelines.outputs.pack.names import INDEX, LANDED, PackError
from pipelines.outputs.pack.opened import OpenedPack, reading

LARGEST_CONTENT = 2 * 2**30
"""Bytes to which a landed file may decompress; one is ended at 256 MiB and the record that it has reached then."""


class RecordsCheck(NamedTuple):
    """How many records stand in landed files that are at hand, and what is wrong."""

    in_landed_files: int
    problems: list[Problem]


class _AtHand(NamedTuple):
    """Where landed files may be: in the pack, but for those in `bad`, and in a landing folder."""

    pack: OpenedPack
    bad: Collection[str]
    landing: Path | None

    def open(self, landed_file: str) -> tuple[str, BinaryIO | None]:
        """The name of the landed file, and its content where it is at hand."""
        packed = f"{LANDED}/{landed_file}"
        if packed in self.pack.sizes:
            return packed, None if packed in self.bad else self.pack.open(packed)
        if self.landing is not None and (self.landing / landed_file).is_file():
            return landed_file, (self.landing / landed_file).open("rb")
        return landed_file, None


class _Hashed(NamedTuple):
    bytes: int
    sha256: str


def check_records(
    pack: OpenedPack, manifest: PackManifest, links: Links, bad: Collection[str], landing: Path | None
) -> RecordsCheck:
    """Checks every indexed record. Files in `bad` have been reported, and are not looked at again.

    `landing` is a landing folder in which the landed files may be that are not in the pack.
    """
    if INDEX in bad:
        return RecordsCheck(0, [])
    problems: list[Problem] = []
    try:
        by_file = _read_index(pack)
    except PackError as error:
        return RecordsCheck(0, [Problem("content", INDEX, str(error))])
    problems += _count_problems(manifest, by_file)
    in_landed_files = 0
    for landed_file, indexed in by_file.items():
        found = [*_link_problems(landed_file, indexed, links), *_packed_problems(pack, indexed, bad)]
        problems += found
        if not found and landed_file in links.by_file:
            proven = _check_landed(links.by_file[landed_file], indexed, _AtHand(pack, bad, landing))
            in_landed_files += proven.in_landed_files
            problems += proven.problems
    return RecordsCheck(in_landed_files, problems)


def _read_index(pack: OpenedPack) -> dict[str, list[Indexed]]:
    """The indexed records by landed file."""
    if INDEX not in pack.sizes:
        raise PackError(f"{INDEX} is not in the pack")
    by_file: dict[str, list[Indexed]] = {}
    with reading(pack, INDEX) as file:
        for number, line in enumerate(bounded_lines(file, INDEX), 1):
            try:
                indexed = Indexed.model_validate_json(line)
            except ValidationError:
                raise PackError(f"{INDEX} line {number} is not as whoseagent writes it") from None
            by_file.setdefault(indexed.landed_file, []).append(indexed)
    return by_file


def _count_problems(manifest: PackManifest, by_file: dict[str, list[Indexed]]) -> Iterator[Problem]:
    everything = [indexed for each in by_file.values() for indexed in each]
    missing = sum(indexed.missing is not None for indexed in everything)
    if (len(everything) - missing, missing) != (manifest.counts.records, manifest.counts.missing):
        yield Problem("content", INDEX, f"{INDEX} does not have as many records as the manifest says")
    indexed_files = {indexed.packed_file for indexed in everything}
    for file in manifest.files:
        if file.path.startswith("records/") and file.path not in {*indexed_files, INDEX}:
            yield Problem("content", file.path, f"{file.path} is not in {INDEX}")


def _link_problems(landed_file: str, indexed: list[Indexed], links: Links) -> Iterator[Problem]:
    link = links.by_file.get(landed_file)
    expected = (link.sha256, link.seq) if link else (None, None)
    for record in indexed:
        if (record.landed_sha256, record.entry) != expected or (record.lines and link is None):
            message = f"{INDEX}: record {record.record_id} names another landed file than the chain of landing has"
            yield Problem("content", INDEX, message)
        if (record.missing is None) != bool(record.lines) or (record.packed_file is None) == bool(record.lines):
            message = f"{INDEX}: record {record.record_id} is neither here nor missing"
            yield Problem("content", INDEX, message)


def _packed_problems(pack: OpenedPack, indexed: list[Indexed], bad: Collection[str]) -> Iterator[Problem]:
    """Whether the lines in the pack are those in the index, and no others."""
    expected: dict[str, dict[int, Line]] = {}
    for record in indexed:
        if record.packed_file is not None:
            expected.setdefault(record.packed_file, {}).update({line.packed_line: line for line in record.lines})
    for name, lines in expected.items():
        if name in bad:
            continue
        if name not in pack.sizes:
            yield Problem("missing", name, f"{name} is in {INDEX} and not in the pack")
            continue
        with reading(pack, name) as file:
            hashed = {number: _hashed(line) for number, line in enumerate(bounded_lines(file, name), 1)}
        for number in sorted(hashed.keys() | lines.keys()):
            line = lines.get(number)
            if line is None or hashed.get(number) != (line.bytes, line.sha256):
                yield Problem("content", name, f"{name} line {number} is not the record that {INDEX} says")


def _hashed(line: bytes) -> _Hashed:
    return _Hashed(len(line), hashlib.sha256(line).hexdigest())


def _check_landed(link: Link, indexed: list[Indexed], at_hand: _AtHand) -> RecordsCheck:
    """Looks for the records in their landed file, in the pack or in the landing folder."""
    wanted = {line.line: _Hashed(line.bytes, line.sha256) for record in indexed for line in record.lines}
    name, file = at_hand.open(str(link.file)) if wanted else ("", None)
    if file is None:
        return RecordsCheck(0, [])
    with file:
        try:
            found = _landed_lines(file, name, str(link.sha256), wanted)
        except (PackError, zstd.ZstdError, EOFError) as error:
            return RecordsCheck(0, [Problem("content", name, f"{name}: {error}")])
    wrong = [number for number in sorted(wanted) if found.get(number) != wanted[number]]
    said = f"is not the record that {INDEX} says"
    problems = [Problem("content", name, f"{name} line {number} {said}") for number in wrong]
    return RecordsCheck(0 if wrong else sum(bool(record.lines) for record in indexed), problems)


def _landed_lines(file: BinaryIO, name: str, sha256: str, wanted: Collection[int]) -> dict[int, _Hashed]:
    """The wanted lines of a landed file, hashed. Raises PackError when it is not the one of the chain."""
    digest = hashlib.sha256()
    while piece := file.read(2**20):
        digest.update(piece)
    if digest.hexdigest() != sha256:
        raise PackError("it is not the landed file that the chain of landing names")
    file.seek(0)
    found: dict[int, _Hashed] = {}
    last, size = max(wanted), 0
    with zstd.open(file, "rb") as lines:
        for number, line in enumerate(bounded_lines(lines, name), 1):
            size += len(line) + 1
            if size > LARGEST_CONTENT:
                raise PackError("it decompresses to an unreasonable size")
            if number in wanted:
                found[number] = _hashed(line)
            if number == last:
                break
    return found
