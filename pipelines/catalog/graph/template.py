"""A rough template → its segments, and the precise template that the tables show.

The rough template has replaced what looks like an id. What remains: ids that look like words (a folder called
`inbox`, a worksheet called `Sheet1`), keys (`users('x')`), functions with arguments, and case.
"""

import re
from typing import NamedTuple

from pipelines.catalog.graph.uri import ID, PATH, PERSONAL_SITE

WORDS_AFTER: dict[str, frozenset[str]] = {
    collection: frozenset(words.split())
    for collection, words in {
        "buckets": "delta",
        "calendars": "delta",
        "channels": "getallmessages getallretainedmessages",
        "charts": "add count item itemat",
        "chats": "getallmessages getallretainedmessages",
        "childfolders": "delta",
        "columns": "add count itemat",
        "contactfolders": "delta",
        "contacts": "delta getavailableextensionproperties getbyids onpremisessyncbehavior validateproperties",
        "domains": "",
        "drives": "",
        "extensions": "",
        "items": "delete delta reorder restore",
        "lists": "delta",
        "mailfolders": "delta",
        "messages": "archive delta favorite forwardtochat markread markunread replywithquote unarchive unfavorite",
        "names": "add addformulalocal",
        "photos": "",
        "plans": "delta",
        "special": "",
        "tables": "add count itemat",
        "tasks": "alltasks delta lists",
        "users": "delta getavailableextensionproperties getbyids getmanagedappblockedusers schools validatepassword "
        "validateproperties",
        "worksheets": "add",
    }.items()
}
"""Collections whose members may be named by a word, and the words behind them that are no such name.

Well-known folders, names that people give (lists, worksheets, domains), and opaque ids that by chance hold no digit.
The words are those that the Graph SDK and the permission map have in that place.
"""

_SEGMENT = re.compile(r"(?P<name>[a-z0-9$_]*)(?P<call>\((?P<arguments>[^)]*)\)?)?(?P<path>:\{path\}:?)?")


class Segment(NamedTuple):
    """One part of a path: a name (`messages`, `sendmail`, `$ref`) or an id."""

    name: str
    """Lower case; empty for an id."""
    place: int
    """Its number for SQL's split_part(path, '/', n): the first segment is 2. A key shares the place of its name."""
    suffix: str = ""
    """What follows it in the template: the path inside a drive, `:/{id}:`."""
    personal: bool = False
    """An id on a `-my.sharepoint.com` host."""

    @property
    def is_id(self) -> bool:
        """Whether it stands for an id."""
        return not self.name


class Template(NamedTuple):
    """A parsed template."""

    text: str
    """The path in lower case, ids as `{id}`, functions without arguments: `/users/{id}/mailfolders/delta`."""
    segments: tuple[Segment, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names alone, in order."""
        return tuple(segment.name for segment in self.segments if segment.name)


def parse_template(rough_template: str) -> Template:
    """The segments of a rough template in any case. Any text is accepted: what is neither word nor call is an id."""
    segments: list[Segment] = []
    parts = rough_template.lower().split("/")[1:]
    for place, part in enumerate(parts, start=2):
        if part == "me" and [segment.name for segment in segments] == ["users"]:
            segments = [Segment("me", place)]  # /users/me is a long way to say /me
        elif part:
            segments += _segments(part, place, segments, is_last=place == len(parts) + 1)
    text = "".join(f"/{segment.name or ID}{segment.suffix}" for segment in segments)
    return Template(text or "/", tuple(segments))


def _segments(part: str, place: int, so_far: list[Segment], *, is_last: bool) -> list[Segment]:
    before = so_far[-1].name if so_far else ""
    suffix = ""
    if PATH in part and before != "sites":  # a site addressed by its path is a site
        suffix = ":/{id}" if is_last else ":/{id}:"
    match = _SEGMENT.fullmatch(part)
    if part.startswith(PERSONAL_SITE):
        return [Segment("", place, personal=True)]
    if not match or not match["name"] or _is_member(match["name"], before):
        return [Segment("", place, suffix)]
    name = Segment(match["name"], place, suffix)
    return [name, Segment("", place, personal=PERSONAL_SITE in part)] if _has_key(match, is_root=not so_far) else [name]


def _is_member(word: str, before: str) -> bool:
    return before in WORDS_AFTER and not word.startswith("$") and word not in WORDS_AFTER[before]


def _has_key(match: re.Match[str], *, is_root: bool) -> bool:
    """Whether the parentheses hold a key, `users('x')` or `users(userPrincipalName='x')`, and not arguments.

    Alternate keys with a name exist on root collections only, where there are no functions.
    """
    arguments = match["arguments"]
    return bool(arguments) and ("=" not in arguments or is_root)
