"""Alerts that the tests send, and what is hostile in them."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from pipelines.alerts.alert import Alert

USER, TARGET = "6f1e0f7e-2c57-4c2e-8d8b-6a5d1b0e7c22", "0b5d9f3a-7c11-4c0e-9a55-3f6e2d8c1b44"
ALEX, BELLA = "alex@example.com", "bella@example.com"

FORBIDDEN = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))]
FORBIDDEN += ["\u200e", "\u200f", "\u061c", "\u2028", "\u2029", "\ufeff"]

HOSTILE = (
    '"]\\ end=1 <script>alert(1)</script> '
    "<!channel> <@U1|x> **bold** [click](https://evil.example) {{DATE(2026-03-02T08:00:00Z)}}"
    " ${env} \x1b[31mred\x1b]0;title\x07 first\r\nBcc: evil@example.org\nsecond\u202egnp.exe\u2066\u200f \u2028"
    " \x00\x9b2J &amp; <at>all</at> @everyone " + "A" * 100_000
)


def alert(number: int = 1, **fields: Any) -> Alert:
    """An alert like many others; the number tells it from them."""
    usual: dict[str, Any] = {
        "event_id": f"{number:032x}",
        "reason": "new",
        "finding_id": f"f{number:015x}",
        "rule_id": "app_only_user_write",
        "title": "App-only write to user data",
        "severity": "critical",
        "tenant_id": "11111111-2222-4333-8444-555555555555",
        "day": "2026-03-02",
        "app_id": "3b0f9c5e-3d0b-4f0e-9d53-0c8f6f7f2a11",
        "agent_name": "Mail helper",
        "user_id": USER,
        "user_upn": ALEX,
        "target_user_id": TARGET,
        "target_user_upn": BELLA,
        "summary": f"Mail helper of {ALEX} wrote (send) into the data of {BELLA}: 3 requests",
        "request_count": 3,
        "first_seen": datetime(2026, 3, 2, 8, tzinfo=UTC),
        "last_seen": datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        "techniques": ("T1098.002", "T1565"),
        "what_to_do": "Ask the owner of the app for the business reason.",
    }
    return Alert(**{**usual, **fields})


def hostile_alert(number: int = 1) -> Alert:
    """An alert in which every text that a log can hold is hostile."""
    return replace(_hostile_alert(), event_id=f"{number:032x}", finding_id=f"f{number:015x}")


@cache
def _hostile_alert() -> Alert:
    """Made harmless once: the texts are long."""
    names = ("title", "tenant_id", "app_id", "agent_name", "user_id", "user_upn", "target_user_id", "target_user_upn")
    return alert(1, **dict.fromkeys((*names, "summary", "what_to_do"), HOSTILE), techniques=(HOSTILE,) * 50)
