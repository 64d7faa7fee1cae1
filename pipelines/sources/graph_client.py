"""Asks Microsoft Graph beta for pages, as the bytes that came, again and slower where it asks for that.

The typed models of the SDK are two orders of magnitude slower and lose what they do not know; its page iterator stops
at an empty page and drops headers after the first; its retries give up at a Retry-After of three minutes. So paging
and retrying are done here.
"""

import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

import orjson

from pipelines.sources.azure import CLOUDS, Cloud
from pipelines.sources.checking import skew_of
from pipelines.sources.graph_connection import GraphConnection
from pipelines.sources.graph_faults import (
    AGAIN,
    ExpiredError,
    GraphError,
    OverloadedError,
    UnansweredError,
    backoff,
    is_expired,
    refusal,
    retry_after,
)
from pipelines.sources.graph_pages import cut_up, whole
from pipelines.sources.items import Item

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

PAGE_ATTEMPTS = 8
"""Times that one page is asked for before the service counts as overloaded."""
RESTARTS = 3
"""Times that a listing begins anew because the place in it was forgotten."""
DEEPEST = 100
"""Pages after which a listing counts as too deep, where the caller can ask for less."""

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}

_Read = TypeVar("_Read")
Now = Callable[[], datetime]
Sleep = Callable[[float], Any]


@dataclass(frozen=True)
class Rate:
    """So many requests in so many seconds."""

    requests: int
    seconds: float


REPORTS = Rate(5, 10)
"""What Graph grants an app for identity and access reports of a tenant (domain facts, section 7)."""
DIRECTORY = Rate(100, 10)
"""Far below what Graph grants for directory objects, whose prices differ."""


@dataclass(frozen=True)
class Transport:
    """How and when to speak to Graph; tests put a server and a clock of their own."""

    endpoint: str | None = None
    """Base address up to /beta, in place of the cloud's: of the same host, or on this machine."""
    trust: ssl.SSLContext | None = None
    now: Now = lambda: datetime.now(UTC)
    sleep: Sleep = time.sleep


class GraphClient:
    """Asks one tenant's Graph, one request at a time. A context manager."""

    def __init__(
        self,
        credential: "TokenCredential",
        rate: Rate,
        cloud: Cloud = CLOUDS["global"],
        transport: Transport | None = None,
    ) -> None:
        """Connects to nothing yet. ValueError for an endpoint that is neither the cloud's Graph nor on this machine."""
        self._transport = transport or Transport()
        self.endpoint = (self._transport.endpoint or f"{cloud.graph}/beta").rstrip("/")
        self._origin = _origin(self.endpoint)
        if self._origin != _origin(cloud.graph) and self._origin[1] not in _LOOPBACK:
            raise ValueError(f"{self.endpoint} is not the Graph of the cloud {cloud.name}, which is {cloud.graph}")
        self._connection = GraphConnection(credential, cloud.graph_scope, self.endpoint, self._transport.trust)
        self._rate = rate
        self._asked: deque[datetime] = deque(maxlen=rate.requests)
        self.skew: timedelta | None = None
        """By how much the clock here is ahead of Graph's, once that has answered."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def records(self, path: str, query: Mapping[str, str], deepest: int | None = None) -> Iterator[Item]:
        """Each element of the listing as it came, on one line.

        Where Graph forgets the place in the listing, it begins anew, so elements may come twice. Raises GraphError
        when Graph refuses, OverloadedError when it does not manage or the listing has more than `deepest` pages.
        """
        for left in range(RESTARTS, -1, -1):
            with suppress(ExpiredError):
                for number, page in enumerate(self._pages(path, query, may_expire=left > 0)):
                    if number == deepest:
                        raise OverloadedError(f"{path} has more than {deepest} pages")
                    yield from page
                return

    def get(self, path: str, query: Mapping[str, str], attempts: int = PAGE_ATTEMPTS) -> bytes:
        """One object as it came. Raises GraphError."""
        body, _ = self._get(self._url(path, query), whole, attempts)
        return body

    def _pages(self, path: str, query: Mapping[str, str], *, may_expire: bool) -> Iterator[list[Item]]:
        url = self._url(path, query)
        seen = {url}
        while url:
            try:
                elements, page = self._get(url, cut_up)
            except GraphError as error:
                if may_expire and len(seen) > 1 and is_expired(error):
                    raise ExpiredError(str(error), error.status, error.code) from error
                raise
            if not isinstance(page.get("value"), list):
                raise GraphError(f"{path}: an answer without a list, where a page was asked for")
            yield elements
            url = self._next(page.get("@odata.nextLink"), path)
            if url in seen:
                raise GraphError(f"{path} goes in circles: a page names one before it as the next")
            seen.add(url)

    def _url(self, path: str, query: Mapping[str, str]) -> str:
        """The address, encoded by the SDK."""
        from kiota_abstractions.method import Method  # noqa: PLC0415
        from kiota_abstractions.request_information import RequestInformation  # noqa: PLC0415

        names = ",".join(name.replace("$", "%24") for name in query)
        template = f"{{+baseurl}}/{path}{{?{names}}}" if query else f"{{+baseurl}}/{path}"
        info = RequestInformation(Method.GET, template, {"baseurl": self.endpoint})
        info.query_parameters = {name.replace("$", "%24"): value for name, value in query.items()}
        return str(info.url).replace("%24", "$")

    def _next(self, link: Any, path: str) -> str:
        """The address of the next page, "" where there is none; a foreign one would be sent the token."""
        if link is None or link == "":
            return ""
        with suppress(ValueError):
            if isinstance(link, str) and _origin(link) == self._origin:
                return link
        shown = "/".join(map(str, _origin(link)[:2])) if isinstance(link, str) and "://" in link else "no address"
        raise GraphError(f"{path}: the next page is said to be at another host ({shown}), which is not asked")

    def _get(self, url: str, read: Callable[[bytes], _Read], attempts: int = PAGE_ATTEMPTS) -> _Read:
        """What is read out of the answer. Asks up to so many times where that may help."""
        trouble = ""
        for attempt in range(attempts):
            self._wait_for_turn()
            wait: float | None = None
            try:
                response = self._connection.get(url)
                self.skew = skew_of(response.headers.get("Date"), self._transport.now())
            except UnansweredError as error:
                trouble = str(error)
            else:
                if response.status_code == 200:
                    with suppress(orjson.JSONDecodeError):
                        return read(response.content)
                    trouble = "the answer is cut off, or no JSON"
                elif response.status_code in AGAIN:
                    trouble = f"HTTP {response.status_code}"
                    wait = retry_after(response, self._transport.now())
                else:
                    raise refusal(response, self._shown(url))
            if attempt + 1 < attempts:
                self._transport.sleep(backoff(attempt) if wait is None else wait)
        times = f"{attempts} times, at last" if attempts > 1 else "once"
        raise OverloadedError(f"{self._shown(url)} failed {times} with: {trouble}")

    def _shown(self, url: str) -> str:
        """The address without its query, which may be a skip token of a thousand characters."""
        return urlsplit(url).path.removeprefix(urlsplit(self.endpoint).path).strip("/")

    def _wait_for_turn(self) -> None:
        now = self._transport.now()
        if len(self._asked) == self._rate.requests:
            free_at = self._asked[0] + timedelta(seconds=self._rate.seconds)
            wait = min((free_at - now).total_seconds(), self._rate.seconds)  # a clock may be put back
            if wait > 0:
                self._transport.sleep(wait)
                now = self._transport.now()
        self._asked.append(now)


def _origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port. ValueError for a port that is none."""
    parts = urlsplit(url)
    default = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", parts.port or default
