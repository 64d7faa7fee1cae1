"""POSTs a JSON document, follows no redirect, and says what became of it."""

import asyncio
import hmac
import ssl
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from pipelines import __version__
from pipelines.alerts.sending import DeliveryError, Patience, trust_of

SIGNATURE = "X-Whoseagent-Signature"
_MAY_PASS = {408, 425, 429, 500, 502, 503, 504}
_OF_MESSAGE = {400, 413, 422}


def signature(secret: str, at: int, body: bytes) -> str:
    """The value of the signature header: HMAC-SHA256 over the time, a full stop and the body."""
    digest = hmac.new(secret.encode(), b"%d." % at + body, sha256).hexdigest()
    return f"t={at},v1={digest}"


def signed(secret: str, key: str, body: bytes) -> dict[str, str]:
    """The headers by which a receiver checks a document, and tells whether it has it already."""
    return {SIGNATURE: signature(secret, int(time.time()), body), "Idempotency-Key": key}


def post(url: str, body: bytes, headers: Mapping[str, str], patience: Patience, ca_file: Path | None) -> None:
    """Sends a document. Raises DeliveryError where it was not accepted in time."""
    host = urlsplit(url).hostname
    all_headers = {"Content-Type": "application/json", "User-Agent": f"whoseagent/{__version__}", **headers}
    trust = trust_of(ca_file)
    try:
        response = asyncio.run(_post(url, body, all_headers, patience.attempt_seconds, trust))
    except (TimeoutError, httpx.TimeoutException):
        raise DeliveryError(
            f"{host} did not answer within {patience.attempt_seconds:g} seconds", may_pass=True
        ) from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise DeliveryError(f"{host} cannot be reached: {_cause(error)}", may_pass=True) from None
    if not response.is_success:
        raise _refusal(response, host)


async def _post(
    url: str, body: bytes, headers: dict[str, str], seconds: float, trust: ssl.SSLContext
) -> httpx.Response:
    async with (
        asyncio.timeout(seconds),
        httpx.AsyncClient(verify=trust, timeout=seconds) as client,
        client.stream("POST", url, content=body, headers=headers) as response,
    ):
        return response  # of which only the beginning was read: nobody can fill the memory with the rest


def _refusal(response: httpx.Response, host: str | None) -> DeliveryError:
    status = response.status_code
    message = f"{host} answered {status} {response.reason_phrase}".rstrip()
    if response.is_redirect:
        message = f"{message}: redirects are not followed, enter the address where it really is"
    wait = _seconds(response.headers.get("Retry-After", ""))
    if wait:
        message = f"{message}, and asks to wait {wait:.0f} seconds"
    return DeliveryError(message, may_pass=status in _MAY_PASS, retry_after=wait, of_message=status in _OF_MESSAGE)


def _seconds(retry_after: str) -> float | None:
    """The seconds that the header asks to wait: it names them, or a time."""
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, TypeError):
        return None


def _cause(error: Exception) -> str:
    """The error that lies behind it, which says more, without what could be a secret."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    return getattr(error, "strerror", None) or type(error).__name__
