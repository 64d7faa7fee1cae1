"""What is sent at once: an alert, a batch of them, or a digest of too many."""

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256

from pipelines.alerts.alert import Alert, gravity

SHOWN = 10
"""Alerts that a digest tells of one by one."""


@dataclass(frozen=True)
class Message:
    """Alerts that a receiver takes at once or not at all."""

    alerts: tuple[Alert, ...]
    is_digest: bool = False

    @property
    def key(self) -> str:
        """The same in every attempt to send these alerts: the id of the event, or a hash of several."""
        ids = [alert.event_id for alert in self.alerts]
        return ids[0] if len(ids) == 1 else sha256("\n".join(sorted(ids)).encode()).hexdigest()[:32]

    @property
    def gravest(self) -> list[Alert]:
        """The alerts that a digest tells of."""
        return sorted(self.alerts, key=gravity)[:SHOWN]

    @property
    def heading(self) -> str:
        """What it is about, in a line."""
        if not self.is_digest:
            return self.alerts[0].heading
        severities = Counter(alert.severity for alert in sorted(self.alerts, key=gravity))
        counts = ", ".join(f"{number:,} {severity}" for severity, number in severities.items())
        return f"{len(self.alerts):,} findings at once: {counts}"

    @property
    def rules(self) -> str:
        """Of a digest: how many alerts each rule has."""
        rules = Counter(alert.rule_id for alert in self.alerts)
        return ", ".join(f"{rule} ({number:,})" for rule, number in rules.most_common(30))

    @property
    def rest(self) -> str:
        """Of a digest: where to find the alerts that it does not tell of."""
        return f"The gravest {len(self.gravest)} follow; `whoseagent findings` lists all."


def digest_line(alert: Alert) -> str:
    """One alert of a digest."""
    return f"{alert.severity}: {alert.heading}: {alert.summary} ({alert.finding_id})"
