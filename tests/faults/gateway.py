"""Stands before the storage emulator and lets requests fail, or blobs grow between the listing and the reading."""

import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from tests.emulator import ACCOUNT, Emulator
from tests.faults.chance import OUTAGE, Chance, status_of

_FOLLOWING = re.compile(rb"<NextMarker>([^<]*)</NextMarker>|<NextMarker ?/>")
_ELEMENTS = re.compile(rb"<(Blobs|Containers)>.*</\1>", re.DOTALL)
_AGAIN = "again."
Grow = Callable[[str, str], Any]
"""Lets the blob of this container and path grow."""


class Gateway(ThreadingHTTPServer):
    """Serves what the emulator has."""

    daemon_threads = True

    def __init__(self, emulator: Emulator, chance: Chance) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.emulator = emulator
        self.chance = chance
        self.grow: Grow = lambda _container, _path: None
        self.url = f"http://127.0.0.1:{self.server_port}/{ACCOUNT}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is killed hangs up."""


@contextmanager
def gateway(emulator: Emulator, chance: Chance) -> Iterator[Gateway]:
    """A gateway, until the block ends."""
    server = Gateway(emulator, chance)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: Gateway

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        is_listing = query.get("comp") == "list"
        place = query.pop("marker", "")
        marker = place.rpartition(_AGAIN)[2]  # the same page, asked for again
        kind = self.server.chance.draw("storage")
        if kind == OUTAGE or (kind and kind[0].isdigit()):
            code, headers = status_of(kind)
            self._reply(code, headers, b"<Error/>")
            return
        if kind == "blob grows between list and read" and not is_listing:
            _, _, container, path = unquote(parts.path).split("/", 3)
            self.server.grow(container, path)
        status, headers, body = self._ask(parts.path, query | ({"marker": marker} if marker else {}))
        if kind == "empty page with nextLink" and is_listing and status == 200:
            body = _emptied(body, _AGAIN + place)
        self._reply(status, headers, body[: len(body) // 2] if kind == "truncated JSON" else body, kind)

    def _ask(self, path: str, query: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        origin = self.server.emulator.url.removesuffix(f"/{ACCOUNT}")
        sent = {name: value for name, value in self.headers.items() if name.lower() in ("range", "x-ms-version")}
        request = urllib.request.Request(f"{origin}{path}?{urlencode(query)}", headers=sent)  # noqa: S310
        try:
            with urllib.request.urlopen(request) as response:  # noqa: S310
                return response.status, dict(response.headers), response.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    def _reply(self, status: int, headers: dict[str, str], body: bytes, kind: str | None = None) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "keep-alive"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if kind == "reset mid-body":
            body, self.close_connection = body[: len(body) // 2], True
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


def _emptied(page: bytes, marker: str) -> bytes:
    """The page without its elements, which says that there are more."""
    following = b"<NextMarker>%b</NextMarker>" % marker.encode()
    return _FOLLOWING.sub(following, _ELEMENTS.sub(rb"<\1></\1>", page))
