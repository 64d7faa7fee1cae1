"""Text from logs, made harmless for whoever shows it: names and user agents are chosen by whoever made the request."""

import re

CUT = "…"
_JOINERS = "\u200c\u200d"  # part of how some scripts are written
_SCHEME = re.compile(r"\b(h)tt(ps?:)(?=//)", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>()\[\]{}\",;:]+(?:@|%40|\uff20|\ufe6b)[^\s<>()\[\]{}\"',;:]*", re.IGNORECASE)
_LAST_WORD = re.compile(rf"\S*{CUT}$")


def harmless(text: str, longest: int) -> str:
    """The text on one line, at most so long, without what could steer a terminal, turn text around or hide in it."""
    beginning = _plain(text[: 4 * longest])  # enough of a text of ordinary characters, however long it goes on
    return cut(beginning if len(beginning) > longest else _plain(text), longest)


def cut(text: str, longest: int) -> str:
    """The text, or its beginning with an ellipsis where it is longer."""
    return text if len(text) <= longest else text[: longest - len(CUT)] + CUT


def not_a_link(text: str) -> str:
    """The text with its addresses of web pages made such that no program offers to open them."""
    return _SCHEME.sub(lambda found: f"{found[1]}xx{found[2]}", text)


def without_people(text: str, ids: dict[str, str]) -> str:
    """The text with each of the given names as the id that belongs to it, and every other address taken out."""
    for name in sorted(ids, key=len, reverse=True):
        id_ = ids[name].replace("\\", r"\\")
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", id_, text, flags=re.IGNORECASE)
    # The last word of a cut text may be the beginning of an address.
    return _ADDRESS.sub("[user]", _LAST_WORD.sub(CUT, text))


def _plain(text: str) -> str:
    return " ".join("".join(map(_kept, text)).split())


def _kept(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    return " " if character.isspace() else ""
