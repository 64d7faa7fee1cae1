"""A line of the access log: who, in which role, when, what, and the hash of the line before it."""

from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError

from pipelines.access.events import AnyEvent
from pipelines.access.roles import Role
from pipelines.cases.events import Name, Time
from pipelines.chained.lines import FIRST_PREVIOUS, ChainError, Names


class AccessLogError(ChainError):
    """The access log cannot be written, or is not as it was written; the message says where and what to do."""


NAMES = Names(
    file="access/events.ndjson",
    head="access/head.json",
    writer="the dashboard",
    next_writer="the next look at the dashboard",
    torn="what it stood for was not shown",
    advice="run `whoseagent verify`, and restore access/events.ndjson and access/head.json from a copy",
    error=AccessLogError,
)


class Entry(BaseModel):
    """An event in the log."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    seq: NonNegativeInt = 0
    event_id: Name
    at: Time
    actor: Name
    actor_id: Name | None
    """Object id of who is signed in; None for who is not."""
    role: Role | None
    """None for who was not let in."""
    what: AnyEvent
    previous: str = FIRST_PREVIOUS


_ENVELOPE = frozenset(Entry.model_fields) - {"what"}


def flat(entry: Entry) -> dict[str, Any]:
    """The entry with its event's own fields beside who and when."""
    return {**entry.model_dump(exclude={"what", "previous"}), **entry.what.model_dump(), "previous": entry.previous}


def encode_entry(entry: Entry) -> bytes:
    """The entry as a line of the log, without the newline."""
    return orjson.dumps(flat(entry), option=orjson.OPT_UTC_Z)


def decode_entry(line: bytes, number: int) -> Entry:
    """The entry in a line; `number` is the line's place, from 0, for the AccessLogError."""
    place = f"{NAMES.file} entry {number}"
    try:
        fields = orjson.loads(line)
        what = {key: value for key, value in fields.items() if key not in _ENVELOPE}
        envelope = {key: value for key, value in fields.items() if key in _ENVELOPE}
        return Entry.model_validate({**envelope, "what": what})
    except ValidationError as error:
        if any(problem["loc"] == ("version",) for problem in error.errors()):
            raise AccessLogError(f"{place} is of a version that this whoseagent does not know: update it") from None
        raise AccessLogError(f"{place} is not as whoseagent writes it: it was changed") from None
    except (orjson.JSONDecodeError, AttributeError):
        raise AccessLogError(f"{place} is not as whoseagent writes it: it was changed") from None
