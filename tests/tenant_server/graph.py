"""A tenant's Microsoft Graph beta over real sockets, with faults on demand.

It understands what the collectors send and refuses everything else, so that a query it never saw is noticed.
"""

from __future__ import annotations

import re
import ssl
import threading
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import orjson

Json = dict[str, Any]
Fault = Callable[["Handler", bytes], None]
"""What happens instead of a good answer, which it is given."""

TOKEN = "a-secret-token"  # noqa: S105 - known to everyone
PREFER = "include-unknown-enum-members"

_SIGN_INS = re.compile(
    r"createdDateTime ge (\S+) and createdDateTime lt (\S+) and signInEventTypes/any\(t: t eq '(\w+)'\)"
)
_AUDITS = re.compile(r"activityDateTime ge (\S+) and activityDateTime lt (\S+)")
_EXPAND = re.compile(r"(\w+)(?:\(\$select=([\w,]+)\))?")
_CAST = re.compile(r"(\w+)/microsoft\.graph\.(\w+)")
_PEOPLE = re.compile(r"(\w+)/([\w-]+)/(?:microsoft\.graph\.\w+/)?(owners|sponsors)")
_DRIVE = re.compile(r"drives/([\w!-]+)")
_MOST = {"auditLogs/signIns": 1000, "auditLogs/directoryAudits": 1000}


@dataclass(frozen=True)
class Asked:
    """A request that the server got."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass
class Tenant:
    """What the server knows, and how it misbehaves: `faults` come first, one for each request, None for none."""

    events: dict[str, list[Json]] = field(default_factory=dict)
    """By event type, or `directoryAudits`; newest first as Graph gives them."""
    directory: dict[str, list[Json]] = field(default_factory=dict)
    """By collection."""
    page_size: int | None = None
    """Most elements in a page, whatever was asked for."""
    faults: deque[Fault | None] = field(default_factory=deque)
    refuse: dict[str, Fault] = field(default_factory=dict)
    """By the beginning of the path, or of the event type: what always happens instead."""
    asked: list[Asked] = field(default_factory=list)
    reorder: Callable[[list[Json]], list[Json]] = lambda events: events
    hidden: set[str] = field(default_factory=set)
    """Ids of objects that only the listing of their own type has."""
    _sorted: dict[str, tuple[list[float], list[Json]]] = field(default_factory=dict)

    def answer(self, path: str, query: Mapping[str, str]) -> Json | None:
        """The answer without its link to the next page; None for what is not there. ValueError for a bad query."""
        if path.startswith("auditLogs/"):
            return self._page(self._events(path, query["$filter"]), path, query)
        if match := _DRIVE.fullmatch(path):
            _only(query, "$select")
            found = [drive for drive in self.directory.get("drives", []) if drive["id"] == match[1]]
            return {"@odata.context": "$metadata#drives/$entity", **found[0]} if found else None
        objects = self._objects(path, query)
        return None if objects is None else self._page(objects, path, query)

    def _events(self, path: str, condition: str) -> list[Json]:
        if path == "auditLogs/signIns":
            match, name = _SIGN_INS.fullmatch(condition), "createdDateTime"
            kind = match[3] if match else ""
        else:
            match, name, kind = _AUDITS.fullmatch(condition), "activityDateTime", "directoryAudits"
        if match is None:
            raise ValueError(f"not understood: {condition}")
        last, first = (-datetime.fromisoformat(match[group]).timestamp() for group in (2, 1))
        ages, events = self._by_age(kind, name)
        return self.reorder(events[bisect_right(ages, last) : bisect_right(ages, first)])

    def _by_age(self, kind: str, name: str) -> tuple[list[float], list[Json]]:
        """All events of a kind, the newest first, sorted anew when there are more."""
        events = self.events.get(kind, [])
        if len(self._sorted.get(kind, ([], []))[1]) != len(events):
            newest_first = sorted(events, key=lambda event: _age(event[name]))
            self._sorted[kind] = [_age(event[name]) for event in newest_first], newest_first
        return self._sorted.get(kind, ([], []))

    def _objects(self, path: str, query: Mapping[str, str]) -> list[Json] | None:
        _only(query, "$select", "$expand", "$top", "$skiptoken")
        if match := _PEOPLE.fullmatch(path):
            (crowd,) = (each for each in self.directory[match[1]] if each["id"] == match[2])
            return [dict(person) for person in crowd[f"all_{match[3]}"]]
        if path.startswith("servicePrincipals(appId="):
            path = "appRoleAssignments"
        cast = _CAST.fullmatch(path)
        collection = cast[1] if cast else path
        if collection not in self.directory:
            return None
        wanted = f"#microsoft.graph.{cast[2]}" if cast else None
        found = [each for each in self.directory[collection] if wanted in (None, each.get("@odata.type"))]
        if not cast:
            found = [each for each in found if each["id"] not in self.hidden]
        return [_projected(each, query, is_cast=bool(cast)) for each in found]

    def _page(self, elements: Sequence[Json], path: str, query: Mapping[str, str]) -> Json:
        size = min(int(query["$top"]), _MOST.get(path, 999))
        if int(query["$top"]) > _MOST.get(path, 999):
            raise ValueError("$top is too large")
        size = self.page_size or size
        start = int(query.get("$skiptoken", "0"))
        page: Json = {"@odata.context": f"$metadata#{path}"}
        if start + size < len(elements):
            page["@odata.nextLink"] = start + size
        return page | {"value": elements[start : start + size]}


def _age(time: str) -> float:
    return -datetime.fromisoformat(time).timestamp()


def _only(query: Mapping[str, str], *names: str) -> None:
    if unknown := query.keys() - set(names):
        raise ValueError(f"not understood: {unknown}")


def _projected(each: Json, query: Mapping[str, str], *, is_cast: bool) -> Json:
    """The fields selected and expanded. A listing of one type does not say the type of its objects."""
    selected = query["$select"].split(",") if "$select" in query else [name for name in each if name[:4] != "all_"]
    found = {name: each[name] for name in selected if name in each}
    if "@odata.type" in each and not is_cast:
        found = {"@odata.type": each["@odata.type"], **found}
    if "$expand" in query:
        match = _EXPAND.fullmatch(query["$expand"])
        if match is None:
            raise ValueError("one relation can be expanded")
        if match[1] in each:
            found[match[1]] = each[match[1]][:20]
    return found


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together, lest the body wait for the client's acknowledgement
    server: Server

    def do_GET(self) -> None:
        """Answers, or misbehaves."""
        parts = urlsplit(self.path)
        path = unquote(parts.path).removeprefix("/beta/")
        query = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        tenant = self.server.tenant
        with self.server.lock:
            tenant.asked.append(Asked(path, query, {name.lower(): value for name, value in self.headers.items()}))
            fault = self._refused(path, query) or (tenant.faults.popleft() if tenant.faults else None)
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self.error(401, "InvalidAuthenticationToken", "no token")
            return
        try:
            page = tenant.answer(path, query)
        except (ValueError, KeyError) as error:
            self.error(400, "BadRequest", str(error))
            return
        if page is None:
            self.error(404, "Request_ResourceNotFound", "not there")
            return
        if "@odata.nextLink" in page:
            page["@odata.nextLink"] = self.link(parts.path, query, page["@odata.nextLink"])
        body = orjson.dumps(page)
        if fault:
            fault(self, body)
        else:
            self.reply(200, body)

    def link(self, path: str, query: Mapping[str, str], place: int | None) -> str:
        """Where the next page is."""
        given = query if place is None else {**query, "$skiptoken": str(place)}
        text = "&".join(f"{name}={quote(value, safe='')}" for name, value in given.items())
        return f"{self.server.origin}{path}?{text}"

    def _refused(self, path: str, query: Mapping[str, str]) -> Fault | None:
        condition = query.get("$filter", "")
        for name, fault in self.server.tenant.refuse.items():
            if path.startswith(name) or f"'{name}'" in condition:
                return fault
        return None

    def error(self, status: int, code: str, message: str, **headers: str) -> None:
        """Refuses as Graph does."""
        self.reply(status, orjson.dumps({"error": {"code": code, "message": message}}), **headers)

    def reply(self, status: int, body: bytes, **headers: str) -> None:
        """Sends a whole answer."""
        self.head(status, len(body), **headers)
        self.wfile.write(body)

    def head(self, status: int, length: int, **headers: str) -> None:
        """Sends the beginning of an answer."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


class Server(ThreadingHTTPServer):
    """Serves one tenant on this machine."""

    daemon_threads = True

    def __init__(self, tenant: Tenant, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.tenant = tenant
        self.lock = threading.Lock()
        self.origin = f"{'https' if tls else 'http'}://127.0.0.1:{self.server_address[1]}"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)

    @property
    def endpoint(self) -> str:
        """Base address of the API."""
        return f"{self.origin}/beta"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up, or does not trust this server, is what tests are about."""


@contextmanager
def serving(tenant: Tenant, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """The tenant's Graph, until the block ends."""
    server = Server(tenant, tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def status(code: int, *, name: str = "Error", message: str = "", **headers: str) -> Fault:
    """An error of Graph, with headers."""
    return lambda handler, _body: handler.error(code, name, message, **headers)


def reset(handler: Handler, body: bytes) -> None:
    """The connection ends in the middle of the body."""
    handler.head(200, len(body))
    handler.wfile.write(body[: len(body) // 2])
    handler.close_connection = True


def cut(handler: Handler, body: bytes) -> None:
    """A whole answer of half a document."""
    handler.reply(200, body[: len(body) // 2])


def html(handler: Handler, _body: bytes) -> None:
    """A gateway in between has an error of its own."""
    handler.head(502, 15, Server="gateway")
    handler.wfile.write(b"<html>no</html>")


def good(handler: Handler, body: bytes) -> None:
    """The good answer."""
    handler.reply(200, body)


def empty_first(handler: Handler, body: bytes) -> None:
    """An empty page that says that there is more: the same page again."""
    handler.reply(200, orjson.dumps(_before_itself(handler, body) | {"value": []}))


def repeated(handler: Handler, body: bytes) -> None:
    """A page that comes twice."""
    handler.reply(200, orjson.dumps(_before_itself(handler, body)))


def _before_itself(handler: Handler, body: bytes) -> Json:
    """The page, with itself as the next one."""
    parts = urlsplit(handler.path)
    query = dict(parse_qsl(parts.query))
    start = query.get("$skiptoken", "0")
    # The place is written differently, for a link that was followed before would go in circles.
    link = handler.link(parts.path, {**query, "$skiptoken": f"0{start}"}, None)
    page: Json = orjson.loads(body)
    return page | {"@odata.nextLink": link}


def next_at(link: str) -> Fault:
    """A good page whose next one is said to be elsewhere."""

    def fault(handler: Handler, body: bytes) -> None:
        handler.reply(200, orjson.dumps(orjson.loads(body) | {"@odata.nextLink": link}))

    return fault


def redirect(link: str) -> Fault:
    """Sends the client elsewhere."""
    return lambda handler, _body: handler.reply(302, b"", Location=link)
