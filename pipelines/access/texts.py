"""Hides people in text: those whom the tables know, and what looks like one."""

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Set
from typing import NamedTuple
from urllib.parse import unquote

from pipelines.access.labels import Labels

Pseudonym = Callable[[str, str | None, str], str]
"""The pseudonym of a label in a tenant; of what is no user's, with this kind before it."""

HIDDEN = "[hidden]"
_APART = r"\s\"'<>()\[\]{}/\\,;:=&?|"
_ADDRESS = re.compile(rf"[^{_APART}@]+@[^{_APART}@]+")
_GUID = re.compile(r"(?<![0-9a-z])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9a-z])", re.IGNORECASE)
_IP = re.compile(  # not the version of a browser, which stands behind its name and a slash
    r"(?<![\w.:])(?<!\w/)(?:\d{1,3}(?:\.\d{1,3}){3}(?!\.?\w)|[0-9a-f]*:[0-9a-f:]+(?:\.\d+)*(?![\w:]))",
    re.IGNORECASE,
)
_MOST_DECODINGS = 5


class _Place(NamedTuple):
    """Where somebody stands in a text."""

    start: int
    end: int
    kind: str


class TextHider:
    """Puts pseudonyms in the place of people in texts."""

    def __init__(self, labels: Labels, no_persons: Set[str], pseudonym: Pseudonym) -> None:
        self._labels = labels
        self._no_persons = no_persons
        self._pseudonym = pseudonym

    def hide(self, text: str, tenant_id: str | None) -> str:
        """The text with pseudonyms; with its percent encoding undone where somebody stands in that."""
        decoded = text = unicodedata.normalize("NFC", text)
        for _ in range(_MOST_DECODINGS):
            before, decoded = decoded, unicodedata.normalize("NFC", unquote(decoded))
            if decoded == before:
                break
        else:
            return HIDDEN
        hidden = self._hide(decoded, tenant_id)
        return self._hide(text, tenant_id) if hidden == decoded else hidden

    def _hide(self, text: str, tenant_id: str | None) -> str:
        parts, end = [], 0
        for place in _apart(sorted(self._places(text))):
            parts += [text[end : place.start], self._instead(text[place.start : place.end], place.kind, tenant_id)]
            end = place.end
        text = "".join([*parts, text[end:]])
        for label in self._labels.wordless():
            text = text.replace(label, self._pseudonym(label, tenant_id, "name"))
        return text

    def _places(self, text: str) -> Iterator[_Place]:
        for found in self._labels.find(text):
            yield _Place(found.start, found.end, "name")
        for pattern, kind in ((_ADDRESS, "name"), (_GUID, "id"), (_IP, "address")):
            for match in pattern.finditer(text):
                if kind != "address" or ip_of(match[0]):
                    yield _Place(match.start(), match.end(), kind)

    def _instead(self, text: str, kind: str, tenant_id: str | None) -> str:
        if kind == "id" and text.casefold() in self._no_persons:
            return text
        return self._pseudonym(ip_of(text) or text if kind == "address" else text, tenant_id, kind)


def ip_of(text: str) -> str | None:
    """The IP address that the text is, in the one way of writing it; None where it is none."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


def _apart(places: Iterable[_Place]) -> Iterator[_Place]:
    """The places in order, those that overlap as one: as long as all, of the kind of the longest."""
    one: _Place | None = None
    longest = 0
    for place in places:
        size = place.end - place.start
        if one is None or place.start >= one.end:
            if one:
                yield one
            one, longest = place, size
        else:
            kind = place.kind if size >= longest else one.kind  # of equal ones, a label comes last
            one, longest = _Place(one.start, max(one.end, place.end), kind), max(longest, size)
    if one:
        yield one
