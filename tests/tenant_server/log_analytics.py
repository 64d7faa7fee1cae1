"""A local Log Analytics: enough of the query API, over TLS, for the real SDK to work unmodified; faults on demand.

It understands the queries of `pipelines.sources.query_window` and no others, and answers them from rows that have an
ingestion time of their own.
"""

import re
import socket
import ssl
import struct
import zlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self

import orjson
import trustme

from pipelines.demo.log_analytics import DATETIMES

_QUERY = re.compile(
    r"(?P<table>\w+)\n"
    r"\| where (?P<clock>ingestion_time\(\)|TimeGenerated) >= datetime\((?P<first>[^)]+)\)"
    r" and (?P=clock) < datetime\((?P<last>[^)]+)\)"
    r"(?:\n\| where hash\(TimeGenerated, (?P<shares>\d+)\) == (?P<share>\d+))?"
    r"(?P<count>\n\| summarize Rows = count\(\))?"
    r"(?P<newest>\n\| summarize Newest = max\(TimeGenerated\))?"
)
_PATH = re.compile(r"/v1/workspaces/([^/]+)/query")
_TYPES = {bool: "bool", int: "long", float: "real", dict: "dynamic", list: "dynamic"}
PARTIAL = {"code": "PartialError", "message": "There were some errors when processing your query."}


class Status(NamedTuple):
    """An answer that is none."""

    code: int
    headers: Mapping[str, str] = {}
    message: str = "on demand"


Fault = Status | Literal["reset", "truncated", "partial", "lost row"] | None
"""What becomes of one request: refused, cut off by a reset, cut short in its JSON, partial, whole but for a row that
nobody misses, or nothing."""


@dataclass
class Table:
    """Rows by ingestion time, ready as JSON text."""

    columns: list[dict[str, str]]
    ingested: list[datetime] = field(default_factory=list)
    generated: list[str] = field(default_factory=list)
    rows: list[bytes] = field(default_factory=list)


class Asked(NamedTuple):
    """One request as the server received it."""

    query: str
    token: str


class LogAnalyticsServer:
    """Serves in threads of its own between enter and exit."""

    def __init__(self, folder: Path, *, host_of_certificate: str = "127.0.0.1") -> None:
        self.most_rows, self.most_bytes = 500_000, 64_000_000
        self.asked: list[Asked] = []
        self.faults: list[Fault] = []
        """What becomes of the next requests, in order."""
        self.forbidden = False
        self._lock = Lock()
        self._workspaces: dict[str, dict[str, list[tuple[datetime, dict[str, Any]]]]] = defaultdict(dict)
        self._tables: dict[tuple[str, str], Table] = {}
        authority = trustme.CA()
        self.ca_file = str(folder / "ca.pem")
        authority.cert_pem.write_to_path(self.ca_file)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(host_of_certificate).configure_cert(context)
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._server.tenant = self
        self.endpoint = f"https://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add(self, workspace: str, table: str, rows: Iterable[tuple[datetime, Mapping[str, Any]]] = ()) -> None:
        """Takes in rows, each at its own time; a table that none was ever put in is not there."""
        there = self._workspaces[workspace].setdefault(table, [])
        there += [(at.astimezone(UTC), dict(fields)) for at, fields in rows]
        self._tables.pop((workspace, table), None)

    def prepare(self) -> None:
        """Encodes what was put in, which the first query of a table does else."""
        for workspace, tables in self._workspaces.items():
            for table in tables:
                self._table(workspace, table)

    def _table(self, workspace: str, table: str) -> Table | None:
        if table not in self._workspaces[workspace]:
            return None
        if (workspace, table) not in self._tables:
            self._tables[workspace, table] = _table(self._workspaces[workspace][table])
        return self._tables[workspace, table]

    def answer(self, workspace: str, query: str, fault: Fault) -> tuple[int, bytes]:
        """Status and body for a query."""
        asked = _QUERY.fullmatch(query)
        if asked is None:
            return 400, _error("BadArgumentError", "SYN0002", f"Query could not be parsed: {query}")
        table = self._table(workspace, asked["table"])
        if table is None:
            message = f"'where' operator: Failed to resolve table or column expression named '{asked['table']}'"
            return 400, _error("BadArgumentError", "SEM0100", message)
        rows = _matching(table, asked)
        if fault == "lost row":
            rows.pop()
        if asked["count"]:
            return 200, _body([{"name": "Rows", "type": "long"}], [b"[%d]" % len(rows)], is_partial=False)
        if asked["newest"]:
            times = [orjson.loads(row)[0] for row in rows]  # TimeGenerated is the first column
            newest = orjson.dumps([max(times, default=None)])
            return 200, _body([{"name": "Newest", "type": "datetime"}], [newest], is_partial=False)
        kept = rows[: self.most_rows]
        while sum(map(len, kept)) > self.most_bytes:
            kept = kept[: len(kept) // 2]
        if fault == "partial":
            kept = kept[: len(kept) // 2]
        return 200, _body(table.columns, kept, is_partial=fault == "partial" or len(kept) < len(rows))

    def receive(self, path: str, query: str, token: str) -> tuple[int, Mapping[str, str], bytes, Fault]:
        """Status, headers, body and fault of one request."""
        with self._lock:
            self.asked.append(Asked(query, token))
            fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, Status):
            return fault.code, fault.headers, _error("Fault", "Fault", fault.message), fault
        if not token.startswith("Bearer "):
            return 401, {}, _error("AuthorizationRequiredError", "None", "no token"), None
        if self.forbidden:
            return 403, {}, _error("InsufficientAccessError", "None", "The provided credentials have no access"), None
        workspace = _PATH.fullmatch(path)
        if workspace is None or workspace[1] not in self._workspaces:
            return 404, {}, _error("PathNotFoundError", "None", "The requested path does not exist"), None
        status, body = self.answer(workspace[1], query, fault)
        return status, {}, body, fault


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    tenant: LogAnalyticsServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that refuse the certificate or go away are what is tested."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        content = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
        token = self.headers.get("Authorization", "")
        status, headers, body, fault = self.server.tenant.receive(self.path, content["query"], token)
        if fault == "truncated":
            body = body[: len(body) // 2]
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if fault == "reset":
            self.wfile.write(body[: len(body) // 2])
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
        else:
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Says nothing."""


def _table(rows: list[tuple[datetime, dict[str, Any]]]) -> Table:
    """All rows with all columns, as a workspace has them: text is never null, objects are text (domain fact T28)."""
    kinds: dict[str, str] = {"TimeGenerated": "datetime"}
    for _, fields in rows:
        for name, value in fields.items():
            kind = "datetime" if name in DATETIMES else _TYPES.get(type(value), "string")
            if value is not None and kinds.get(name, "string") == "string":
                kinds[name] = kind
    table = Table([{"name": name, "type": kind} for name, kind in kinds.items()])
    for at, fields in sorted(rows, key=lambda row: row[0]):
        table.ingested.append(at)
        table.generated.append(str(fields.get("TimeGenerated")))
        table.rows.append(orjson.dumps([_cell(fields.get(name), kind) for name, kind in kinds.items()]))
    return table


def _cell(value: Any, kind: str) -> Any:
    if value is None:
        return "" if kind == "string" else None
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value


def _matching(table: Table, asked: re.Match[str]) -> list[bytes]:
    first, last = (datetime.fromisoformat(asked[name]) for name in ("first", "last"))
    if asked["clock"] == "ingestion_time()":
        chosen = list(range(*[bisect_left(table.ingested, at) for at in (first, last)]))
    else:
        times = map(datetime.fromisoformat, table.generated)
        chosen = [number for number, at in enumerate(times) if first <= at < last]
    if asked["shares"]:
        shares, share = int(asked["shares"]), int(asked["share"])
        chosen = [number for number in chosen if zlib.crc32(table.generated[number].encode()) % shares == share]
    return [table.rows[number] for number in chosen]


def _body(columns: list[dict[str, str]], rows: list[bytes], *, is_partial: bool) -> bytes:
    error = b',"error":%b' % orjson.dumps(PARTIAL) if is_partial else b""
    table = b'{"name":"PrimaryResult","columns":%b,"rows":[%b]}' % (orjson.dumps(columns), b",".join(rows))
    return b'{"tables":[%b]%b}' % (table, error)


def _error(code: str, inner: str, message: str) -> bytes:
    innermost = {"code": inner, "message": message}
    return orjson.dumps(
        {"error": {"code": code, "message": "The request had some invalid properties", "innererror": innermost}}
    )
