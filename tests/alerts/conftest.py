"""Certificates, patience, and a place to deliver to of each kind."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.alerts.routes import (
    AnyRoute,
    EmailRoute,
    FileRoute,
    OcsfRoute,
    SlackRoute,
    SyslogRoute,
    TeamsRoute,
    WebhookRoute,
)
from pipelines.alerts.sending import Patience
from tests.alerts.receivers import (
    WebReceiver,
    certificate_in,
    datagram_receiver,
    free_port,
    mail_receiver,
    syslog_receiver,
    web_receiver,
)

SECRET = "a secret of the tests"  # noqa: S105 - synthetic


@dataclass
class Place:
    """A route, and what its receiver has."""

    route: AnyRoute
    received: Callable[[], list[str]]
    """Each message as text."""
    wait_for: Callable[[int], None] = lambda _: None
    """Waits until it has so many, where sending does not wait."""


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate_in(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def slept() -> list[float]:
    """How long deliveries would have slept."""
    return []


@pytest.fixture
def patience(slept: list[float]) -> Patience:
    return Patience(sleep=slept.append)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebReceiver]:
    """A web receiver to which the routes `hook`, `teams` and `slack` go."""
    with web_receiver() as receiver:
        monkeypatch.setenv("WHOSEAGENT_ROUTE_SECRET_HOOK", SECRET)
        for name in ("TEAMS", "SLACK"):
            monkeypatch.setenv(f"WHOSEAGENT_ROUTE_SECRET_{name}", f"{receiver.url}/{name.lower()}?sig=secret")
        yield receiver


@pytest.fixture
def hook(web: WebReceiver) -> WebhookRoute:
    return WebhookRoute(kind="webhook", name="hook", url=f"{web.url}/hook", min_severity="info")


@pytest.fixture
def place(
    certificate: Path, web: WebReceiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Callable[[str], Place]]:
    """Makes a place of a kind; its receiver runs until the test ends."""
    with ExitStack() as running:

        def make(kind: str, **more: bool) -> Place:
            return PLACES[kind](running, certificate, web, tmp_path, more)

        monkeypatch.setenv("WHOSEAGENT_ROUTE_SECRET_POST", "right")
        yield make


def _web(kind: type[WebhookRoute | TeamsRoute | SlackRoute | OcsfRoute], name: str) -> "Make":
    def make(_running: ExitStack, _certificate: Path, web: WebReceiver, _folder: Path, more: dict[str, bool]) -> Place:
        to = {"url": f"{web.url}/hook"} if kind in (WebhookRoute, OcsfRoute) else {}
        kind_name = kind.__name__.removesuffix("Route").lower()
        route = kind.model_validate({"kind": kind_name, "name": name, "min_severity": "info", **to, **more})
        return Place(route, lambda: [body.decode() for body in web.bodies])

    return make


def _email(running: ExitStack, certificate: Path, _web: WebReceiver, _folder: Path, more: dict[str, bool]) -> Place:
    receiver = running.enter_context(mail_receiver(certificate))
    route = EmailRoute.model_validate({
        "kind": "email", "name": "post", "min_severity": "info", "host": "127.0.0.1", "port": receiver.port,
        "user": "alerts", "from": "alerts@example.com", "to": ["soc@example.com"], "ca_file": certificate, **more,
    })  # fmt: skip

    def received() -> list[str]:
        texts = (f"{letter['Subject']}\n{letter.get_content()}" for letter in receiver.letters)
        return [text.replace("\r\n", "\n") for text in texts]

    return Place(route, received)


def _file(_running: ExitStack, _certificate: Path, _web: WebReceiver, folder: Path, more: dict[str, bool]) -> Place:
    path = folder / "alerts.ndjson"
    route = FileRoute.model_validate({"kind": "file", "name": "file", "min_severity": "info", "path": path, **more})
    return Place(route, lambda: path.read_text(encoding="utf-8").splitlines())


def _syslog(running: ExitStack, certificate: Path, _web: WebReceiver, _folder: Path, more: dict[str, bool]) -> Place:
    receiver = running.enter_context(syslog_receiver(certificate))
    route = SyslogRoute.model_validate({
        "kind": "syslog", "name": "log", "min_severity": "info", "host": "127.0.0.1", "port": receiver.port,
        "ca_file": certificate, **more,
    })  # fmt: skip
    return Place(route, receiver.records)


def _udp(running: ExitStack, _certificate: Path, _web: WebReceiver, _folder: Path, more: dict[str, bool]) -> Place:
    receiver = running.enter_context(datagram_receiver())
    fields = {"kind": "syslog", "name": "udp", "min_severity": "info", "host": "127.0.0.1", "protocol": "udp"}
    route = SyslogRoute.model_validate({**fields, "port": receiver.port, **more})

    def received() -> list[str]:
        receiver.wait_for(1)
        return [content.decode() for content in receiver.received]

    return Place(route, received, receiver.wait_for)


Make = Callable[[ExitStack, Path, WebReceiver, Path, dict[str, bool]], Place]

PLACES: dict[str, Make] = {
    "webhook": _web(WebhookRoute, "hook"),
    "teams": _web(TeamsRoute, "teams"),
    "slack": _web(SlackRoute, "slack"),
    "ocsf": _web(OcsfRoute, "hook"),
    "email": _email,
    "file": _file,
    "syslog": _syslog,
    "udp": _udp,
}


@pytest.fixture
def nowhere() -> int:
    """A port on which nobody listens."""
    return free_port()
