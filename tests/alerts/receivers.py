"""Receivers of alerts on this machine. They answer what they are told to, and keep what they are sent."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.tenant_server.certificates import make_certificate, serves

Answer = tuple[int, Mapping[str, str]]


class Request(NamedTuple):
    path: str
    headers: Mapping[str, str]
    body: bytes


class WebReceiver:
    """Answers as told, then 202; while it is slow, it does not answer at all."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answers: list[Answer] = []
        self.may_answer = threading.Event()
        self.has_request = threading.Event()
        self.may_answer.set()
        self.url = ""

    def answer(self) -> Answer:
        return self.answers.pop(0) if self.answers else (202, {})

    @property
    def bodies(self) -> list[bytes]:
        return [request.body for request in self.requests]


@contextmanager
def web_receiver(certificate: Path | None = None) -> Iterator[WebReceiver]:
    """A web server, over TLS where there is a certificate."""
    receiver = WebReceiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.requests.append(Request(self.path, self.headers, body))  # type: ignore[arg-type]
            receiver.has_request.set()
            receiver.may_answer.wait(30)
            status, headers = receiver.answer()
            with suppress(OSError):
                self.send_response(status)
                for name, value in {"Content-Length": "0", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:  # a client that gave up
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        if certificate:
            server.socket = serves(certificate).wrap_socket(server.socket, server_side=True)
        receiver.url = f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}"
        with _running(server):
            yield receiver
            receiver.may_answer.set()


class MailReceiver:
    """Takes letters over TLS only, from the user `alerts` with the password `right`."""

    def __init__(self, *, starttls: bool) -> None:
        self.letters: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.answers: list[str] = []
        self.unknown: set[str] = set()
        self.starttls = starttls
        self.port = 0

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.unknown:
            return "550 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        assert session.ssl is not None or not self.starttls, "a letter came unencrypted"
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        letter = message_from_bytes(envelope.content, policy=default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"

    @staticmethod
    def knows(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, auth: Any) -> AuthResult:
        is_known = isinstance(auth, LoginPassword) and (auth.login, auth.password) == (b"alerts", b"right")
        return AuthResult(success=is_known, handled=is_known)


@contextmanager
def mail_receiver(certificate: Path, *, starttls: bool = True) -> Iterator[MailReceiver]:
    """An SMTP server that is encrypted by STARTTLS, or from the beginning."""
    receiver = MailReceiver(starttls=starttls)
    tls = serves(certificate)
    options: dict[str, Any] = {"authenticator": receiver.knows, "hostname": "127.0.0.1"}
    if starttls:
        options |= {"tls_context": tls, "require_starttls": True, "auth_required": True}
    else:
        options |= {"ssl_context": tls, "auth_require_tls": False}
    controller = Controller(receiver, port=free_port(), **options)
    controller.hostname = "127.0.0.1"
    receiver.port = controller.port
    controller.start()
    try:
        yield receiver
    finally:
        controller.stop()


class SyslogReceiver:
    """Takes records, and keeps the bytes of each connection or datagram."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self._came = threading.Condition()
        self.port = 0

    def take(self, content: bytes) -> None:
        with self._came:
            self.received.append(content)
            self._came.notify_all()

    def wait_for(self, number: int) -> None:
        """Waits until so many connections have ended, or datagrams have come."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.received) >= number, 10)

    def records(self) -> list[str]:
        """The records of connections, whose octets are counted."""
        self.wait_for(1)
        return [record for content in self.received for record in _counted(content)]


@contextmanager
def syslog_receiver(certificate: Path | None = None) -> Iterator[SyslogReceiver]:
    """A syslog server for connections, over TLS where there is a certificate."""
    receiver = SyslogReceiver()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            connection = self.request
            if certificate:
                connection = serves(certificate).wrap_socket(connection, server_side=True)
            content = b"".join(iter(lambda: connection.recv(65_536), b""))
            receiver.take(content)
            if isinstance(connection, ssl.SSLSocket):
                with suppress(OSError):
                    connection.unwrap()
                connection.close()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_address[1]
        with _running(server):
            yield receiver


@contextmanager
def datagram_receiver() -> Iterator[SyslogReceiver]:
    """A syslog server for datagrams."""
    receiver = SyslogReceiver()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            receiver.take(self.request[0])

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_address[1]
        with _running(server):
            yield receiver


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def certificate_in(folder: Path) -> Path:
    """A certificate for this machine."""
    return make_certificate(folder, "127.0.0.1")


@contextmanager
def _running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


def _counted(content: bytes) -> Iterator[str]:
    while content:
        length, _, rest = content.partition(b" ")
        record, content = rest[: int(length)], rest[int(length) :]
        yield record.decode()
