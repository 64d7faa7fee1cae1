"""What a storage account is sent: the token to it, and to nobody else."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import pytest

from pipelines.sources.growing_blob import BlobError
from pipelines.sources.slices import CollectError
from pipelines.sources.storage_account import StorageAccount


class Token(NamedTuple):
    token: str
    expires_on: int


class Credential:
    """Gives one token, and remembers for what."""

    def __init__(self) -> None:
        self.scopes: list[str] = []

    def get_token(self, *scopes: str, **_: Any) -> Token:
        self.scopes += scopes
        return Token("geheim", int(time.time()) + 3600)


class Server(NamedTuple):
    url: str
    received: list[str | None]
    """The Authorization header of each request."""


@contextmanager
def answering(status: int, headers: dict[str, str], body: bytes = b"") -> Iterator[Server]:
    """A server that always answers the same."""
    received: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            received.append(self.headers["Authorization"])
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Server(f"http://127.0.0.1:{server.server_port}", received)
        server.shutdown()


def account(server: Server, credential: Any) -> StorageAccount:
    """An account that is read with a token, although it is on this machine."""
    found = StorageAccount(f"{server.url}/contosologs", lambda: credential, retries=0, timeout=5)
    found._credential = lambda: credential  # type: ignore[assignment]
    return found


RANGE = {"Content-Range": "bytes 0-2/3", "ETag": '"1"', "Last-Modified": "Wed, 04 Mar 2026 05:06:07 GMT"}


@pytest.fixture(autouse=True)
def other_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment holds for other tools is not used."""
    monkeypatch.delenv("WHOSEAGENT_STORAGE_SAS", raising=False)
    monkeypatch.setenv("AZURE_STORAGE_SAS_KEY", "sv=1&sig=other")
    monkeypatch.setenv("AZURE_STORAGE_TOKEN", "other")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "b3RoZXI=")


def test_blob_is_fetched_with_a_token_for_storage() -> None:
    credential = Credential()
    with answering(206, RANGE, b"abc") as server:
        assert account(server, credential).fetch("logs", "a", 0, 3) == b"abc"
    assert server.received == ["Bearer geheim"]
    assert credential.scopes == ["https://storage.azure.com/.default"]


def test_redirect_takes_no_token_along() -> None:
    with answering(200, {}) as elsewhere, answering(302, {"Location": f"{elsewhere.url}/stolen"}) as server:
        with suppress(BlobError):
            account(server, Credential()).fetch("logs", "a", 0, 3)
        assert server.received == ["Bearer geheim"]
        assert elsewhere.received in ([], [None])


@pytest.mark.parametrize("status", [401, 403])
def test_refusal_names_the_role(status: int) -> None:
    with answering(status, {}, b"<Error/>") as server:
        refused = account(server, Credential())
        with pytest.raises(BlobError, match="grant the role Storage Blob Data Reader"):
            refused.fetch("logs", "a", 0, 3)
        with pytest.raises(CollectError, match="grant the role Storage Blob Data Reader"):
            refused.folders("logs")
        with pytest.raises(CollectError, match="grant the role Storage Blob Data Reader"):
            list(refused.blobs("logs", "tenantId=x"))


def test_no_token_goes_over_an_unencrypted_line() -> None:
    def asked() -> Any:
        raise AssertionError("the credential was asked")

    with answering(200, {}) as server, pytest.raises(CollectError, match="WHOSEAGENT_STORAGE_SAS"):
        StorageAccount(f"{server.url}/contosologs", asked).containers("insights-logs-")
    assert server.received == []


def test_failing_credential_is_said_without_a_traceback() -> None:
    from azure.core.exceptions import ClientAuthenticationError  # noqa: PLC0415

    class Failing(Credential):
        def get_token(self, *scopes: str, **_: Any) -> Token:
            del scopes
            raise ClientAuthenticationError("AADSTS7000215: wrong secret\nTrace ID: 1")

    failing = StorageAccount("https://contosologs.blob.core.windows.net", Failing)  # type: ignore[arg-type]
    with pytest.raises(CollectError, match=r"contosologs: there is no token for it: AADSTS7000215: wrong secret$"):
        failing.containers("insights-logs-")


def test_signature_is_in_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AZURE_STORAGE_SAS_KEY", "AZURE_STORAGE_TOKEN", "AZURE_STORAGE_ACCOUNT_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("WHOSEAGENT_STORAGE_SAS", "sv=2020-08-04&sig=geheim")
    absent = StorageAccount("http://127.0.0.1:9/contosologs", Credential, retries=0, timeout=5)  # type: ignore[arg-type]
    with pytest.raises(BlobError) as fetched:
        absent.fetch("logs", "a", 0, 3)
    with pytest.raises(CollectError) as listed:
        absent.folders("logs")
    for message in (str(fetched.value), str(listed.value)):
        assert message.startswith("contosologs: logs")
        assert "geheim" not in message
