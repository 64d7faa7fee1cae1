"""What a retention policy removed: a line of the manifest like any other, which outlasts the landed files."""

from typing import Literal

import orjson
from pydantic import BaseModel, ConfigDict, NonNegativeInt

from pipelines.chained.lines import FIRST_PREVIOUS

_BEGINNING = b'{"actor":'
"""The keys of a line are sorted; an entry of a landed file begins otherwise."""


class RemovedFile(BaseModel):
    """A landed file that was removed, as its own entry has it, and the event days of its records."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    sha256: str
    rows: NonNegativeInt
    bytes: NonNegativeInt
    log: str
    days: dict[str, int]
    """Rows by event day; `undated` for those without a usable time."""


class HoldConsidered(BaseModel):
    """A legal hold that was in force when files were removed: nothing in its reach was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    first_day: str
    last_day: str
    tenant_id: str | None = None


class RememberedObject(BaseModel):
    """What removed sign-ins said of an object for good: that it is an agent's account, or the app of a principal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant_id: str
    object_type: str
    object_id: str
    app_id: str | None = None
    app_name: str | None = None
    day: str
    """The last day on which they said so."""


class Removal(BaseModel):
    """A line of the manifest that says what was removed, why, by whom, and which days are kept since. Times are UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[2] = 2  # of the line: an older whoseagent says that it does not know it
    seq: NonNegativeInt = 0
    kept_from: str
    """First event day that stays in the tables."""
    evidence_from: str
    """First event day whose landed files stay, because days that are kept look back to it."""
    removed: tuple[RemovedFile, ...]
    holds: tuple[HoldConsidered, ...]
    remembered: tuple[RememberedObject, ...]
    reason: str
    actor: str
    removed_at: str
    previous: str = FIRST_PREVIOUS


def is_removal(line: bytes) -> bool:
    """Whether a line of the manifest is of this kind."""
    return line.startswith(_BEGINNING)


def encode_removal(removal: Removal) -> bytes:
    """The removal as a line of the manifest, without the newline."""
    return orjson.dumps(removal.model_dump(), option=orjson.OPT_SORT_KEYS)
