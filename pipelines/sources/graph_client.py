"""Asks Microsoft Graph beta for pages, as the bytes that came, through the SDK's requests, credentials and transport.

The typed models of the SDK are two orders of magnitude slower and lose what they do not know; its page iterator stops
at an empty page and drops headers after the first; its retries give up at a Retry-After of three minutes. So paging
and retrying are done here. All asyncio stays inside this module.
"""

import asyncio
import random
import re
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

import orjson

from pipelines.sources.azure import CLOUDS, Cloud
from pipelines.sources.checking import skew_of
from pipelines.sources.documents import DocumentScanner
from pipelines.sources.items import Item, Record
from pipelines.sources.slices import CollectError

if TYPE_CHECKING:
    import httpx
    from azure.core.credentials import TokenCredential
    from kiota_http.httpx_request_adapter import HttpxRequestAdapter

PAGE_ATTEMPTS = 8
"""Times that one page is asked for before the service counts as overloaded."""
RESTARTS = 3
"""Times that a listing begins anew because the place in it was forgotten."""
DEEPEST = 100
"""Pages after which a listing counts as too deep, where the caller can ask for less."""

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_AGAIN = {408, 429, 500, 502, 503, 504, 509}
_LONGEST_BACKOFF = 120
_TIMEOUT_SECONDS = 120
_HEADERS = {"Accept": "application/json", "Prefer": "include-unknown-enum-members"}
_EXPIRED = re.compile(r"skip ?token|expired ?page|page ?token|expired|resync", re.IGNORECASE)
_SAID = 300

_Read = TypeVar("_Read")
Now = Callable[[], datetime]
Sleep = Callable[[float], Any]


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
        self._credential = credential
        self._scope = cloud.graph_scope
        self._runner = asyncio.Runner()
        self._adapter: HttpxRequestAdapter | None = None
        self._connections: list[httpx.AsyncBaseTransport] = []
        self._rate = rate
        self._asked: deque[datetime] = deque(maxlen=rate.requests)
        self.skew: timedelta | None = None
        """By how much the clock here is ahead of Graph's, once that has answered."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._connections:
            self._runner.run(connection.aclose())
        self._runner.close()

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
        body, _ = self._get(self._url(path, query), _whole, attempts)
        return body

    def _pages(self, path: str, query: Mapping[str, str], *, may_expire: bool) -> Iterator[list[Item]]:
        url = self._url(path, query)
        seen = {url}
        while url:
            try:
                elements, page = self._get(url, _cut_up)
            except GraphError as error:
                if may_expire and len(seen) > 1 and _is_expired(error):
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
                response = self._run(url)
            except _Unanswered as error:
                trouble = str(error)
            else:
                if response.status_code == 200:
                    with suppress(orjson.JSONDecodeError):
                        return read(response.content)
                    trouble = "the answer is cut off, or no JSON"
                elif response.status_code in _AGAIN:
                    trouble = f"HTTP {response.status_code}"
                    wait = self._retry_after(response)
                else:
                    raise _refusal(response, self._shown(url))
            if attempt + 1 < attempts:
                self._transport.sleep(_backoff(attempt) if wait is None else wait)
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

    def _retry_after(self, response: "httpx.Response") -> float | None:
        """Seconds, however many; None where the answer does not say."""
        given = response.headers.get("Retry-After", "").strip()
        if re.fullmatch(r"\d+(\.\d+)?", given):
            return float(given)
        with suppress(ValueError):
            return max(0.0, (parsedate_to_datetime(given) - self._transport.now()).total_seconds())
        return None

    def _run(self, url: str) -> "httpx.Response":
        """The answer, of whatever status. Raises _Unanswered, GraphError."""
        import httpx  # noqa: PLC0415
        from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError  # noqa: PLC0415

        try:
            response = self._runner.run(self._send(url))
        except ClientAuthenticationError as error:
            raise GraphError(f"no token for Microsoft Graph: {_first_line(error)}") from error
        except (httpx.RequestError, ServiceRequestError) as error:
            if _is_certificate(error):
                raise GraphError(f"the certificate of {self._origin[1]} does not prove that host: {error}") from error
            raise _Unanswered(f"{type(error).__name__} {_first_line(error)}".strip()) from error
        self.skew = skew_of(response.headers.get("Date"), self._transport.now())
        return response

    async def _send(self, url: str) -> "httpx.Response":
        from kiota_abstractions.method import Method  # noqa: PLC0415
        from kiota_abstractions.native_response_handler import NativeResponseHandler  # noqa: PLC0415
        from kiota_abstractions.request_information import RequestInformation  # noqa: PLC0415
        from kiota_http.middleware.options import ResponseHandlerOption  # noqa: PLC0415

        info = RequestInformation(Method.GET)
        info.url = url
        for name, value in _HEADERS.items():
            info.headers.try_add(name, value)
        info.add_request_options([ResponseHandlerOption(NativeResponseHandler())])
        response: Any = await self._connected().send_primitive_async(info, "bytes", {})
        return response  # type: ignore[no-any-return]

    def _connected(self) -> "HttpxRequestAdapter":
        """The SDK's adapter, without its own retries and redirects."""
        if self._adapter is None:
            import httpx  # noqa: PLC0415
            from kiota_authentication_azure.azure_identity_authentication_provider import (  # noqa: PLC0415
                AzureIdentityAuthenticationProvider,
            )
            from kiota_http.middleware import UserAgentHandler  # noqa: PLC0415
            from msgraph.graph_request_adapter import GraphRequestAdapter  # noqa: PLC0415
            from msgraph_core import GraphClientFactory  # type: ignore[import-untyped]  # noqa: PLC0415

            trust = self._transport.trust or ssl.create_default_context()
            client = httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, http2=True, verify=trust, follow_redirects=False)
            # The SDK puts its own transports around these and never closes them.
            self._connections = [each for each in (client._transport, *client._mounts.values()) if each]
            client = GraphClientFactory.create_with_custom_middleware([UserAgentHandler()], client=client)
            provider = AzureIdentityAuthenticationProvider(
                self._credential, scopes=[self._scope], allowed_hosts=[self._origin[1]]
            )
            self._adapter = GraphRequestAdapter(provider, client=client)
            self._adapter.base_url = self.endpoint
        return self._adapter


class _Unanswered(Exception):  # noqa: N818
    """A request had no whole answer."""


def consent_to(permission: str) -> str:
    """What to grant so that an app has this permission."""
    return f"the application permission {permission} of Microsoft Graph, with admin consent"


def _whole(body: bytes) -> tuple[bytes, dict[str, Any]]:
    """The body and what it says. Raises JSONDecodeError unless it is an object."""
    page = orjson.loads(body)
    if not isinstance(page, dict):
        raise orjson.JSONDecodeError("no object", "", 0)
    return body, page


def _cut_up(body: bytes) -> tuple[list[Item], dict[str, Any]]:
    """The elements of a page, cut out of its bytes, and the page, perhaps without them: each is parsed once.

    Raises JSONDecodeError for a body that is cut off, GraphError where the elements cannot be told apart.
    """
    scanner = DocumentScanner()
    items = [*scanner.feed(body), *scanner.end()]
    if items and all(isinstance(item, Record) for item in items):
        first, last = body.find(items[0].line), body.rfind(items[-1].line)
        if 0 < first <= last:
            _, page = _whole(body[:first] + body[last + len(items[-1].line) :])
            if page.get("value") == []:
                return items, page
    _, page = _whole(body)
    if not page.get("value"):
        return [], page
    if not isinstance(page["value"], list) or len(items) != len(page["value"]):
        raise GraphError("a page whose elements cannot be told apart")
    return items, page


def _refusal(response: "httpx.Response", path: str) -> GraphError:
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


def _is_expired(error: GraphError) -> bool:
    return error.status == 410 or (error.status == 400 and bool(_EXPIRED.search(str(error))))


def _is_certificate(error: BaseException | None) -> bool:
    """Whether it failed for a certificate, which asking again does not mend."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _backoff(attempt: int) -> float:
    return float(min(2.0**attempt, _LONGEST_BACKOFF)) * random.uniform(1, 1.5)  # noqa: S311 - spreads, hides nothing


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0][:_SAID]


def _origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port. ValueError for a port that is none."""
    parts = urlsplit(url)
    default = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", parts.port or default
