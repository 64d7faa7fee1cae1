"""What people do with the answers, a model for each kind. What they say is data, whatever text is in it."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pipelines.cases.events import Name, Text


class _Kind(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Looked(_Kind):
    """Somebody looked at a page."""

    kind: Literal["looked"] = "looked"
    page: Name
    filters: Mapping[Name, Text] = Field(default_factory=dict)
    """What was chosen there: parameter and value."""


class Searched(_Kind):
    """Somebody searched."""

    kind: Literal["searched"] = "searched"
    text: Text


class AskedSql(_Kind):
    """Somebody asked in SQL."""

    kind: Literal["asked_sql"] = "asked_sql"
    query: Text


class SawOriginal(_Kind):
    """Somebody looked at an original record."""

    kind: Literal["saw_original"] = "saw_original"
    record_id: Text
    landed_file: Text


class Exported(_Kind):
    """Somebody took something away as a file."""

    kind: Literal["exported"] = "exported"
    what: Text


class Revealed(_Kind):
    """Somebody was told who is behind a pseudonym."""

    kind: Literal["revealed"] = "revealed"
    pseudonym: Name
    user: Text
    reason: Text


class SignedOff(_Kind):
    """Somebody said that a control was looked at for a period, first and last day included."""

    kind: Literal["signed_off"] = "signed_off"
    control: Name
    first_day: date
    last_day: date
    tenant_id: Name | None = None
    """None for all tenants."""
    statement: Text
    answer_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    """Of the queries and rows that were looked at: another one later means that they have changed."""


class Refused(_Kind):
    """Somebody wanted something that they may not do."""

    kind: Literal["refused"] = "refused"
    what: Text
    reason: Text


What = Looked | Searched | AskedSql | SawOriginal | Exported | Revealed | SignedOff | Refused
AnyEvent = Annotated[What, Field(discriminator="kind")]
KINDS: tuple[str, ...] = tuple(kind.model_fields["kind"].default for kind in What.__args__)
