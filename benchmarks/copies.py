"""Copies of log text in which other people do the same: fast, because ids are changed in place, all at once.

A copy differs from its original in the ids of people, devices, sessions, tokens and requests, and in UPNs. All these
have a fixed width and are changed by exclusive or, digit by digit, so that every way of writing an id stays in step.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Collection
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]
"""One row for each id: where its digits stand in the text."""

_GUID = rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_TOKEN = rb'"[A-Za-z0-9_-]{21}[AQgw]"(?! ?:)'  # 16 bytes in base64, and no name of a field
_OLD_TOKEN = rb'"[A-Za-z0-9+/]{48}"(?! ?:)'  # a GUID's text in base64
_UPN = re.compile(r"(?<![\w.'#-])[\w.'#-]++@(?:contoso|fabrikam)\.com", re.IGNORECASE)
_PREFIX = "u00000."
_SPREAD = 0x9E3779B97F4A7C15  # odd, so no two copies get the same

_HEX, _HEX_UPPER = b"0123456789abcdef", b"0123456789ABCDEF"
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_STANDARD, _URL_SAFE = _BASE64 + b"+/", _BASE64 + b"-_"
_LAST_HALF = (*range(19, 23), *range(24, 36))  # of a GUID: its last eight bytes, which all forms have in one order


class Copies:
    """A text of which copies are made. Copy 0 is the text itself, but for the prefix of its UPNs."""

    def __init__(self, text: str, shared: Collection[str]) -> None:
        """`shared` are the GUIDs, in lower case, that all copies have in common."""
        raw = _UPN.sub(lambda found: _PREFIX + found[0], text).encode()
        self._text: Bytes = np.frombuffer(raw, np.uint8)
        self._guids = _places(raw, _GUID, _LAST_HALF, lambda found: found.decode().lower() not in shared)
        self._tokens = _places(raw, _TOKEN, range(11, 23))
        self._old_tokens = _places(raw, _OLD_TOKEN, range(1, 49), _is_guid_inside)
        self._numbers = _places(raw, re.escape(_PREFIX).encode(), range(1, 6))

    def copy(self, number: int) -> bytes:
        """The copy of this number, below 100,000; the same number gives the same bytes."""
        text, key = self._text.copy(), _key(number)
        _change(text, self._guids, key.nibbles, _HEX_DIGITS)
        _change(text, self._tokens, key.sextets, _BASE64_DIGITS)
        text[self._numbers] = np.frombuffer(f"{number:05}".encode(), np.uint8)
        text[self._old_tokens] = _with_guids_changed(text[self._old_tokens], key)
        return text.tobytes()


class _Key(NamedTuple):
    nibbles: list[int]  # for the last 16 hex digits of a GUID
    sextets: list[int]  # for the last 12 characters of a token id


def _key(number: int) -> _Key:
    bits = number * _SPREAD % (1 << 64)
    padded = bits << 4  # 128 bits fill 22 characters but for four bits; the last 12 characters hold 72 bits of the 132
    return _Key([bits >> (60 - 4 * at) & 15 for at in range(16)], [padded >> (66 - 6 * at) & 63 for at in range(12)])


def _digits(*alphabets: bytes) -> Bytes:
    """Row: what a digit is changed by; column: the character; cell: what stands there afterwards."""
    table = np.tile(np.arange(256, dtype=np.uint8), (len(alphabets[0]), 1))
    for alphabet in alphabets:
        for change in range(len(alphabet)):
            for value, char in enumerate(alphabet):
                table[change, char] = alphabet[value ^ change]
    return table


_HEX_DIGITS, _BASE64_DIGITS = _digits(_HEX, _HEX_UPPER), _digits(_URL_SAFE)


def _change(text: Bytes, places: Places, key: list[int], digits: Bytes) -> None:
    for column, change in enumerate(key):
        at = places[:, column]
        text[at] = digits[change][text[at]]


def _with_guids_changed(tokens: Bytes, key: _Key) -> Bytes:
    """Rows of 48 base64 characters, with the text of the GUID inside changed."""
    if not len(tokens):
        return tokens
    guids: Bytes = np.frombuffer(b64decode(tokens.tobytes()), np.uint8).reshape(-1, 36).copy()
    every_row = np.arange(len(guids))[:, None] * 36 + np.array(_LAST_HALF)
    _change(guids.reshape(-1), every_row, key.nibbles, _HEX_DIGITS)
    triples = guids.reshape(-1, 12, 3).astype(np.uint32)
    bits = triples[:, :, 0] << 16 | triples[:, :, 1] << 8 | triples[:, :, 2]
    sextets = np.stack([bits >> shift & 63 for shift in (18, 12, 6, 0)], axis=-1)
    return np.frombuffer(_STANDARD, np.uint8)[sextets].reshape(-1, 48)


def _is_guid_inside(found: bytes) -> bool:
    return re.fullmatch(_GUID, b64decode(found[1:-1])) is not None


def _places(
    raw: bytes, pattern: bytes, digits: Collection[int], is_own: Callable[[bytes], bool] = lambda _: True
) -> Places:
    starts = [match.start() for match in re.finditer(pattern, raw) if is_own(match[0])]
    return np.add.outer(np.array(starts, np.int64), np.array(list(digits), np.int64))
