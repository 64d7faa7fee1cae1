"""Signing in with Entra: where it is, what Streamlit needs for it, and where a dashboard may listen with it."""

import ipaddress
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from pipelines.access.dashboard_settings import CLIENT_SECRET, COOKIE_SECRET
from pipelines.access.roles import NotAllowedError
from pipelines.durable import create_private_file
from pipelines.settings import Settings, SettingsError
from pipelines.sources.azure import CLOUDS

_SHORTEST_COOKIE_SECRET = 32
_ISSUING_HOSTS = {"china": "login.partner.microsoftonline.cn"}
"""Where the issuer in a token for people is called otherwise than the host that collectors ask."""


def issuer(settings: Settings) -> str:
    """Who issues the ID tokens of those who sign in."""
    if settings.dashboard.provider:
        return settings.dashboard.provider.rstrip("/")
    host = _ISSUING_HOSTS.get(settings.cloud, CLOUDS[settings.cloud].authority)
    return f"https://{host}/{settings.dashboard.tenant_id}/v2.0"


def sign_in_secrets(settings: Settings) -> str:
    """The file `secrets.toml` by which Streamlit signs people in. Raises SettingsError that says what is missing."""
    expected = settings.dashboard
    if not expected.has_sign_in:
        raise SettingsError("no sign-in is configured; set dashboard.client_id, tenant_id and redirect_uri")
    auth = {
        "redirect_uri": str(expected.redirect_uri),
        "cookie_secret": _secret(COOKIE_SECRET, _SHORTEST_COOKIE_SECRET),
        "client_id": str(expected.client_id),
        "client_secret": _secret(CLIENT_SECRET, 1),
        "server_metadata_url": f"{issuer(settings)}/.well-known/openid-configuration",
    }
    lines = [f"{key} = {orjson.dumps(value).decode()}" for key, value in auth.items()]
    return "\n".join(["[auth]", *lines, ""])


@contextmanager
def secrets_file(settings: Settings) -> Iterator[Path]:
    """A file for Streamlit's option `secrets.files`, its owner's alone, which is gone after the with-block."""
    text = sign_in_secrets(settings)
    with tempfile.TemporaryDirectory(prefix="whoseagent-") as folder:
        path = Path(folder) / "secrets.toml"
        with create_private_file(path) as file:
            file.write(text.encode())
        yield path


def may_listen(host: str, settings: Settings) -> None:
    """Raises NotAllowedError unless a dashboard may listen there: on this machine, or where people sign in."""
    if _is_loopback(host):
        return
    where = f"the dashboard listens on {host or 'every address'} only where people sign in"
    try:
        sign_in_secrets(settings)
    except SettingsError as error:
        raise NotAllowedError(f"{where}: {error}") from error
    if settings.dashboard.provider:
        raise NotAllowedError(f"{where} with Entra: dashboard.provider is for tests on this machine")
    if urlsplit(settings.dashboard.redirect_uri or "").scheme != "https":
        raise NotAllowedError(f"{where}, by https: dashboard.redirect_uri has to be an https address")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _secret(variable: str, shortest: int) -> str:
    value = os.environ.get(variable, "")
    if len(value) < shortest:
        least = f" with {shortest} characters or more" if shortest > 1 else ""
        raise SettingsError(f"{variable} is missing in the environment, a secret{least}")
    if not value.isprintable():
        raise SettingsError(f"{variable} holds characters that cannot be printed")
    return value
