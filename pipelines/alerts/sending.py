"""How a message is brought to a receiver: in time, again where that may help, and not too fast."""

import os
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import SHUT_RDWR, socket
from threading import Timer

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, stop_before_delay
from tenacity.wait import wait_exponential_jitter

from pipelines.alerts.routes import Route, https_url


class DeliveryError(Exception):
    """A receiver did not take a message; the text says why and holds no secret."""

    def __init__(
        self, message: str, *, may_pass: bool = False, retry_after: float | None = None, of_message: bool = False
    ) -> None:
        """`may_pass`: trying again may help. `of_message`: the receiver is well, it does not want this message."""
        super().__init__(message)
        self.may_pass = may_pass
        self.retry_after = retry_after
        self.of_message = of_message


@dataclass(frozen=True)
class Patience:
    """How long a route is tried in one run; a receiver that is down, or slow, does not hold up a run for longer."""

    attempts: int = 4
    attempt_seconds: float = 10
    route_seconds: float = 60
    """After this long no further attempt and no further message is begun."""
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


PATIENCE = Patience()


def insist(attempt: Callable[[], str | None], patience: Patience, seconds: float) -> str | None:
    """What the first attempt that succeeds returns; none is begun after so many seconds.

    Raises the DeliveryError of the last one.
    """
    backoff = wait_exponential_jitter(initial=1, max=10)

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, DeliveryError) else None
        return max(backoff(state), asked or 0)

    tries = Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, DeliveryError) and error.may_pass),
        wait=wait,
        stop=stop_after_attempt(patience.attempts) | stop_before_delay(seconds),
        sleep=patience.sleep,
        reraise=True,
    )
    return tries(attempt)


def secret_of(route: Route) -> str | None:
    """The route's secret."""
    return os.environ.get(route.secret_variable) or None


def needed_secret(route: Route, what: str) -> str:
    """The route's secret, which is this. Raises DeliveryError where there is none."""
    secret = secret_of(route)
    if secret is None:
        raise DeliveryError(f"{route.secret_variable} is not set: it holds {what}")
    return secret


def secret_url(route: Route, what: str) -> str:
    """The route's secret, which is a URL. Raises DeliveryError where there is none, or alerts may not be sent there."""
    try:
        return https_url(needed_secret(route, what))
    except ValueError as error:
        raise DeliveryError(f"{route.secret_variable} {error}") from None


def trust_of(ca_file: Path | None) -> ssl.SSLContext:
    """What the receiver's certificate is checked with. Raises DeliveryError when the file cannot be read."""
    try:
        return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except OSError as error:
        raise DeliveryError(f"the ca_file {ca_file} cannot be used: {error.strerror}") from None


@contextmanager
def ends_after(seconds: float, connection: Callable[[], socket | None]) -> Iterator[None]:
    """Shuts the connection after so long: a timeout of its own would begin anew with every byte that trickles in."""
    timer = Timer(seconds, lambda: _shut(connection()))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _shut(connection: socket | None) -> None:
    with suppress(OSError):
        if connection:
            socket.shutdown(connection, SHUT_RDWR)  # not that of a TLS socket, which would wait for the other side
