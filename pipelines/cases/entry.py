"""A line of the event log: who, when, what, and the hash of the line before it."""

from datetime import timedelta
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError, model_validator

from pipelines.cases.events import AnyEvent, AppRegistered, Name, Suppressed, Time
from pipelines.chained.lines import FIRST_PREVIOUS, ChainError, Names

LONGEST_REVIEW = timedelta(days=366)
"""How long a suppression or registration lasts at most, until somebody has to look at it again."""


class CaseError(ChainError):
    """The event log is not as it was written; the message says where and what to do."""


NAMES = Names(
    file="cases/events.ndjson",
    head="cases/head.json",
    writer="a triage command",
    next_writer="the next triage command",
    torn="what it stood for was not acknowledged",
    advice="run `whoseagent verify`, and restore the folder cases from a copy before you go on",
    error=CaseError,
)

_ENVELOPE = ("version", "seq", "event_id", "at", "actor", "previous")


class Entry(BaseModel):
    """An event in the log."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    seq: NonNegativeInt = 0
    event_id: Name
    at: Time
    actor: Name
    what: AnyEvent
    previous: str = FIRST_PREVIOUS

    @model_validator(mode="after")
    def _check_expiry(self) -> "Entry":
        if isinstance(self.what, Suppressed | AppRegistered):
            if self.what.expires_at <= self.at:
                raise ValueError("expires_at is over already")
            if self.what.expires_at > self.at + LONGEST_REVIEW:
                raise ValueError("expires_at is more than a year away")
        return self


def encode_entry(entry: Entry) -> bytes:
    """The entry as a line of the log, without the newline."""
    envelope = entry.model_dump(exclude={"what", "previous"})
    line = {**envelope, **entry.what.model_dump(), "previous": entry.previous}
    return orjson.dumps(line, option=orjson.OPT_UTC_Z)


def decode_entry(line: bytes, number: int) -> Entry:
    """The entry in a line; `number` is the line's place, from 0, for the CaseError."""
    place = f"{NAMES.file} entry {number}"
    try:
        fields = orjson.loads(line)
        return Entry.model_validate(_unfolded(fields))
    except ValidationError as error:
        if any(problem["loc"] == ("version",) for problem in error.errors()):
            raise CaseError(f"{place} is of a version that this whoseagent does not know: update whoseagent") from None
        raise CaseError(f"{place} is not as whoseagent writes it: it was changed") from None
    except (orjson.JSONDecodeError, AttributeError):
        raise CaseError(f"{place} is not as whoseagent writes it: it was changed") from None


def in_words(error: ValidationError) -> str:
    """What is wrong with an event that somebody wants to write."""
    problem = error.errors()[0]
    field = next((str(part) for part in reversed(problem["loc"]) if part != "what"), "")
    message = problem["msg"].removeprefix("Value error, ")
    named = field and not message.startswith(("expires_at", "a suppression", "a hold"))
    return f"{field} {message}" if named else message


def _unfolded(fields: Any) -> dict[str, Any]:
    what = {key: value for key, value in fields.items() if key not in _ENVELOPE}
    return {**{key: value for key, value in fields.items() if key in _ENVELOPE}, "what": what}
