"""How long to wait before something is asked again."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_BACKOFF = 120.0


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that a service asks to wait, however many; None where it does not say."""
    said = str(headers.get("Retry-After") or "").strip()
    if said.replace(".", "", 1).isdecimal():
        return float(said)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds())


def backoff(attempt: int) -> float:
    """Seconds to wait where the service does not say how long; with jitter, lest many ask again at once."""
    return min(LONGEST_BACKOFF, 2.0**attempt) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
