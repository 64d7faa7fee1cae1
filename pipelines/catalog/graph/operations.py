"""The classification of Graph operations: a method and a rough template → what it does to whose data."""

from functools import lru_cache
from typing import NamedTuple

import polars as pl

from pipelines.catalog.graph.data_classes import USER_CLASSES, DataClass, data_class
from pipelines.catalog.graph.effects import Effect, effect, sensitivity
from pipelines.catalog.graph.template import Segment, Template, parse_template
from pipelines.catalog.graph.words import words


class Operation(NamedTuple):
    """What is known of every request with the same method and rough template."""

    path_template: str
    """The path in lower case with ids as `{id}`."""
    operation: str
    """The effect and the names on the way: `send users/sendmail`."""
    data_class: DataClass
    sensitivity: int
    """0 (no user data) to 4 (critical)."""
    effect: Effect
    is_write: bool
    """Not a read and not the envelope of a batch, whose inner requests are logged on their own (T26)."""
    is_user_scoped: bool
    """Whether the data class is one of the three user classes."""
    is_own: bool
    """A `/me` path or its alias: the data of the user on the token. It cannot be app-only (T27)."""
    user_segment: int | None
    """Number of the path segment, for split_part(path, '/', n), with the id or UPN of the user; so below."""
    drive_segment: int | None
    chat_segment: int | None
    group_segment: int | None
    site_segment: int | None
    share_segment: int | None
    done: str
    """What it did, for a person: `deleted a mail message`."""
    to_do: str
    """The same as an infinitive without `to`: `delete a mail message`."""
    joins: str
    """The preposition from there to the user whose data it is; empty where it is no user's, or the words say nothing
    of the data."""


USER_PARENTS = (("users",), ("copilot", "users"), ("education", "users"), ("communications", "presences"))
"""What stands before the id of the user that a path is about."""

GROUP_PARENTS = frozenset({"groups", "teams"})
"""Root collections of groups; a team has the id of its group."""

COLUMNS: dict[str, type[pl.DataType]] = {
    "path_template": pl.String,
    "operation": pl.String,
    "data_class": pl.String,
    "sensitivity": pl.Int8,
    "effect": pl.String,
    "is_write": pl.Boolean,
    "is_user_scoped": pl.Boolean,
    "is_own": pl.Boolean,
    "user_segment": pl.Int32,
    "drive_segment": pl.Int32,
    "chat_segment": pl.Int32,
    "group_segment": pl.Int32,
    "site_segment": pl.Int32,
    "share_segment": pl.Int32,
    "done": pl.String,
    "to_do": pl.String,
    "joins": pl.String,
}


@lru_cache(maxsize=16384)
def classify(method: str, rough_template: str) -> Operation:
    """What a method does on a rough template, both in any case. Never raises: what nobody knows is still classified."""
    template = parse_template(rough_template)
    class_of_data, tier = data_class(template)
    what = effect(method.upper(), template)
    targets = _targets(template.segments)
    phrase = words(method.upper(), what, template)
    is_of_user = class_of_data in {*USER_CLASSES, "drive_unresolved"}
    return Operation(
        path_template=template.text,
        operation=f"{what} {'/'.join(template.names)}".strip(),
        data_class=class_of_data,
        sensitivity=sensitivity(class_of_data, tier, what, template),
        effect=what,
        is_write=what not in {"read", "batch_envelope"},
        is_user_scoped=class_of_data in USER_CLASSES,
        is_own=_is_own(template),
        user_segment=targets.get("user"),
        drive_segment=targets.get("drive"),
        chat_segment=targets.get("chat"),
        group_segment=targets.get("group"),
        site_segment=targets.get("site"),
        share_segment=targets.get("share"),
        done=phrase.done,
        to_do=phrase.to_do,
        joins=phrase.joins if is_of_user else "",
    )


def classify_all(pairs: pl.DataFrame) -> pl.DataFrame:
    """The distinct pairs of the columns `method` and `rough_template`, with a column for each field of Operation."""
    distinct = pairs.select("method", "rough_template").unique(maintain_order=True)
    operations = [classify(method or "", rough or "") for method, rough in distinct.iter_rows()]
    return pl.concat([distinct, pl.DataFrame(operations, schema=COLUMNS, orient="row")], how="horizontal")


def outcome(status_code: int | None, path_template: str) -> str:
    """`success`, `denied`, `throttled` or `failed`.

    T25: 302 on a content path is a download: the bytes come from a pre-authenticated URL that no Graph log sees.
    """
    if status_code is None:
        return "failed"
    is_download = status_code == 302 and path_template.endswith(("/content", "/contentstream"))
    if 200 <= status_code < 300 or is_download:
        return "success"
    return {401: "denied", 403: "denied", 429: "throttled"}.get(status_code, "failed")


def _is_own(template: Template) -> bool:
    return template.names[:1] in {("me",), ("drive",)} or template.names[:2] == ("education", "me")


def _targets(segments: tuple[Segment, ...]) -> dict[str, int]:
    """The place of the first id of each kind."""
    found: dict[str, int] = {}
    for index, segment in enumerate(segments):
        kind = _kind(tuple(before.name for before in segments[:index])) if segment.is_id else None
        if kind:
            found.setdefault(kind, segment.place)
    return found


def _kind(before: tuple[str, ...]) -> str | None:
    """What an id is the id of, from the segments before it (an id among them is empty)."""
    if before in USER_PARENTS:
        return "user"
    if len(before) == 1 and before[0] in GROUP_PARENTS:
        return "group"
    return {
        "drives": "drive",
        "chats": "chat",
        "sites": "site",
        "followedsites": "site",
        "joinedteams": "group",
        "shares": "share",
    }.get(before[-1] if before else "")
