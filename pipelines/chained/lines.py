"""The lines of a chain: each holds the hash of the line before it, and a head file says where they end."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, NamedTuple

import orjson

FIRST_PREVIOUS = "0" * 64


class ChainError(Exception):
    """A chain or its head file is not as it was written; the message says where and what to do."""

    kind: ClassVar[Literal["entry", "outside"]] = "entry"


@dataclass(frozen=True)
class Names:
    """What a chain is called, in its folder and in messages."""

    file: str
    head: str
    writer: str
    """Who adds to it, such as `an import`."""
    next_writer: str
    """Who mends what the one before left, such as `the next import`."""
    torn: str
    """What a torn last line means for whoever wrote it."""
    advice: str
    """What to do where the chain was changed."""
    error: type[ChainError] = ChainError


class Head(NamedTuple):
    """How far a chain goes: the number of its entries and the hash of the last one."""

    entries: int
    sha256: str


BEGINNING = Head(0, FIRST_PREVIOUS)
"""The head of a chain without an entry."""


def line_sha256(line: bytes) -> str:
    """The hash by which the next entry, or the head file, refers to this line, which is without its newline."""
    return hashlib.sha256(line).hexdigest()


def complete_lines(path: Path, offset: int = 0) -> Iterator[bytes]:
    """Lines from a byte offset on, without newlines; not a last one that a killed writer left without its newline."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        file.seek(offset)
        for line in file:
            if line.endswith(b"\n"):
                yield line[:-1]


def read_head(folder: Path, names: Names) -> Head | None:
    """What the head file says; None where there is none. Raises the chain's error when it cannot be read."""
    try:
        content = orjson.loads((folder / names.head).read_bytes())
    except FileNotFoundError:
        return None
    except orjson.JSONDecodeError:
        content = None
    match content:
        case {"entries": int(count), "sha256": str(sha256)} if len(content) == 2:
            return Head(count, sha256)
    raise names.error(f"{names.head} is not as {names.writer} writes it: it was changed")
