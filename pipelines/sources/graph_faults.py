"""What goes wrong with Microsoft Graph, what is said of it, and whether and when it helps to ask again."""

import random
import re
import ssl
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import orjson

from pipelines.sources.slices import CollectError

if TYPE_CHECKING:
    import httpx

AGAIN = {408, 429, 500, 502, 503, 504, 509}
"""Statuses after which asking again may help."""

_LONGEST_BACKOFF = 120
_EXPIRED = re.compile(r"skip ?token|expired ?page|page ?token|expired|resync", re.IGNORECASE)
_SAID = 300


class GraphError(CollectError):
    """Graph refused, or what came is no answer of Graph."""

    def __init__(self, message: str, status: int = 0, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class OverloadedError(GraphError):
    """Graph did not manage to answer, however often it was asked, or has too much to say: ask for less at once."""


class ExpiredError(GraphError):
    """Graph no longer knows the place in the listing: begin anew."""


class UnansweredError(Exception):
    """A request had no whole answer."""


def consent_to(permission: str) -> str:
    """What to grant so that an app has this permission."""
    return f"the application permission {permission} of Microsoft Graph, with admin consent"


def refusal(response: "httpx.Response", path: str) -> GraphError:
    """An answer that will not get better, with what Graph says of it."""
    status = response.status_code
    if 300 <= status < 400:
        return GraphError(f"{path}: redirected elsewhere, which is not followed", status)
    code, message = "", ""
    with suppress(orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        error = orjson.loads(response.content)["error"]
        code, message = str(error.get("code") or ""), str(error.get("message") or "")
    said = " ".join(f"{code} {message}".split())[:_SAID]
    return GraphError(f"{path}: HTTP {status} {said}".rstrip(), status, code)


def is_expired(error: GraphError) -> bool:
    """Whether the place in a listing is forgotten."""
    return error.status == 410 or (error.status == 400 and bool(_EXPIRED.search(str(error))))


def is_certificate(error: BaseException | None) -> bool:
    """Whether it failed for a certificate, which asking again does not mend."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def backoff(attempt: int) -> float:
    """Seconds to wait after so many attempts that failed."""
    return float(min(2.0**attempt, _LONGEST_BACKOFF)) * random.uniform(1, 1.5)  # noqa: S311 - spreads, hides nothing


def first_line(error: BaseException) -> str:
    """The beginning of an error's message."""
    return str(error).partition("\n")[0][:_SAID]


def retry_after(response: "httpx.Response", now: datetime) -> float | None:
    """Seconds that the answer asks to wait, however many; None where it does not say."""
    given = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", given):
        return float(given)
    with suppress(ValueError):
        return max(0.0, (parsedate_to_datetime(given) - now).total_seconds())
    return None
