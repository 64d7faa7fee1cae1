"""The members of a zip archive whose end, and with it the directory, is missing.

Reads the archive from its beginning, by the header before each member
(https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3.6 to 4.3.9).
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from struct import Struct
from typing import BinaryIO

_HEADER = Struct("<4sHHHHHLLLHH")
_SIGNATURE = b"PK\x03\x04"
_ENCRYPTED, _SIZE_FOLLOWS, _UTF_8 = 0x1, 0x8, 0x800
_LONGEST_DESCRIPTOR = 24
_READ_BYTES = 16 * 1024


class RescuedMember(io.RawIOBase):
    """A member's content, decompressed; raises EOFError where the archive breaks off."""

    def __init__(self, archive: BinaryIO, start: int, size: int | None) -> None:
        self._archive = archive
        self._start = start
        self._size = size  # of a stored member; a deflated one (None) tells its end itself
        self._rewind()

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def tell(self) -> int:
        """Give how many bytes have been read."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place counted from the beginning, by reading up to it."""
        if whence != io.SEEK_SET:
            raise io.UnsupportedOperation("the size of a member of a broken archive is not known")
        if offset < self._position:
            self._rewind()
        while self._position < offset and self.read(min(_READ_BYTES, offset - self._position)):
            pass
        return self._position

    def _rewind(self) -> None:
        self._archive.seek(self._start)
        self._inflater = None if self._size is not None else zlib.decompressobj(-zlib.MAX_WBITS)
        self._left = self._size or 0
        self._input = b""
        self._position = 0

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override] # narrower than any buffer
        """Put what comes next into the buffer; returns how many bytes, 0 at the end of the member."""
        data = self._stored(len(buffer)) if self._inflater is None else self._inflated(len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def end(self) -> int:
        """Read to the member's end; returns where in the archive that is."""
        while self.read(_READ_BYTES):
            pass
        unused = b"" if self._inflater is None else self._inflater.unused_data
        return self._archive.tell() - len(unused)

    def _stored(self, size: int) -> bytes:
        data = self._archive.read(min(size, self._left))
        if self._left and not data:
            raise EOFError("the archive ends within this member")
        self._left -= len(data)
        return data

    def _inflated(self, size: int) -> bytes:
        inflater = self._inflater
        while inflater is not None and not inflater.eof:
            self._input = self._input or self._archive.read(_READ_BYTES)
            data = inflater.decompress(self._input, size)
            if not self._input and not data:
                raise EOFError("the archive ends within this member")
            self._input = inflater.unconsumed_tail
            if data:
                return data
        return b""


def rescue_members(archive: BinaryIO) -> Iterator[tuple[str, RescuedMember]]:
    """Yield the name and content of each member up to the damage; a member need not be read before the next."""
    at = 0
    while True:
        archive.seek(at)
        header = archive.read(_HEADER.size)
        if len(header) < _HEADER.size or not header.startswith(_SIGNATURE):
            return
        _, _, flags, method, *_, packed_size, _, name_length, extra_length = _HEADER.unpack(header)
        name = archive.read(name_length).decode("utf-8" if flags & _UTF_8 else "cp437", "replace")
        start = at + _HEADER.size + name_length + extra_length
        is_stored = method == zipfile.ZIP_STORED
        if flags & _ENCRYPTED or method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            is_stored = True  # nothing to read: step over it
        elif not (is_stored and flags & _SIZE_FOLLOWS):
            yield name, RescuedMember(archive, start, packed_size if is_stored else None)
        if is_stored and flags & _SIZE_FOLLOWS:
            return
        at = start + packed_size if is_stored else RescuedMember(archive, start, None).end()
        at += _descriptor_size(archive, at)


def _descriptor_size(archive: BinaryIO, at: int) -> int:
    """Give how many bytes stand between a member's end and the next header."""
    archive.seek(at)
    return max(0, archive.read(_LONGEST_DESCRIPTOR + len(_SIGNATURE)).find(_SIGNATURE))
