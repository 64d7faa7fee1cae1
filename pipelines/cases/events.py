"""The events of triage, a model for each kind. What they say is data, whatever text is in it."""

from datetime import UTC, date
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StrictBool, model_validator

from pipelines.warehouse.rules import Severity

LONGEST_TEXT = 10_000
LONGEST_NAME = 200

Status = Literal["new", "acknowledged", "in_progress", "resolved", "false_positive"]
STATUSES: tuple[Status, ...] = ("new", "acknowledged", "in_progress", "resolved", "false_positive")
DONE: frozenset[Status] = frozenset({"resolved", "false_positive"})
"""The statuses of findings with which nobody has anything to do any more."""


def _readable(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("is no text in UTF-8") from None
    return text


def _no_longer(text: str, longest: int) -> str:
    if len(text) > longest:
        raise ValueError(f"has {len(text):,} characters; at most {longest:,} are kept")
    return text


Text = Annotated[str, AfterValidator(_readable), AfterValidator(lambda text: _no_longer(text, LONGEST_TEXT))]
Name = Annotated[str, AfterValidator(_readable), AfterValidator(lambda text: _no_longer(text, LONGEST_NAME))]
Time = Annotated[AwareDatetime, AfterValidator(lambda time: time.astimezone(UTC))]


class _Kind(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Finding(_Kind):
    """What a finding was, so that it can be shown when it is gone."""

    finding_id: Name
    rule_id: str
    title: str
    severity: Severity
    tenant_id: str
    day: date
    app_id: str | None = None
    agent_name: str | None = None
    user_id: str | None = None
    user_upn: str | None = None
    target_user_id: str | None = None
    target_user_upn: str | None = None
    summary: str


class Opened(Finding):
    """A finding was there for the first time."""

    kind: Literal["opened"] = "opened"


class Reopened(Finding):
    """It was there again after it had been closed, or its suppression has expired."""

    kind: Literal["reopened"] = "reopened"
    reason: Text


class Closed(_Kind):
    """It was found no longer."""

    kind: Literal["closed"] = "closed"
    finding_id: Name
    reason: Text


class StatusSet(_Kind):
    """Somebody said how far the work on it is."""

    kind: Literal["status"] = "status"
    finding_id: Name
    status: Status


class Assigned(_Kind):
    """Somebody has it from now on; None: nobody."""

    kind: Literal["assigned"] = "assigned"
    finding_id: Name
    assignee: Name | None


class Commented(_Kind):
    """Somebody said something about it."""

    kind: Literal["commented"] = "commented"
    finding_id: Name
    comment: Text


class Suppressed(_Kind):
    """Findings of a scope are expected until the expiry. The suppression is called by the id of this event."""

    kind: Literal["suppressed"] = "suppressed"
    finding_id: Name | None = None
    rule_id: Name | None = None
    tenant_id: Name | None = None
    app_id: Name | None = None
    user_id: Name | None = None
    target_user_id: Name | None = None
    owner: Name
    reason: Text
    ticket: Name | None = None
    expires_at: Time

    @model_validator(mode="after")
    def _check_scope(self) -> "Suppressed":
        wide = (self.rule_id, self.tenant_id, self.app_id, self.user_id, self.target_user_id)
        if self.finding_id is None and not any(wide):
            raise ValueError("a suppression names a finding, rule, tenant, app, user or target user")
        if self.finding_id is not None and any(wide):
            raise ValueError("a suppression of one finding has no further scope")
        return self


class Unsuppressed(_Kind):
    """A suppression was ended before its expiry."""

    kind: Literal["unsuppressed"] = "unsuppressed"
    suppression_id: Name
    reason: Text


class AppRegistered(_Kind):
    """The registry says of an app what it is, until the expiry; again for the same app, it says so instead."""

    kind: Literal["app_registered"] = "app_registered"
    app_id: Name
    name: Name | None = None
    owner: Name
    is_agent: StrictBool
    is_sanctioned: StrictBool | None
    reason: Text
    ticket: Name | None = None
    expires_at: Time


class AppUnregistered(_Kind):
    """The registry says nothing of an app any more."""

    kind: Literal["app_unregistered"] = "app_unregistered"
    app_id: Name
    reason: Text


class HoldPlaced(_Kind):
    """Nothing of these event days may be removed until the hold is released. It is called by its name."""

    kind: Literal["hold_placed"] = "hold_placed"
    name: Name
    first_day: date
    last_day: date
    tenant_id: Name | None = None
    app_id: Name | None = None
    user_id: Name | None = None
    owner: Name
    reason: Text
    ticket: Name | None = None

    @model_validator(mode="after")
    def _check_days(self) -> "HoldPlaced":
        if self.first_day > self.last_day:
            raise ValueError("a hold ends on its first day or later")
        return self


class HoldReleased(_Kind):
    """A hold is over."""

    kind: Literal["hold_released"] = "hold_released"
    name: Name
    reason: Text


What = (
    Opened
    | Reopened
    | Closed
    | StatusSet
    | Assigned
    | Commented
    | Suppressed
    | Unsuppressed
    | AppRegistered
    | AppUnregistered
    | HoldPlaced
    | HoldReleased
)
AnyEvent = Annotated[What, Field(discriminator="kind")]
