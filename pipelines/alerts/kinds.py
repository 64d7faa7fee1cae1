"""How each kind of route sends, and how much at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pipelines.alerts import file, mail, ocsf, sentinel, slack, syslog, teams, webhook
from pipelines.alerts.message import Message
from pipelines.alerts.sending import Patience

Send = Callable[[Any, Message, Patience], str | None]
"""Sends a message by a route; what the receiver took but did not do for everybody. Raises DeliveryError."""


@dataclass(frozen=True)
class Kind:
    """A kind of route."""

    send: Send
    at_once: int = 1
    """Alerts in a message."""
    pause_seconds: float = 0
    """Between two messages, so that the receiver is not asked faster than it allows."""


KINDS: dict[str, Kind] = {
    "webhook": Kind(webhook.send, pause_seconds=0.2),
    "teams": Kind(teams.send, pause_seconds=1),
    "slack": Kind(slack.send, pause_seconds=1),
    "email": Kind(mail.send, pause_seconds=0.5),
    "file": Kind(file.send, at_once=1000),
    "syslog": Kind(syslog.send, at_once=100),
    "ocsf": Kind(ocsf.send, at_once=100),
    "sentinel": Kind(sentinel.send, at_once=500),
}
"""By kind, as the settings name it."""
