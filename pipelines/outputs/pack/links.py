"""The chain of landing as a pack carries it: each landed file with its hash, each line with the one before it.

A line is read for these alone, so that a pack of another version, or a line that is about no landed file, can be
followed too.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol

from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError

from pipelines.chained.lines import BEGINNING, Head, line_sha256
from pipelines.outputs.pack.names import CHAIN, PackError, check_name

LONGEST_LINE = 64 * 2**20
"""Bytes. A record has 16 MiB at most."""


class Readable(Protocol):
    """What can be read by lines."""

    def readline(self, size: int, /) -> bytes:
        """The next line, or as much of it as that."""


class Link(BaseModel):
    """A line of the landing manifest, as far as a pack needs it."""

    model_config = ConfigDict(frozen=True, strict=True)

    seq: NonNegativeInt
    previous: str
    file: str | None = None
    """The landed file, where the line is about one."""
    sha256: str | None = None
    """Of the landed file as it is, compressed."""


class Links:
    """The landed files that a chain names, and where it ends."""

    def __init__(self) -> None:
        self.end: Head = BEGINNING
        self.by_file: dict[str, Link] = {}
        self.hashes: set[str] = set()
        """Of all lines: any of them may have been kept elsewhere as the head."""

    def take(self, line: bytes) -> None:
        """Takes the next line, without its newline. Raises PackError when it does not continue the one before it."""
        try:
            link = Link.model_validate_json(line)
        except ValidationError:
            raise PackError(f"{CHAIN} entry {self.end.entries} is not as whoseagent writes it") from None
        if (link.seq, link.previous) != self.end:
            raise PackError(f"{CHAIN} entry {self.end.entries} does not continue the one before it")
        self.end = Head(link.seq + 1, line_sha256(line))
        self.hashes.add(self.end.sha256)
        if link.file and link.sha256:
            self.by_file[_landed_name(link.file)] = link


def _landed_name(name: str) -> str:
    try:
        return check_name(name)
    except ValueError as error:
        raise PackError(f"{CHAIN}: {error}") from None


def follow(lines: Iterable[bytes]) -> Links:
    """The chain of these lines, without newlines. Raises PackError where it breaks."""
    links = Links()
    for line in lines:
        links.take(line)
    return links


def bounded_lines(file: Readable, name: str, longest: int = LONGEST_LINE) -> Iterator[bytes]:
    """The lines of a file of a pack, without newlines. Raises PackError for one that is too long, or does not end."""
    while line := file.readline(longest + 1):
        if not line.endswith(b"\n"):
            raise PackError(f"{name} has a line that is too long, or does not end")
        yield line[:-1]
