"""The manifest: one line for each landed file, and for what was removed by policy, chained by hash."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, NamedTuple

import orjson
from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError

from pipelines.chained import lines
from pipelines.chained.lines import ChainError, Head, Names, complete_lines
from pipelines.landing.folder import HEAD, MANIFEST, landing_folder
from pipelines.landing.removal import Removal, encode_removal, is_removal

_LANDED_NAME = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_]*/){1,2}[0-9a-f]{16}(?:_[0-9]+)?(?:\.ndjson)?\.zst")


class ManifestError(ChainError):
    """The manifest or head.json is not as an import left it; the message says where and what to do."""


class OutsideError(ManifestError):
    """An entry names something that cannot be a landed file, such as a path that leaves the landing folder."""

    kind: ClassVar[Literal["entry", "outside"]] = "outside"


NAMES = Names(
    file=MANIFEST,
    head=HEAD,
    writer="an import",
    next_writer="the next import",
    torn="what it stood for has to be imported again",
    advice="run `whoseagent verify`, and restore the landing folder from a copy before importing more",
    error=ManifestError,
)


class Kind(NamedTuple):
    """What the records of one landed file have in common."""

    log: str  # a log name, or "unsupported" (a record nobody here knows yet), or "unreadable" (no record at all)
    shape: str  # diagnostic, log_analytics, csv, graph; "" for the latter two
    spelling: tuple[tuple[str, str], ...] = ()  # (declared field, field as spelled in these records) where they differ
    reason: str = ""  # for unreadable: why it is no record


@dataclass(frozen=True)
class Source:
    """Where the records of one batch came from."""

    type: str  # file, log_analytics, graph, storage
    name: str
    tenant_id: str | None = None
    window: tuple[str, str] | None = None


class Entry(BaseModel):
    """One line of the manifest. Sizes are in bytes, hashes are SHA-256 in hex, times are UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: Literal[1] = 1
    seq: NonNegativeInt
    file: str  # relative to landing/
    sha256: str  # of the landed file as it is, compressed
    content_sha256: str  # of its lines
    rows: NonNegativeInt
    bytes: NonNegativeInt  # of its lines
    compressed_bytes: NonNegativeInt
    log: str
    shape: str
    spelling: tuple[tuple[str, str], ...]
    reason: str
    unknown_fields: dict[str, int]
    labels: dict[str, int]
    source: Source
    landed_at: str
    previous: str  # hash of the line before, without its newline

    @property
    def kind(self) -> Kind:
        """What the records of the landed file have in common."""
        return Kind(self.log, self.shape, self.spelling, self.reason)


def encode_entry(entry: Entry) -> bytes:
    """The entry as a line of the manifest, without the newline."""
    return orjson.dumps(entry.model_dump(), option=orjson.OPT_SORT_KEYS)


def decode_entry(line: bytes, number: int) -> Entry:
    """The entry in a line of the manifest; `number` is the line's place, from 0, for the ManifestError."""
    try:
        entry = Entry.model_validate_json(line)
    except ValidationError as error:
        raise _refused(error, number, NAMES.writer) from None
    if not _LANDED_NAME.fullmatch(entry.file):
        raise OutsideError(f"{MANIFEST} entry {number} points outside landing/, or to no landed file: {entry.file!r}")
    return entry


Line = Entry | Removal
"""What a line of the manifest says."""


def encode_line(line: Line) -> bytes:
    """The line as it stands in the manifest, without the newline."""
    return encode_removal(line) if isinstance(line, Removal) else encode_entry(line)


def decode_line(line: bytes, number: int) -> Line:
    """What a line of the manifest says; `number` is its place, from 0, for the ManifestError."""
    if not is_removal(line):
        return decode_entry(line, number)
    try:
        return Removal.model_validate_json(line)
    except ValidationError as error:
        raise _refused(error, number, "`retain`") from None


def _refused(error: ValidationError, number: int, writer: str) -> ManifestError:
    if any(problem["loc"] == ("version",) for problem in error.errors()):
        message = f"{MANIFEST} entry {number} is of a version that this whoseagent does not know: update whoseagent"
        return ManifestError(message)
    return ManifestError(f"{MANIFEST} entry {number} is not as {writer} writes it: it was changed")


class Manifest(NamedTuple):
    """All that the manifest says, oldest first."""

    landed: list[Entry]
    """Everything that ever landed."""
    removals: list[Removal]

    @property
    def kept(self) -> list[Entry]:
        """What has landed and was not removed by policy."""
        removed = removed_files(self.removals)
        return [entry for entry in self.landed if entry.file not in removed]


def read_manifest(data_folder: Path) -> Manifest:
    """The manifest; empty where nothing has landed. Does not check the chain: `verify` does.

    Raises ManifestError for a line that cannot be read or whose version is not known.
    """
    lines = [decode_line(line, number) for number, line in _lines(data_folder)]
    return Manifest(
        [line for line in lines if isinstance(line, Entry)], [line for line in lines if isinstance(line, Removal)]
    )


def entries(data_folder: Path) -> list[Entry]:
    """Everything that has landed and was not removed by policy, oldest first; [] where nothing has.

    Raises ManifestError as `read_manifest` does.
    """
    return read_manifest(data_folder).kept


def read_removals(data_folder: Path) -> list[Removal]:
    """What was removed by policy, oldest first, without reading the rest of the manifest. Raises ManifestError."""
    found = (decode_line(line, number) for number, line in _lines(data_folder) if is_removal(line))
    return [line for line in found if isinstance(line, Removal)]


def removed_files(removals: Iterable[Removal]) -> set[str]:
    """The landed files that were removed, by their path below landing/."""
    return {removed.file for removal in removals for removed in removal.removed}


def _lines(data_folder: Path) -> Iterator[tuple[int, bytes]]:
    return enumerate(complete_lines(landing_folder(data_folder) / MANIFEST))


def read_head(landing: Path) -> Head | None:
    """What head.json says; None where there is none. Raises ManifestError when it cannot be read."""
    return lines.read_head(landing, NAMES)
