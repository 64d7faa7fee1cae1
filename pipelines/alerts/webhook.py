"""Generic webhook: JSON, signed, with an idempotency key."""

from typing import Any

import orjson

from pipelines.alerts.alert import record_of
from pipelines.alerts.message import Message
from pipelines.alerts.post import post, signed
from pipelines.alerts.routes import WebhookRoute
from pipelines.alerts.sending import Patience, needed_secret


def render(message: Message) -> bytes:
    """The body: one alert, or a digest with the gravest alerts and the ids of all."""
    return orjson.dumps(_digest(message) if message.is_digest else _alert(message))


def send(route: WebhookRoute, message: Message, patience: Patience) -> None:
    """Sends the message. Raises DeliveryError."""
    body = render(message)
    headers = signed(needed_secret(route, "the secret that signs the requests"), message.key, body)
    post(route.url, body, headers, patience, route.ca_file)


def _alert(message: Message) -> dict[str, Any]:
    (alert,) = message.alerts
    return {"type": "finding", "version": 1, "key": message.key, "alert": record_of(alert)}


def _digest(message: Message) -> dict[str, Any]:
    return {
        "type": "digest",
        "version": 1,
        "key": message.key,
        "heading": message.heading,
        "count": len(message.alerts),
        "gravest": [record_of(alert) for alert in message.gravest],
        "event_ids": [alert.event_id for alert in message.alerts],
        "finding_ids": [alert.finding_id for alert in message.alerts],
    }
