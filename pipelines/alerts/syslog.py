"""Syslog, RFC 5424: over TLS or TCP with counted octets (RFC 5425, RFC 6587), or over UDP."""

import socket
import ssl

from pipelines.alerts.alert import Alert, time_of
from pipelines.alerts.message import Message
from pipelines.alerts.routes import SyslogRoute
from pipelines.alerts.sending import DeliveryError, Patience, ends_after, trust_of
from pipelines.alerts.text import cut

_FACILITY = 13
"""Log audit."""
_LEVELS = {"critical": 2, "high": 3, "medium": 4, "low": 5, "info": 6}
_DATA_ID = "whoseagent@32473"
"""With the enterprise number that is reserved for examples: whoseagent has none."""
_LARGEST = {"udp": 2048, "tcp": 8192, "tls": 8192}
"""Bytes that a receiver should take (RFC 5424, RFC 5426), or usually does."""


def render(alert: Alert, largest: int) -> bytes:
    """One record of at most so many bytes, whose message is cut where it must be."""
    priority = _FACILITY * 8 + _LEVELS[alert.severity]
    header = f"<{priority}>1 {time_of(alert.last_seen) or '-'} - whoseagent - {alert.reason}"
    starts = (f"{header} [{_DATA_ID}{_data(alert, longest)}] \ufeff".encode() for longest in (200, 80, 40))
    start = next(start for start in starts if len(start) < largest)
    text = f"{alert.heading}: {alert.summary}".encode()[: largest - len(start)]
    return start + text.decode(errors="ignore").encode()


def send(route: SyslogRoute, message: Message, patience: Patience) -> None:
    """Sends the alerts. Raises DeliveryError. That a datagram arrived, nobody can tell."""
    records = [render(alert, _LARGEST[route.protocol]) for alert in message.alerts]
    try:
        if route.protocol == "udp":
            _send_datagrams(route, records)
        else:
            _send_stream(route, b"".join(b"%d %b" % (len(record), record) for record in records), patience)
    except ssl.SSLCertVerificationError as error:
        raise DeliveryError(f"the certificate of {route.host} is not trusted: {error.verify_message}") from None
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise DeliveryError(f"{route.host} cannot be reached: {cause}", may_pass=True) from None


def _data(alert: Alert, longest: int) -> str:
    own = {
        "event_id": alert.event_id,
        "finding_id": alert.finding_id,
        "rule_id": alert.rule_id,
        "severity": alert.severity,
        "day": alert.day,
    }
    logged = {
        "tenant_id": alert.tenant_id,
        "app_id": alert.app_id,
        "agent_name": alert.agent_name,
        "user_id": alert.user_id,
        "user_upn": alert.user_upn,
        "target_user_id": alert.target_user_id,
        "target_user_upn": alert.target_user_upn,
    }
    shown = {**own, **{name: cut(value, longest) for name, value in logged.items() if value}}
    return "".join(f' {name}="{_escaped(value)}"' for name, value in shown.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")


def _send_datagrams(route: SyslogRoute, records: list[bytes]) -> None:
    ((family, *_, address), *_) = socket.getaddrinfo(route.host, route.port, type=socket.SOCK_DGRAM)
    with socket.socket(family, socket.SOCK_DGRAM) as server:
        server.connect(address)
        for record in records:
            server.send(record)


def _send_stream(route: SyslogRoute, content: bytes, patience: Patience) -> None:
    """Sends all, and waits until the receiver has closed too: that it was gone shows only then."""
    seconds = patience.attempt_seconds
    trust = trust_of(route.ca_file) if route.protocol == "tls" else None
    server = socket.create_connection((route.host, route.port), timeout=seconds)
    if trust:
        server = trust.wrap_socket(server, server_hostname=route.host, do_handshake_on_connect=False)
    with server, ends_after(seconds, lambda: server):
        if isinstance(server, ssl.SSLSocket):
            server.do_handshake()
        server.sendall(content)
        try:
            _take_leave(server)
        except ConnectionError:
            raise
        except OSError:
            return  # it has taken everything, and only did not say good-bye


def _take_leave(server: socket.socket) -> None:
    if isinstance(server, ssl.SSLSocket):
        server.unwrap()
    else:
        server.shutdown(socket.SHUT_WR)
        server.recv(1)
