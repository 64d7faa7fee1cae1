"""What follows from the events: the case of each finding, the suppressions, the registry of apps, and the holds."""

from dataclasses import dataclass, field
from datetime import datetime

from pipelines.cases.entry import Entry
from pipelines.cases.events import (
    AppRegistered,
    AppUnregistered,
    Assigned,
    Closed,
    Commented,
    Finding,
    HoldPlaced,
    HoldReleased,
    Opened,
    Reopened,
    Status,
    StatusSet,
    Suppressed,
    Unsuppressed,
)

_SCOPE = ("finding_id", "rule_id", "tenant_id", "app_id", "user_id", "target_user_id")


@dataclass
class Case:
    """What is known of a finding."""

    finding: Finding | None = None
    """As it was when it was opened or reopened; None where whoseagent has not seen it yet."""
    is_open: bool = False
    """Whether it was found when whoseagent looked last, whatever people made of it."""
    opened_at: datetime | None = None
    """When it was opened or reopened last."""
    status: Status = "new"
    assignee: str | None = None


@dataclass
class Suppression:
    """A reviewed record that findings of a scope are expected."""

    suppression_id: str
    made_at: datetime
    made_by: str
    what: Suppressed
    ended_at: datetime
    """Its expiry, or when it was lifted before that."""

    @property
    def has_been_lifted(self) -> bool:
        """Whether somebody ended it before its expiry."""
        return self.ended_at < self.what.expires_at

    def is_active(self, now: datetime) -> bool:
        """Whether it holds at that time."""
        return now < self.ended_at

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is in its scope."""
        wanted = ((name, getattr(self.what, name)) for name in _SCOPE)
        return all(value is None or value == getattr(finding, name) for name, value in wanted)


@dataclass(frozen=True)
class Registration:
    """What the registry says of an app."""

    made_at: datetime
    made_by: str
    what: AppRegistered


@dataclass(frozen=True)
class Hold:
    """A legal hold that is in force."""

    made_at: datetime
    made_by: str
    what: HoldPlaced


@dataclass
class Cases:
    """All of it, as far as the events were taken."""

    findings: dict[str, Case] = field(default_factory=dict)
    suppressions: dict[str, Suppression] = field(default_factory=dict)
    apps: dict[str, Registration] = field(default_factory=dict)
    """By app id; those that have expired too."""
    holds: dict[str, Hold] = field(default_factory=dict)
    """By name; those that are in force."""

    def take(self, entry: Entry) -> None:
        """Goes on by one event."""
        match entry.what:
            case Suppressed() as what:
                suppression = Suppression(entry.event_id, entry.at, entry.actor, what, what.expires_at)
                self.suppressions[entry.event_id] = suppression
            case Unsuppressed(suppression_id=suppression_id):
                found = self.suppressions.get(suppression_id)
                if found:
                    found.ended_at = min(found.ended_at, entry.at)
            case AppRegistered() as what:
                self.apps[what.app_id] = Registration(entry.at, entry.actor, what)
            case AppUnregistered(app_id=app_id):
                self.apps.pop(app_id, None)
            case HoldPlaced() as what:
                self.holds[what.name] = Hold(entry.at, entry.actor, what)
            case HoldReleased(name=name):
                self.holds.pop(name, None)
            case Opened() | Reopened() | Closed() | StatusSet() | Assigned() | Commented() as what:
                self._take_finding(self.findings.setdefault(what.finding_id, Case()), entry)

    def _take_finding(self, case: Case, entry: Entry) -> None:
        match entry.what:
            case Opened() | Reopened() as what:
                case.finding, case.is_open, case.opened_at = what, True, entry.at
            case Closed():
                case.is_open = False
            case StatusSet(status=status):
                case.status = status
            case Assigned(assignee=assignee):
                case.assignee = assignee

    def suppressing(self, finding: Finding, now: datetime) -> Suppression | None:
        """The suppression that holds for the finding, of several the one that lasts longest; None where none does."""
        found = [each for each in self.suppressions.values() if each.is_active(now) and each.covers(finding)]
        return max(found, key=lambda each: each.ended_at, default=None)

    def registered(self, now: datetime) -> dict[str, Registration]:
        """The registrations that hold at that time, by app id."""
        return {app_id: each for app_id, each in self.apps.items() if now < each.what.expires_at}
