"""A file's content, unpacked as its first bytes say, whatever its name says → records and problems."""

import gzip
import lzma
import struct
import zipfile
import zlib
from collections.abc import Generator
from pathlib import PurePath
from typing import BinaryIO, cast

from pipelines.compression import zstd
from pipelines.sources.items import WHITE_SPACE, Item, Record
from pipelines.sources.problems import Problem, printable
from pipelines.sources.records import split_records
from pipelines.sources.zip_rescue import rescue_members

MAX_LAYERS = 3

Named = tuple[str, Item | Problem]
# Yields what is read, returns the number of records.
Reading = Generator[Named, None, int]

_LOG_SUFFIXES = {".json", ".jsonl", ".ndjson", ".csv", ".log"}
_PACKED_SUFFIXES = {".gz", ".gzip", ".zst", ".zstd", ".zip"}
_UNSUPPORTED = {b"BZh": "bzip2", b"\xfd7zXZ\0": "xz", b"7z\xbc\xaf\x27\x1c": "7-Zip", b"Rar!\x1a\x07": "RAR"}
_GZIP, _ZIP = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06")
_ZSTD_MAGIC, _ZSTD_SKIPPABLE = 0xFD2FB528, range(0x184D2A50, 0x184D2A60)
# What a damaged stream or a failing disk raises, and what besides that a zip archive may raise when it is opened.
_DAMAGE = (EOFError, OSError, lzma.LZMAError, zipfile.BadZipFile, zlib.error, zstd.ZstdError)
_ZIP_DAMAGE = (*_DAMAGE, NotImplementedError, RuntimeError, ValueError, struct.error)


def read_contents(stream: BinaryIO, name: str, layers: int = 0) -> Reading:
    """Yield what is in this (seekable) stream, with the name of the file or archive member it is from."""
    try:
        head = _head(stream)
    except _DAMAGE as error:
        yield name, _broken(name, 0, error)
        return 0
    if not head:
        yield name, Problem(name, f"{name} is empty", "empty")
        return 0
    if not _is_packed(head):
        return (yield from _read_text(stream, name, head))
    if layers == MAX_LAYERS:
        message = f"{name} is packed more than {MAX_LAYERS} times over, skipped; unpack it and import what is in it"
        yield name, Problem(name, message, "skipped")
        return 0
    return (yield from _read_packed(stream, name, head, layers + 1))


def _read_packed(stream: BinaryIO, name: str, head: bytes, layers: int) -> Reading:
    if head.startswith(_ZIP):
        return (yield from _read_zip(stream, name, layers))
    unpacked = gzip.GzipFile(fileobj=stream, mode="rb") if head.startswith(_GZIP) else zstd.ZstdFile(stream)
    with unpacked:
        return (yield from read_contents(cast(BinaryIO, unpacked), name, layers))


def _head(stream: BinaryIO) -> bytes:
    """Give the first 64 bytes, or as many as can be read, and go back to the beginning."""
    head = b""
    try:
        while len(head) < 64 and (more := stream.read(64 - len(head))):
            head += more
    except _DAMAGE:
        if not head:
            raise
    stream.seek(0)
    return head


def _is_packed(head: bytes) -> bool:
    magic = int.from_bytes(head[:4], "little")
    return head.startswith((_GZIP, *_ZIP)) or magic == _ZSTD_MAGIC or magic in _ZSTD_SKIPPABLE


def _read_text(stream: BinaryIO, name: str, head: bytes) -> Reading:
    for magic, packer in _UNSUPPORTED.items():
        if head.startswith(magic):
            message = f"{name} is packed with {packer}, which is not read here; unpack it first"
            yield name, Problem(name, message, "skipped")
            return 0
    if not _looks_like_log(name, head) and not _holds_record(stream, name):
        yield name, _no_log(name)
        return 0
    kept = found = 0
    items = split_records(stream, name=name)
    try:
        while True:
            item = next(items)
            kept += isinstance(item, Record)
            found += 1
            yield name, item
    except StopIteration as end:
        if end.value:
            yield name, _cut_off(name, kept)
        elif not found:
            yield name, Problem(name, f"{name} holds no records", "empty")
    except _DAMAGE as error:
        yield name, _broken(name, kept, error)
    return kept


def _looks_like_log(name: str, head: bytes) -> bool:
    """Tell by name or first character: then what is no record in it is damage, not a sign of another kind of file."""
    path = PurePath(name.rpartition("!")[2])
    while path.suffix.lower() in _PACKED_SUFFIXES:
        path = path.with_suffix("")
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe\0" + WHITE_SPACE)
    return path.suffix.lower() in _LOG_SUFFIXES or start.startswith((b"{", b"["))


def _holds_record(stream: BinaryIO, name: str) -> bool:
    try:
        return any(isinstance(item, Record) for item in split_records(stream, name=name))
    except _DAMAGE:
        return True  # then the reading proper says what is broken
    finally:
        stream.seek(0)


def _read_zip(stream: BinaryIO, name: str, layers: int) -> Reading:
    try:
        archive = zipfile.ZipFile(stream)
    except _ZIP_DAMAGE:
        return (yield from _read_broken_zip(stream, name, layers))
    kept = 0
    with archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if not members:
            yield name, Problem(name, f"{name} is empty", "empty")
        if any(member.filename == "[Content_Types].xml" for member in members):
            yield name, _no_log(name)  # a Word or Excel file
            return 0
        for member in sorted(members, key=lambda member: member.header_offset):
            if not is_hidden(member.filename):
                kept += yield from _read_member(archive, member, f"{name}!{printable(member.filename)}", layers)
    return kept


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, layers: int) -> Reading:
    if member.flag_bits & 0x1:
        message = f"{name} is encrypted; unpack it with its password and import the result"
        yield name, Problem(name, message, "unreadable")
        return 0
    try:
        content = archive.open(member)
    except NotImplementedError:
        yield name, Problem(name, f"{name} is packed in a way not read here; unpack it first", "unreadable")
        return 0
    except _ZIP_DAMAGE as error:
        yield name, _broken(name, 0, error)
        return 0
    with content:
        return (yield from read_contents(cast(BinaryIO, content), name, layers))


def _read_broken_zip(stream: BinaryIO, name: str, layers: int) -> Reading:
    kept = 0
    try:
        for member, content in rescue_members(stream):
            if member.endswith("/") or is_hidden(member):
                continue
            member_name = f"{name}!{printable(member)}"
            kept += yield from read_contents(cast(BinaryIO, content), member_name, layers)
    except _DAMAGE:
        pass  # the end of what can be read, which is said below
    yield name, _cut_off(name, kept)
    return kept


def is_hidden(name: str) -> bool:
    """Tell whether a file inside a folder or archive is one that tools keep for themselves."""
    parts = name.replace("\\", "/").split("/")
    return any(part == "__MACOSX" or (part.startswith(".") and part not in (".", "..")) for part in parts)


def _no_log(name: str) -> Problem:
    return Problem(name, f"{name} is no log export (no JSON or CSV records in it), skipped", "skipped")


def _broken(name: str, kept: int, error: BaseException) -> Problem:
    if isinstance(error, EOFError):
        return _cut_off(name, kept)
    message = f"{name} is damaged: {_count(kept)} before the damage were kept; fetch the file again to get the rest"
    return Problem(name, message, "truncated")


def _cut_off(name: str, kept: int) -> Problem:
    message = f"{name} is cut off: {_count(kept)} before the damage were kept; fetch the file again to get the rest"
    return Problem(name, message, "truncated")


def _count(kept: int) -> str:
    return f"{kept:,} record" + "s" * (kept != 1)
