"""An alert: a finding that was opened or reopened, as it is told to a receiver."""

from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, Literal

from pipelines.alerts.text import harmless, without_people
from pipelines.warehouse.rules import SEVERITIES, Severity

Reason = Literal["new", "reopened", "test"]

_LONGEST = {"title": 200, "summary": 1000, "what_to_do": 1000}
_LONGEST_NAME = 200
_LONGEST_LIST = 30


@dataclass(frozen=True)
class Alert:
    """Its texts are harmless from the beginning: no control characters, no marks of direction, not too long."""

    event_id: str
    """Of the opening or reopening; the same in every attempt, so that a receiver can tell that it has it already."""
    reason: Reason
    finding_id: str
    rule_id: str
    title: str
    severity: Severity
    tenant_id: str
    day: str
    summary: str
    app_id: str | None = None
    agent_name: str | None = None
    user_id: str | None = None
    user_upn: str | None = None
    target_user_id: str | None = None
    target_user_upn: str | None = None
    request_count: int | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    techniques: tuple[str, ...] = ()
    what_to_do: str | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, str):
                longest = _LONGEST.get(field.name, _LONGEST_NAME)
                object.__setattr__(self, field.name, harmless(value, longest))
        listed = tuple(harmless(technique, _LONGEST_NAME) for technique in self.techniques[:_LONGEST_LIST])
        object.__setattr__(self, "techniques", listed)

    @property
    def heading(self) -> str:
        """Its title, marked where it is no new finding."""
        return {"new": "", "reopened": "Reopened: ", "test": "TEST, no finding: "}[self.reason] + self.title

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Who, what and when, as label and text; only what is known."""
        agent = " ".join(filter(None, (self.agent_name, f"({self.app_id})" if self.app_id else None)))
        known = [
            ("Severity", self.severity),
            ("Rule", self.rule_id),
            ("Agent", agent),
            ("Under the authority of", self.user_upn or self.user_id),
            ("Affected user", self.target_user_upn or self.target_user_id),
            ("Events", f"{self.request_count:,}" if self.request_count else None),
            ("First seen", time_of(self.first_seen)),
            ("Last seen", time_of(self.last_seen)),
            ("ATT&CK", ", ".join(self.techniques)),
            ("Day", self.day),
            ("Tenant", self.tenant_id),
            ("Finding", self.finding_id),
        ]
        return [(label, text) for label, text in known if text]


def gravity(alert: Alert) -> int:
    """The place of its severity, the gravest first."""
    return SEVERITIES.index(alert.severity)


def redacted(alert: Alert) -> Alert:
    """The alert without a UPN in any text: ids stand in their place."""
    people = ((alert.user_upn, alert.user_id), (alert.target_user_upn, alert.target_user_id))
    ids = {upn: id_ or "[user]" for upn, id_ in people if upn}
    texts = {
        field.name: without_people(value, ids)
        for field in fields(alert)
        if field.name not in _KEYS and isinstance(value := getattr(alert, field.name), str)
    }
    return replace(alert, **{**texts, "user_upn": None, "target_user_upn": None})  # type: ignore[arg-type]


_KEYS = {"event_id", "finding_id", "rule_id", "reason", "severity", "day", "user_upn", "target_user_upn"}


def record_of(alert: Alert) -> dict[str, Any]:
    """The alert as a JSON object: every field, those without a value as null."""
    return {**asdict(alert), "first_seen": time_of(alert.first_seen), "last_seen": time_of(alert.last_seen)}


def time_of(at: datetime | None) -> str | None:
    """The time in ISO 8601; a time without a zone is UTC."""
    if at is None:
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
