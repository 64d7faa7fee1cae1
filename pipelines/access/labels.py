"""What users are called, and where that stands in a text, however it is written there."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote
from uuid import UUID

_WORD = re.compile(r"[^\W_]+")


class User(NamedTuple):
    """A user object of a tenant."""

    tenant_id: str
    user_id: str


class Found(NamedTuple):
    """A label in a text: from where to where."""

    start: int
    end: int


def folded(text: str) -> str:
    """The text in the one form in which labels are compared."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFC", text).casefold()).strip()


def is_guid(text: str) -> bool:
    """Whether the text is a GUID as the tables write it, or in capitals."""
    try:
        return str(UUID(text)) == text.casefold()
    except ValueError:
        return False


class Labels:
    """Labels and whose they are: ids, UPNs, addresses, names. One label may be several users'.

    In a text, a label is found by its words alone, so that `alex.kim@contoso.com` is found in the name of a folder,
    `alex_kim_contoso_com`, too.
    """

    def __init__(self, beyond: "Labels | None" = None) -> None:
        """`beyond` are further labels, which are known as well."""
        self._beyond = beyond
        self._users: dict[str, set[User]] = {}
        self._words: dict[str, set[User]] = {}
        self._longest: dict[str, int] = {}
        self._wordless: set[str] = set()

    def add(self, label: str, user: User | None) -> None:
        """Adds a label; `user` is None where nobody knows whose it is."""
        for written in {label, unquote(label), label.replace("-", "") if is_guid(label) else label}:
            self._add(written, {user} if user else set())

    def _add(self, label: str, owners: set[User]) -> None:
        self._users.setdefault(folded(label), set()).update(owners)
        words = [folded(word) for word in _WORD.findall(unicodedata.normalize("NFC", label))]
        if words:
            self._words.setdefault(" ".join(words), set()).update(owners)
            self._longest[words[0]] = max(self._longest.get(words[0], 0), len(words))
        elif not label.isascii():  # a dash or full stops tell nobody apart
            self._wordless.add(label.strip())

    def users(self, label: str) -> set[User]:
        """The users who are called so, exactly or else by its words."""
        beyond = self._beyond.users(label) if self._beyond else set()
        exact = self._users.get(folded(label))
        if exact is not None or beyond:
            return beyond | (exact or set())
        return self._words.get(" ".join(map(folded, _WORD.findall(label))), set())

    def find(self, text: str) -> Iterator[Found]:
        """The labels in a text in form NFC, the longest at each place, from left to right."""
        words = [(folded(match[0]), match.start(), match.end()) for match in _WORD.finditer(text)]
        keys = [key for key, _, _ in words]
        position = 0
        while position < len(words):
            length = self._length_at(keys, position)
            if length:
                yield Found(words[position][1], words[position + length - 1][2])
            position += length or 1

    def wordless(self) -> Iterator[str]:
        """Labels without letter or digit, such as an emoji, longest first."""
        here = self._wordless | (set(self._beyond.wordless()) if self._beyond else set())
        yield from sorted(here, key=len, reverse=True)

    def _length_at(self, keys: list[str], position: int) -> int:
        """How many words from here on are a label; 0 for none."""
        longest = min(self._longest.get(keys[position], 0), len(keys) - position)
        own = next((size for size in range(longest, 0, -1) if self._has(keys[position : position + size])), 0)
        return max(own, self._beyond._length_at(keys, position)) if self._beyond else own

    def _has(self, keys: list[str]) -> bool:
        return " ".join(keys) in self._words
