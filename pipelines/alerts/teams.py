"""Microsoft Teams: an adaptive card for a workflow that posts it in a channel.

Nothing in it is Markdown: only the inlines of a rich text block are shown as they are. Teams takes at most 28 KB.
"""

from collections.abc import Iterator
from typing import Any

import orjson

from pipelines.alerts.message import Message, digest_line
from pipelines.alerts.post import post
from pipelines.alerts.routes import TeamsRoute
from pipelines.alerts.sending import Patience, secret_url
from pipelines.alerts.text import cut, not_a_link

LARGEST = 26_000
"""Bytes of a message; Teams refuses those of more than 28 KB."""
_LONGEST_TEXTS = (1000, 500, 250, 100, 40)


def render(message: Message) -> bytes:
    """The message with its card, with texts as long as there is room for."""
    bodies = (orjson.dumps(_envelope(message, longest)) for longest in _LONGEST_TEXTS)
    return next(body for body in bodies if len(body) <= LARGEST)


def send(route: TeamsRoute, message: Message, patience: Patience) -> None:
    """Sends the message. Raises DeliveryError."""
    post(secret_url(route, "the URL of the workflow"), render(message), {}, patience, route.ca_file)


def _envelope(message: Message, longest: int) -> dict[str, Any]:
    card = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "fallbackText": _shown(message.heading, longest),
        "body": list(_blocks(message, longest)),
    }
    content_type = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": content_type, "contentUrl": None, "content": card}]}


def _blocks(message: Message, longest: int) -> Iterator[dict[str, Any]]:
    yield _block(_run(message.heading, longest, size="large", weight="bolder"))
    if message.is_digest:
        yield _block(_run(message.rules, longest), separator=True)
        yield _block(_run(message.rest, longest))
        yield from (_block(_run(digest_line(alert), longest), separator=True) for alert in message.gravest)
        return
    (alert,) = message.alerts
    yield _block(_run(alert.summary, longest))
    for label, text in alert.facts:
        yield _block(_run(f"{label}: ", longest, weight="bolder"), _run(text, longest), spacing="small")
    if alert.what_to_do:
        yield _block(_run(alert.what_to_do, longest, isSubtle=True), separator=True)


def _block(*runs: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": list(runs), **more}


def _run(text: str, longest: int, **more: Any) -> dict[str, Any]:
    return {"type": "TextRun", "text": _shown(text, longest), **more}


def _shown(text: str, longest: int) -> str:
    """The text, in which no function of a card ({{DATE…}}) and no template (${…}) begins."""
    return cut(not_a_link(text), longest).replace("{", "(").replace("}", ")")
