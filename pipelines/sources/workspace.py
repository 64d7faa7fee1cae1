"""Queries of one Log Analytics workspace, over the SDK's own pipeline; repeated until they are answered whole."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import orjson

from pipelines.sources.checking import skew_of
from pipelines.sources.query_answer import Answer, parse_answer, reason
from pipelines.sources.slices import CollectError, RefusedError

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.rest import HttpResponse
    from azure.monitor.query import LogsQueryClient


class Limits(NamedTuple):
    """What one answer holds at most (domain section 7)."""

    rows: int = 500_000
    bytes: int = 64_000_000


LIMITS = Limits()

ATTEMPTS = 8
"""Tries of a query whose answers fail; and of one that the service says to ask later, ten times as many."""
_THROTTLED = 10 * ATTEMPTS
_TIMEOUTS = 2
_WAIT_SECONDS = 600
_LONGEST_BACKOFF = 120.0
_ERROR_BYTES = 65_536
_BLOCK_BYTES = 2**18


class TooMuchError(Exception):
    """The rows do not fit into one answer, or take too long."""


class MissingTableError(Exception):
    """The workspace has no such table."""


class _Retry(Exception):  # noqa: N818 - no error yet
    """The query can be asked again."""

    def __init__(self, message: str, after: float | None = None, *, is_throttled: bool = False) -> None:
        super().__init__(message)
        self.after = after
        self.is_throttled = is_throttled


class _TookTooLong(_Retry):
    """No answer in time."""


class Workspace:
    """A Log Analytics workspace. One query at a time, far below the five that a user may have at once."""

    def __init__(
        self, workspace_id: str, credential: "TokenCredential", endpoint: str, *, ca_file: str | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC), sleep: Callable[[float], Any] = time.sleep,
        limits: Limits = LIMITS,
    ) -> None:  # fmt: skip
        """Connects to nothing yet. Tokens are for the `endpoint` and go nowhere else."""
        self.workspace_id = workspace_id
        self.limits = limits
        self.credential = credential
        self._endpoint = endpoint
        self._ca_file = ca_file
        self._clock = clock
        self._sleep = sleep
        self._opened: LogsQueryClient | None = None
        self.skew: timedelta | None = None
        """By how much the clock here is ahead of the service's, once that has answered."""

    def rows(self, query: str) -> Answer:
        """All rows of a query.

        Raises TooMuchError where they are more than one answer holds, MissingTableError, and CollectError when it
        cannot be answered.
        """
        return self._ask(query, _TIMEOUTS)

    def count(self, query: str) -> int:
        """The one number that a query gives. Raises like `rows`, but TooMuchError."""
        try:
            answer = self._ask(query, ATTEMPTS)
            return int(answer.first)
        except (TooMuchError, TypeError, ValueError) as error:
            raise CollectError(f"the rows could not be counted: {error}") from None

    def ask(self, query: str) -> Answer:
        """The answer to a query that is asked once. Raises MissingTableError, RefusedError, CollectError."""
        try:
            return self._ask_once(query)
        except (_Retry, TooMuchError) as failed:
            raise CollectError(f"{failed}; try again later") from None

    @property
    def scope(self) -> str:
        """What its tokens are for."""
        return f"{self._endpoint}/.default"

    def close(self) -> None:
        """Closes the connection."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _ask(self, query: str, most_timeouts: int) -> Answer:
        faults = throttled = timeouts = 0
        while True:
            try:
                return self._ask_once(query)
            except _Retry as failed:
                throttled += failed.is_throttled
                faults += not failed.is_throttled
                timeouts += isinstance(failed, _TookTooLong)
                if timeouts >= most_timeouts:
                    raise TooMuchError(str(failed)) from None
                if faults >= ATTEMPTS or throttled >= _THROTTLED:
                    message = f"{failed}, {faults + throttled} times; what is missing is pulled by the next collect"
                    raise CollectError(message) from None
                self._sleep(_backoff(max(faults, throttled)) if failed.after is None else failed.after)

    def _ask_once(self, query: str) -> Answer:
        from azure.core import exceptions  # noqa: PLC0415 - slow to import

        try:
            answer = self._send(query)
        except exceptions.ClientAuthenticationError as error:
            raise CollectError(f"no token for {self._endpoint}: {_first_line(error)}") from None
        except (exceptions.ServiceRequestTimeoutError, exceptions.ServiceResponseTimeoutError):
            raise _TookTooLong("no answer in time") from None
        except exceptions.AzureError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                message = f"the certificate of {self._endpoint} is not valid for it; nothing was sent there"
                raise CollectError(message) from None
            raise _Retry(f"the connection failed: {_first_line(error)}") from None
        if answer.error:
            raise TooMuchError(f"the answer is not whole: {answer.error}")
        if answer.rows >= self.limits.rows:
            raise TooMuchError(f"the answer has {answer.rows:,} rows, the most that the service gives")
        return answer

    def _send(self, query: str) -> Answer:
        from azure.core.rest import HttpRequest  # noqa: PLC0415

        request = HttpRequest(
            "POST",
            f"/workspaces/{self.workspace_id}/query",
            json={"query": query},
            headers={"Prefer": f"wait={_WAIT_SECONDS}", "Accept": "application/json"},
        )
        with self._client.send_request(request, stream=True) as response:
            self.skew = skew_of(response.headers.get("Date"), self._clock())
            if response.status_code != 200:
                self._refused(response)
            try:
                return parse_answer(self._chunks(response))
            except (ValueError, TypeError, KeyError) as error:
                raise _Retry(f"the answer cannot be read: {error}") from None

    def _chunks(self, response: "HttpResponse") -> Iterator[bytes]:
        """The body, as far as it is no longer than an answer may be."""
        size = 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > self.limits.bytes:
                raise TooMuchError(f"the answer is longer than {self.limits.bytes:,} bytes")
            yield chunk

    @property
    def _client(self) -> "LogsQueryClient":
        if self._opened is None:
            from azure.core.pipeline.policies import RedirectPolicy, RetryPolicy  # noqa: PLC0415
            from azure.monitor.query import LogsQueryClient  # noqa: PLC0415

            self._opened = LogsQueryClient(
                self.credential,
                endpoint=self._endpoint,
                connection_verify=self._ca_file or True,
                connection_timeout=30,
                connection_data_block_size=_BLOCK_BYTES,
                read_timeout=_WAIT_SECONDS + 60,
                retry_policy=RetryPolicy.no_retries(),
                redirect_policy=RedirectPolicy.no_redirects(),
            )
        return self._opened

    def _refused(self, response: "HttpResponse") -> NoReturn:
        status = response.status_code
        after = _retry_after(response.headers, self._clock())
        if status == 429:
            raise _Retry("the service is asked too often", after, is_throttled=True)
        said = _said(_read(response, _ERROR_BYTES))
        if status in (408, 504):
            raise _TookTooLong(f"HTTP {status}: {said}", after)
        if status >= 500:
            raise _Retry(f"HTTP {status}: {said}", after)
        if status == 400 and "failed to resolve table" in said.casefold():
            raise MissingTableError(said)
        kind = RefusedError if status == 403 else CollectError
        raise kind(self._explained(status, said))

    def _explained(self, status: int, said: str) -> str:
        workspace = f"workspace {self.workspace_id}"
        match status:
            case 401:
                return f"{workspace} refuses the token: HTTP 401: {said}; is the cloud in the settings right?"
            case 403:
                roles = "Log Analytics Data Reader (or Log Analytics Reader)"
                return f"{workspace} may not be read: HTTP 403: {said}; grant the collecting app {roles} on it"
            case 404:
                return f"there is no {workspace} at {self._endpoint}: HTTP 404: {said}"
            case status if 300 <= status < 400:
                return f"{workspace}: {self._endpoint} redirects (HTTP {status}); no token is sent elsewhere"
        return f"{workspace} refuses the query: HTTP {status}: {said}"


def _read(response: "HttpResponse", limit: int) -> bytes:
    """The body, or a little more of it than the limit."""
    chunks, size = [], 0
    for chunk in response.iter_bytes():
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            break
    return b"".join(chunks)


def _said(body: bytes) -> str:
    try:
        return reason(orjson.loads(body)) or "no reason given"
    except orjson.JSONDecodeError:
        return "no reason given"


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:300]


def _retry_after(headers: Any, now: datetime) -> float | None:
    """Seconds that the service asks to wait, however many; None where it does not say."""
    for name, unit in (("retry-after-ms", 1e-3), ("x-ms-retry-after-ms", 1e-3), ("retry-after", 1.0)):
        said = str(headers.get(name) or "").strip()
        if said.replace(".", "", 1).isdecimal():
            return float(said) * unit
        if said and name == "retry-after":
            return _seconds_until(said, now)
    return None


def _seconds_until(http_date: str, now: datetime) -> float | None:
    try:
        until = parsedate_to_datetime(http_date)
    except ValueError:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds())


def _backoff(attempt: int) -> float:
    """Seconds to wait where the service does not say how long; with jitter, lest many ask again at once."""
    return min(_LONGEST_BACKOFF, 2.0**attempt) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
