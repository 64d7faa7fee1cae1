"""A byte stream in chunks of UTF-8, whatever encoding and piece sizes it comes in."""

import codecs
from collections.abc import Callable, Iterator
from typing import BinaryIO

from pipelines.sources.items import BYTE_ORDER_MARK

CHUNK_BYTES = 1024 * 1024
# Small, because a decompressor that meets damage gives nothing of the piece it was asked for.
READ_BYTES = 64 * 1024

_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class Chunks:
    """A stream's text as UTF-8 without byte order mark, in chunks of about `CHUNK_BYTES`, to be iterated once.

    `head` is the first chunk, `ended` tells whether all has been read, `error` is what ended the stream early.
    """

    def __init__(self, stream: BinaryIO) -> None:
        # `read1` gives what is there before it raises; `read` would lose that.
        self._read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        self.ended = False
        self.error: Exception | None = None
        start = self._fill()
        self._decoder = _utf_16_decoder(start)
        self.head = self._utf_8(start[2:]) if self._decoder else start.removeprefix(BYTE_ORDER_MARK)

    def __iter__(self) -> Iterator[bytes]:
        yield self.head
        while not self.ended:
            yield self._utf_8(self._fill())

    def _fill(self) -> bytes:
        pieces = []
        missing = CHUNK_BYTES
        while missing > 0 and not self.ended:
            try:
                piece = self._read(min(missing, READ_BYTES))
            except Exception as error:  # noqa: BLE001 - whatever it is, it goes on once what came before is given out
                self.error = error
                piece = b""
            self.ended = not piece
            pieces.append(piece)
            missing -= len(piece)
        return b"".join(pieces)

    def _utf_8(self, data: bytes) -> bytes:
        if self._decoder is None:
            return data
        text = self._decoder.decode(data).encode("utf-8", "surrogatepass")
        half_character = self._decoder.getstate()[0]
        if self.ended and half_character:
            self.error = self.error or EOFError("the UTF-16 text ends in the middle of a character")
            text += half_character
        return text


def _utf_16_decoder(start: bytes) -> codecs.IncrementalDecoder | None:
    encoding = _UTF_16.get(start[:2])
    # A lone surrogate is passed on, so that it comes out as invalid UTF-8 instead of ending the import.
    return codecs.getincrementaldecoder(encoding)("surrogatepass") if encoding else None
