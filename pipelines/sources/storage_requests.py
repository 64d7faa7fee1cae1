"""Reads from one storage account over HTTP: with a token or a signature, again where that helps, and nowhere else."""

import ssl
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import quote, urlencode

from pipelines.sources.azure import STORAGE_SCOPE, is_emulator
from pipelines.sources.checking import first_line, skew_of
from pipelines.sources.slices import CollectError, RefusedError
from pipelines.sources.waiting import backoff, retry_after

if TYPE_CHECKING:
    from azure.core import PipelineClient
    from azure.core.credentials import TokenCredential

ROLE = "Storage Blob Data Reader"
API_VERSION = "2023-11-03"
TIMEOUT_SECONDS = 60
BLOCK_BYTES = 2**20

_AGAIN = {408, 429, 500, 502, 503, 504}

_Read = TypeVar("_Read")


class AbsentError(CollectError):
    """There is no such container or blob."""


class UnreadableError(Exception):
    """What came is not what was asked for; it may be when it is asked for again."""


class Answer(NamedTuple):
    """What came."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Access(NamedTuple):
    """What is shown to the account; the signature only where that is an emulator, else the token."""

    credential: Callable[[], "TokenCredential"]
    signature: Callable[[], str]


class StorageRequests:
    """Asks one account, one request at a time."""

    def __init__(
        self, name: str, url: str, access: Access, *, retries: int, ca_file: str | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC), sleep: Callable[[float], Any] = time.sleep,
    ) -> None:  # fmt: skip
        """Connects to nothing yet."""
        self.retries = retries
        """Times that it is asked again where that may help."""
        self.skew: timedelta | None = None
        """By how much the clock here is ahead of the account's, once that has answered."""
        self._name = name
        self._url = url
        self._credential = cache(access.credential)
        self._signature = cache(access.signature)
        self._ca_file = ca_file
        self._clock = clock
        self._sleep = sleep
        self._opened: PipelineClient[Any, Any] | None = None

    def get(
        self,
        what: str,
        path: str,
        query: Mapping[str, str],
        read: Callable[[Answer], _Read],
        headers: Mapping[str, str] | None = None,
    ) -> _Read:
        """What is read out of the answer; `read` may raise UnreadableError, and is given good answers and 416.

        Raises RefusedError without permission, AbsentError for what is not there, CollectError otherwise; `what`
        begins the message.
        """
        trouble = ""
        for attempt in range(self.retries + 1):
            wait = None
            try:
                answer = self._send(what, path, query, headers or {})
                if answer.status not in _AGAIN:
                    return read(self._checked(what, answer))
                trouble, wait = f"HTTP {answer.status}", retry_after(answer.headers, self._clock())
            except UnreadableError as error:
                trouble = str(error)
            if attempt < self.retries:
                self._sleep(backoff(attempt) if wait is None else wait)
        times = f", {self.retries + 1} times" if self.retries else ""
        raise self._failed(what, f"{trouble}{times}")

    def close(self) -> None:
        """Closes the connections."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _checked(self, what: str, answer: Answer) -> Answer:
        match answer.status:
            case 200 | 206 | 416:
                return answer
            case 401 | 403:
                role = f"grant the role {ROLE} on the account, and check that its firewall lets this machine in"
                raise RefusedError(f"{self._name}: {what}: access is refused; {role}")
            case 404:
                raise AbsentError(f"{self._name}: {what}: it is not there")
            case status if 300 <= status < 400:
                raise self._failed(what, f"redirected elsewhere (HTTP {status}), which is not followed")
        raise self._failed(what, f"HTTP {answer.status}")

    def _send(self, what: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        from azure.core.exceptions import AzureError, ClientAuthenticationError  # noqa: PLC0415
        from azure.core.rest import HttpRequest  # noqa: PLC0415

        client, signature = self._client(), self._signature()
        parts = [urlencode(query, quote_via=quote)] if query else []
        url = f"{self._url}/{quote(path)}?{'&'.join(parts + ([signature] if signature else []))}".rstrip("?")
        sent = {"x-ms-version": API_VERSION, "Accept-Encoding": "identity", **headers}
        try:
            with client.send_request(HttpRequest("GET", url, headers=sent), stream=True) as response:
                body = b"".join(response.iter_raw())
        except ClientAuthenticationError as error:
            raise CollectError(f"{self._name}: there is no token for it: {first_line(error)}") from None
        except AzureError as error:
            if _is_certificate(error):
                reason = f"the certificate of {self._url} is not valid for it; nothing was sent there"
                raise self._failed(what, reason) from None
            raise UnreadableError(f"the connection failed: {first_line(error)}") from None
        self.skew = skew_of(response.headers.get("Date"), self._clock())
        return Answer(response.status_code, response.headers, body)

    def _client(self) -> "PipelineClient[Any, Any]":
        """A client that follows no redirect: what it leads to could be anyone's, and would be landed as evidence."""
        if self._opened is None:
            from azure.core import PipelineClient  # noqa: PLC0415
            from azure.core.pipeline.policies import BearerTokenCredentialPolicy  # noqa: PLC0415
            from azure.core.pipeline.transport import RequestsTransport  # noqa: PLC0415

            takes_token = not (is_emulator(self._url) and self._signature())
            policies = [BearerTokenCredentialPolicy(self._credential(), STORAGE_SCOPE)] if takes_token else []
            times = {"connection_timeout": TIMEOUT_SECONDS, "read_timeout": TIMEOUT_SECONDS}
            transport = RequestsTransport(
                connection_verify=self._ca_file or True, connection_data_block_size=BLOCK_BYTES, **times
            )
            self._opened = PipelineClient(self._url, policies=policies, transport=transport)
        return self._opened

    def _failed(self, what: str, reason: str) -> CollectError:
        return CollectError(f"{self._name}: {what}: {reason}")


def _is_certificate(error: BaseException | None) -> bool:
    """Whether it failed for a certificate, which asking again does not mend."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False
