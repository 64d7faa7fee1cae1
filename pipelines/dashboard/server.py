"""The web server: Streamlit, told to stay on this machine and to send nothing anywhere."""

import os
import socket
import sys
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from pipelines.access.roles import NotAllowedError
from pipelines.access.sign_in import may_listen, sign_in_secrets
from pipelines.dashboard.look import OPTIONS as LOOK
from pipelines.dashboard.started import arguments
from pipelines.resources import resource_folder
from pipelines.settings import Settings

_OPTIONS = {
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.toolbarMode": "minimal",
    "logger.enableRich": "false",
    "logger.hideWelcomeMessage": "true",
    "runner.magicEnabled": "false",
    "server.enableCORS": "true",
    "server.enableXsrfProtection": "true",
    "server.enableStaticServing": "false",
    "server.fileWatcherType": "none",
    "server.maxUploadSize": "1",
    "server.runOnSave": "false",
    "server.showEmailPrompt": "false",
}


class ServeError(ValueError):
    """The dashboard cannot be served like that; the message says what to do."""


def address(host: str, port: int) -> str:
    """Where a browser finds it."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def check(host: str, port: int, settings: Settings) -> None:
    """Raises ServeError where the dashboard may not listen there, or cannot, and SettingsError without its secrets."""
    try:
        may_listen(host, settings)
    except NotAllowedError as error:
        raise ServeError(f"{error}; or give --host 127.0.0.1") from None
    if settings.dashboard.has_sign_in:
        sign_in_secrets(settings)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise ServeError(f"port {port} of {host} cannot be used ({reason}): give another one with --port") from None


def serve(host: str, port: int, settings: Settings, config: Path | None, *, opens_browser: bool) -> NoReturn:
    """Becomes the server, which Ctrl-C ends."""
    sys.stdout.flush()
    sys.stderr.flush()
    # No second process that could be left behind. -P: no module of the current folder takes the place of a library.
    command = [sys.executable, "-P", *command_line(host, port, settings, config, opens_browser=opens_browser)]
    os.execv(sys.executable, command)  # noqa: S606 - no shell, and nothing in it from elsewhere


def command_line(host: str, port: int, settings: Settings, config: Path | None, *, opens_browser: bool) -> list[str]:
    """What Python is started with."""
    options = {
        **_OPTIONS,
        **LOOK,
        **_seen_from_outside(settings),
        "server.address": host,
        "server.port": str(port),
        "server.headless": "false" if opens_browser else "true",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    app = str(resource_folder("dashboards") / "app.py")
    return ["-m", "pipelines.dashboard.web", "run", app, *flags, "--", *arguments(settings.data, config)]


def _seen_from_outside(settings: Settings) -> dict[str, str]:
    """The host that browsers call, where it is another than this machine's: it is no stranger to the server then."""
    host = urlsplit(settings.dashboard.redirect_uri or "").hostname
    return {"browser.serverAddress": host} if host else {}
