"""What an operation did, in words for a person: `deleted a mail message`.

What is known best is said: the action that the path ends in, else the thing that it ends in, else that it is about
details of the nearest thing with a name. Where nothing has a name, the request itself is told.
"""

from typing import NamedTuple, TypeVar

from pipelines.catalog.graph.effects import READ_METHODS, Effect
from pipelines.catalog.graph.template import Segment, Template
from pipelines.catalog.graph.vocabulary import ACTIONS, THINGS, Action, Thing

_Entry = TypeVar("_Entry", Action, Thing)

_FILE = THINGS["children"]

_MAX_SEGMENTS = 50
"""No path of Graph has half as many. A hostile one may have thousands, and a name is looked for behind every other."""

_METHODS = READ_METHODS | {"POST", "PUT", "PATCH", "DELETE"}
_TAILS = frozenset({"$ref", "$count", "$value", "delta"})
"""What may follow a thing without being another."""


class Words(NamedTuple):
    """The words for an operation."""

    done: str
    """Past tense: `deleted a mail message`."""
    to_do: str
    """Infinitive: `delete a mail message`."""
    joins: str
    """The preposition from there to the user whose data it is; empty where the words name no thing."""


def words(method: str, effect: Effect, template: Template) -> Words:
    """The words for a method (upper case) with this effect on a template. Any template is accepted."""
    if effect == "batch_envelope":
        return Words("sent a batch of requests", "send a batch of requests", "")
    is_possible = method in _METHODS and len(template.segments) <= _MAX_SEGMENTS
    found = is_possible and (
        _action(method, template.segments)
        or _on_thing(method, effect, template.segments)
        or _on_details(method, effect, template.segments)
    )
    return found or _request(method, template)


def _action(method: str, segments: tuple[Segment, ...]) -> Words | None:
    """The words for the action that the path ends in; None where it ends in none, or what it acts on has no name."""
    if segments and segments[-1].name == "$ref":
        segments = segments[:-1]
    is_member = bool(segments) and segments[-1].is_id
    if is_member and method == "DELETE":
        segments = segments[:-1]
    elif is_member:
        return None
    action = _known(ACTIONS, segments, f"{method} ")
    if not action and method in {"GET", "POST"} and not is_member:
        action = _known(ACTIONS, segments)
    if not action:
        return None
    one = _object(segments[:-1])
    if "{" in action.what and not one:
        return None
    # What has content is a file, never a folder.
    what = action.what.format(one=one, file=(one or "").replace(" or folder", ""))
    return Words(f"{action.past} {what}", f"{action.infinitive} {what}", action.joins)


def _on_thing(method: str, effect: Effect, segments: tuple[Segment, ...]) -> Words | None:
    """The words for a method on the thing that the path ends in; None where that has no name."""
    end = len(segments)
    while end and segments[end - 1].name in _TAILS:
        end -= 1
    thing = _thing(segments[:end])
    if not thing:
        return None
    tails = {segment.name for segment in segments[end:]}
    is_one = _is_one(thing, segments[:end])
    if effect == "read" and method == "POST":
        return _words("read", "read", thing.one if is_one else thing.many)
    if method in READ_METHODS:
        return _read(thing, is_one=is_one, is_count="$count" in tails)
    if method == "POST" and is_one:
        return _words("acted on", "act on", thing.one)
    past, infinitive = _verbs(method, effect, thing, is_link="$ref" in tails)
    return _words(past, infinitive, thing.one if is_one or method == "POST" else thing.many)


def _read(thing: Thing, *, is_one: bool, is_count: bool) -> Words:
    if is_one:
        return _words("read", "read", thing.one)
    return _words("counted", "count", thing.many) if is_count else _words("listed", "list", thing.many)


def _verbs(method: str, effect: Effect, thing: Thing, *, is_link: bool) -> tuple[str, str]:
    """Past tense and infinitive for what changes a thing, or what is linked to what."""
    if method == "DELETE":
        return ("removed", "remove") if is_link else ("deleted", "delete")
    if method == "POST":
        return ("added", "add") if is_link or effect == "credential" else ("created", "create")
    if is_link:
        return "set", "set"
    return ("updated", "update") if thing.many and effect != "credential" else ("changed", "change")


def _on_details(method: str, effect: Effect, segments: tuple[Segment, ...]) -> Words | None:
    """The words for a method somewhere below the nearest thing with a name; None where there is none."""
    for end in range(len(segments) - 1, 0, -1):
        near = _object(segments[:end])
        if near and effect == "read":
            return _words("read", "read", f"details of {near}")
        if near and method == "POST":
            return _words("acted on", "act on", near)
        if near and method == "DELETE":
            return _words("deleted", "delete", f"details of {near}")
        if near:
            return _words("changed", "change", f"details of {near}")
    return None


def _request(method: str, template: Template) -> Words:
    """The words for a request of which nothing has a name. An unknown method is not repeated: it may be any text."""
    kind = {"OPTIONS": "an OPTIONS request"}.get(method, f"a {method} request" if method in _METHODS else "a request")
    return Words(f"made {kind} to {template.text}", f"make {kind} to {template.text}", "")


def _words(past: str, infinitive: str, what: str) -> Words:
    return Words(f"{past} {what}", f"{infinitive} {what}", "of")


def _object(segments: tuple[Segment, ...]) -> str | None:
    """What a path that ends here stands for: `a mail message`, or `mail messages` without an id."""
    thing = _thing(segments)
    if not thing:
        return None
    return thing.one if _is_one(thing, segments) else thing.many


def _thing(segments: tuple[Segment, ...]) -> Thing | None:
    if segments and segments[-1].suffix:
        return _FILE  # root:/a/b.docx:
    if segments and segments[-1].is_id:
        segments = segments[:-1]
    return _known(THINGS, segments)


def _is_one(thing: Thing, segments: tuple[Segment, ...]) -> bool:
    return not thing.many or segments[-1].is_id or bool(segments[-1].suffix)


def _known(table: dict[str, _Entry], segments: tuple[Segment, ...], prefix: str = "") -> _Entry | None:
    """The entry for the name that the segments end in, the nearest name in front of it deciding."""
    if not segments or segments[-1].is_id:
        return None
    *before, last = [segment.name for segment in segments if segment.name]
    for name in reversed(before):
        if f"{prefix}{name}/{last}" in table:
            return table[f"{prefix}{name}/{last}"]
    return table.get(prefix + last)
