"""`records/index.ndjson`: for each record that a pack shows, where it is, in landing and in the pack."""

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt

from pipelines.outputs.pack.exceptions import Reason
from pipelines.outputs.pack.manifest import Sha256


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Line(_Part):
    """A landed line. Copies of a record that landed together are several lines."""

    line: PositiveInt
    """Its number in the landed file, decompressed, from 1."""
    bytes: NonNegativeInt
    """Without its newline."""
    sha256: Sha256
    """Without its newline."""
    packed_line: PositiveInt
    """Its number in the file of the pack, from 1."""


class Indexed(_Part):
    """A record, and why it is here."""

    record_id: str
    landed_file: str
    landed_sha256: Sha256 | None
    """Of the landed file as it is; null where the chain names no such file."""
    entry: NonNegativeInt | None
    """The landed file's entry in the chain, from 0."""
    packed_file: str | None
    """The file of the pack that has its lines; null where it was not found."""
    lines: tuple[Line, ...]
    missing: str | None = None
    """Why it could not be found; null where it is here."""
    reasons: tuple[Reason, ...] = Field(min_length=1)
