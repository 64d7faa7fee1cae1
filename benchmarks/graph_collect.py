"""`python -m benchmarks.graph_collect`: sign-ins from a Graph on this machine to landed files."""

import multiprocessing
import tempfile
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

import orjson
import typer
from azure.core.credentials import AccessToken

from benchmarks.pull import measure
from pipelines.demo import write_tenant
from pipelines.demo.identifiers import guid
from pipelines.sources.graph_client import Rate, Transport
from pipelines.sources.graph_logs import GraphLogs
from pipelines.sources.slices import Period

PAGE, PAGES = 1000, 25
_HOUR = b"the hour"  # makes the pages of each hour differ: what landed before does not land again
FIRST = datetime(2026, 3, 4, tzinfo=UTC)


class Credential:
    """Gives a token without asking anyone."""

    def get_token(self, *_: str, **__: Any) -> AccessToken:
        """A token that means nothing."""
        return AccessToken("token", int(time.time()) + 3600)


def main(
    size: Annotated[int, typer.Option(help="Hours of 25,000 sign-ins each, in pages of a thousand.")] = 8,
    as_json: Annotated[bool, typer.Option(help="Print figures to read by a program.")] = False,
) -> None:
    """Collects so many hours of sign-ins."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    transport = Transport(f"http://127.0.0.1:{ours.recv()}/beta", now=lambda: FIRST + timedelta(days=1))
    collector = GraphLogs("tenant", Credential(), rate=Rate(1_000_000, 1), transport=transport)
    with tempfile.TemporaryDirectory(prefix="whoseagent-bench-") as work:
        period = Period(FIRST, FIRST + timedelta(hours=size))
        measure(Path(work), collector, size * PAGE * PAGES, period).print(as_json=as_json)
    process.terminate()


def serve(pipe: Connection) -> None:
    """Answers every query for interactive sign-ins with the same pages, and all others with none."""
    bodies = _pages()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            page = int(query.get("$skiptoken", ["0"])[0])
            body = b'{"value":[]}'
            if "interactiveUser" in query["$filter"][0]:
                address = f"http://127.0.0.1:{self.server.server_port}{self.path.partition('&$skiptoken')[0]}"  # type: ignore[attr-defined]
                link = f'"@odata.nextLink":"{address}&$skiptoken={page + 1}",' if page + 1 < PAGES else ""
                hour = query["$filter"][0].split()[2]
                body = b"{" + link.encode() + bodies[page].replace(_HOUR, hour.encode(), 1)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pipe.send(server.server_port)
    server.serve_forever()


def _pages() -> list[bytes]:
    rng = Random(7)  # noqa: S311 - the same pages on every run
    with tempfile.TemporaryDirectory() as folder:
        write_tenant(Path(folder), scale=0.1, days=1, shape="graph")
        files = Path(folder).rglob("signIns-interactiveUser-*.json")
        objects = [each for file in files for each in orjson.loads(file.read_bytes())["value"]]
    pages = []
    for _ in range(PAGES):
        events = [{**rng.choice(objects), "id": guid(rng), "correlationId": guid(rng)} for _ in range(PAGE)]
        events[0]["id"] = _HOUR.decode()
        pages.append(b'"value":' + orjson.dumps(events) + b"}")
    return pages


if __name__ == "__main__":
    typer.run(main)
