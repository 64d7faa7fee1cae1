"""What becomes of each request of a schedule: decided by a seed, and counted."""

import os
import signal
from collections import Counter, deque
from random import Random
from threading import Lock
from typing import Any

from tests.tenant_server import graph, log_analytics
from tests.tenant_server.log_analytics import Status

OUTAGE = "outage"
SLOW_DOWN = {
    "429 without Retry-After": {},
    "429 with Retry-After": {"Retry-After": "7"},
    "429 with long Retry-After": {"Retry-After": "7200"},
}
COMMON = (*SLOW_DOWN, "500", "502", "503", "504", "reset mid-body", "truncated JSON")
KINDS = {
    "graph": (*COMMON, "empty page with nextLink", "repeated page", "forgotten place"),
    "log_analytics": (*COMMON, "partial result"),
    "storage": (*COMMON, "empty page with nextLink", "blob grows between list and read"),
}
"""Source → what can happen to it. The storage account speaks XML; what is cut off there is that."""


class Chance:
    """Draws faults for all servers from one seed, and kills the collecting process at a request if it is told to."""

    def __init__(self) -> None:
        self.injected: Counter[str] = Counter()
        self.requests = 0
        self._lock = Lock()
        self._rng = Random(0)  # noqa: S311 - reproducible
        self._rate = 0.0
        self._outages: Counter[str] = Counter()
        self._victim = 0
        self._until_death: Counter[str] = Counter()

    def start(self, seed: int, rate: float) -> None:
        """Begins anew: each request fails with this probability."""
        with self._lock:
            self._rng = Random(seed)  # noqa: S311
            self._rate = rate
            self._outages.clear()

    def kill_at(self, source: str, request: int, process: int) -> None:
        """Kills this process while its so manieth request to a source is under way."""
        with self._lock:
            self._victim = process
            self._until_death = Counter({source: request})

    def spare(self) -> None:
        """Kills nobody any more."""
        with self._lock:
            self._until_death.clear()

    def draw(self, source: str) -> str | None:
        """What becomes of the next request to a source; None for a good answer."""
        with self._lock:
            self.requests += 1
            self._kill(source)
            kind = self._kind(source)
            if kind:
                self.injected[kind] += 1
            return kind

    def _kill(self, source: str) -> None:
        if self._until_death[source]:
            self._until_death[source] -= 1
            if not self._until_death[source]:
                os.kill(self._victim, signal.SIGKILL)

    def _kind(self, source: str) -> str | None:
        if self._outages[source]:
            self._outages[source] -= 1
            return OUTAGE
        if self._rng.random() >= self._rate:
            return None
        if self._rng.random() < 0.02:
            self._outages[source] = self._rng.randrange(3, 12)
            return OUTAGE
        return self._rng.choice(KINDS[source])


class GraphFaults(deque[graph.Fault | None]):
    """For each request to Graph, what happens instead of a good answer."""

    def __init__(self, chance: Chance) -> None:
        super().__init__()
        self._chance = chance

    def __bool__(self) -> bool:
        return True

    def popleft(self) -> graph.Fault | None:
        kind = self._chance.draw("graph")
        return _graph_fault(kind) if kind else None


class WorkspaceFaults(list[log_analytics.Fault]):
    """For each query, what happens instead of a good answer."""

    def __init__(self, chance: Chance) -> None:
        super().__init__()
        self._chance = chance

    def __bool__(self) -> bool:
        return True

    def pop(self, index: Any = -1) -> log_analytics.Fault:  # noqa: ARG002 - the signature is the list's
        match self._chance.draw("log_analytics"):
            case None:
                return None
            case "reset mid-body":
                return "reset"
            case "truncated JSON":
                return "truncated"
            case "partial result":
                return "partial"
            case kind:
                return Status(*status_of(kind))


def status_of(kind: str) -> tuple[int, dict[str, str]]:
    """Status and headers of a fault that is an answer."""
    if kind in SLOW_DOWN:
        return 429, SLOW_DOWN[kind]
    return (503 if kind == OUTAGE else int(kind)), {}


def _graph_fault(kind: str) -> graph.Fault:
    match kind:
        case "reset mid-body":
            return graph.reset
        case "truncated JSON":
            return graph.cut
        case "empty page with nextLink":
            return _only_of_pages(graph.empty_first)
        case "repeated page":
            return _only_of_pages(graph.repeated)
        case "forgotten place":
            return _forgotten
    code, headers = status_of(kind)
    return graph.status(code, **{name.replace("-", "_"): value for name, value in headers.items()})


def _only_of_pages(fault: graph.Fault) -> graph.Fault:
    """The fault for a page of a listing; one object comes as it is."""

    def happen(handler: graph.Handler, body: bytes) -> None:
        (fault if b'"value":[' in body else graph.good)(handler, body)

    return happen


def _forgotten(handler: graph.Handler, body: bytes) -> None:
    """A place in a listing is forgotten; a first page has none, and the server is merely overloaded."""
    is_later_page = "skiptoken" in handler.path
    graph.status(410 if is_later_page else 503, name="expiredPageToken")(handler, body)
