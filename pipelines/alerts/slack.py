"""Slack: blocks of plain text for an incoming webhook."""

from typing import Any

import orjson

from pipelines.alerts.message import Message, digest_line
from pipelines.alerts.post import post
from pipelines.alerts.routes import SlackRoute
from pipelines.alerts.sending import Patience, secret_url
from pipelines.alerts.text import cut, not_a_link

_LONGEST_HEADER = 150
_LONGEST_SECTION = 3000
_LONGEST_ESCAPE = 5
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def render(message: Message) -> bytes:
    """The message. Nothing in it is markup, and nobody is called by it."""
    heading = _text(message.heading, _LONGEST_HEADER)
    document = {
        "text": heading,
        "mrkdwn": False,
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [{"type": "header", "text": _plain(heading)}, *map(_section, _paragraphs(message))],
    }
    return orjson.dumps(document)


def send(route: SlackRoute, message: Message, patience: Patience) -> None:
    """Sends the message. Raises DeliveryError."""
    post(secret_url(route, "the URL of the incoming webhook"), render(message), {}, patience, route.ca_file)


def _paragraphs(message: Message) -> list[str]:
    if message.is_digest:
        return [message.rules, message.rest, *(digest_line(alert) for alert in message.gravest)]
    (alert,) = message.alerts
    facts = "\n".join(f"{label}: {text}" for label, text in alert.facts)
    return [text for text in (alert.summary, facts, alert.what_to_do) if text]


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _plain(_text(text, _LONGEST_SECTION))}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _text(text: str, longest: int) -> str:
    """The text with Slack's own three characters escaped; where it must be cut, no escape is cut in two."""
    escaped = not_a_link(text).translate(_ESCAPES)
    return escaped if len(escaped) <= longest else cut(not_a_link(text), longest // _LONGEST_ESCAPE).translate(_ESCAPES)
