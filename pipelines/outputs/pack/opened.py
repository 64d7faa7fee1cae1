"""A pack of unknown origin, opened for reading: a folder or a .zip. Nothing of it is written anywhere.

A pack that could reach outside itself, or is made to exhaust whoever reads it, is refused as a whole.
"""

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from pipelines.outputs.pack.names import PackError, check_name

MOST_FILES = 200_000
MOST_RATIO = 100
"""How many times as large as the .zip its content may be, beyond `SMALL`: text compresses about twenty times."""
SMALL = 64 * 2**20
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OverflowError, RuntimeError, ValueError)
"""What reading a damaged .zip may raise, and folders in folders without end."""


class OpenedPack(Protocol):
    """The files of a pack."""

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of each file, by its name in the pack."""

    def open(self, name: str) -> BinaryIO:
        """The content of a file."""


@contextmanager
def reading(pack: OpenedPack, name: str) -> Iterator[BinaryIO]:
    """The content of a file. Raises PackError, now or while it is read, where that is not possible any more."""
    try:
        with pack.open(name) as file:
            yield file
    except (*_BROKEN_ZIP, OSError) as error:
        raise PackError(f"{name} was changed: {error}") from None


@contextmanager
def open_pack(path: Path) -> Iterator[OpenedPack]:
    """The pack at a path. Raises PackError for what is no pack, or must not be read, also while it is read."""
    try:
        if path.is_dir():
            yield _Folder(path)
            return
        with zipfile.ZipFile(path) as archive:
            yield _Zip(archive, path.stat().st_size)
    except FileNotFoundError:
        raise PackError(f"{path} is not there") from None
    except _BROKEN_ZIP as error:
        raise PackError(f"{path} is no evidence pack that can be read: {error}") from None
    except OSError as error:
        raise PackError(f"{path} cannot be read: {error.strerror or error}") from None


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.sizes: dict[str, int] = {}
        for path in _below(folder):
            if len(self.sizes) >= MOST_FILES:
                raise PackError(f"it has more than {MOST_FILES:,} files")
            self.sizes[path.relative_to(folder).as_posix()] = path.stat().st_size

    def open(self, name: str) -> BinaryIO:
        return os.fdopen(os.open(self._folder / name, os.O_RDONLY | os.O_NOFOLLOW), "rb")


def _below(folder: Path) -> Iterator[Path]:
    """The files below a folder. Raises PackError for what is neither file nor folder, such as a link."""
    with os.scandir(folder) as found:
        entries = list(found)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _below(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path)
        else:
            raise PackError(f"{entry.name!r} is a link, or no file: that may lead outside the pack")


class _Zip:
    def __init__(self, archive: zipfile.ZipFile, archive_bytes: int) -> None:
        self._archive = archive
        self.sizes: dict[str, int] = {}
        members = archive.infolist()
        if len(members) > MOST_FILES:
            raise PackError(f"it has more than {MOST_FILES:,} files")
        for member in members:
            if _is_file(member):
                if member.filename in self.sizes:
                    raise PackError(f"{member.filename!r} is in it twice")
                self.sizes[member.filename] = member.file_size
        if sum(self.sizes.values()) > MOST_RATIO * archive_bytes + SMALL:
            raise PackError("its content would be unreasonably large for a file of this size")

    def open(self, name: str) -> BinaryIO:
        return cast(BinaryIO, self._archive.open(name))


def _is_file(member: zipfile.ZipInfo) -> bool:
    """Whether the member is a file, not a folder. Raises PackError for what is neither, or may lead out of the pack."""
    try:
        check_name(member.orig_filename.removesuffix("/"))
    except ValueError as error:
        raise PackError(f"{error}") from None
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise PackError(f"{member.filename!r} is a link, or no file: that may lead outside the pack")
    if member.flag_bits & 1:
        raise PackError(f"{member.filename!r} is encrypted")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise PackError(f"{member.filename!r} is compressed in a way in which no pack is")
    return not member.is_dir()
