"""What a storage account is sent: the token or the signature to it, and to nobody else."""

import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import trustme
from azure.core.exceptions import ClientAuthenticationError

from pipelines.sources.growing_blob import BlobError
from pipelines.sources.slices import CollectError
from pipelines.sources.storage_account import StorageAccount

RANGE = {"Content-Range": "bytes 0-2/3", "ETag": '"1"', "Last-Modified": "Wed, 04 Mar 2026 05:06:07 GMT"}
LISTING = b"<EnumerationResults><Blobs/><NextMarker/></EnumerationResults>"


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


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""
    promised: int | None = None
    """The length that is said, where it is another one."""


class Server(NamedTuple):
    url: str
    received: list[str | None]
    """The Authorization header of each request."""
    everything: list[str]
    """Path and headers of each request."""


GOOD = Answer(206, RANGE, b"abc")
Serve = Callable[..., AbstractContextManager[Server]]


class Authority:
    """Whoever signs the certificates of the servers here."""

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        self.file = str(folder / "ca.pem")
        self._authority.cert_pem.write_to_path(self.file)

    def certificate(self, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(host).configure_cert(context)
        return context


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@contextmanager
def answering(*answers: Answer, certificate: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server that gives these answers, the last one again and again; over TLS where it has a certificate."""
    received, everything, waiting = list[str | None](), list[str](), deque(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            received.append(self.headers["Authorization"])
            everything.append(f"{self.path}\n{self.headers}")
            answer = waiting.popleft() if len(waiting) > 1 else waiting[0]
            length = len(answer.body) if answer.promised is None else answer.promised
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(length), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Clients that do not trust it go away."""

    with Quiet(("127.0.0.1", 0), Handler) as server:
        if certificate:
            server.socket = certificate.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        scheme = "https" if certificate else "http"
        yield Server(f"{scheme}://127.0.0.1:{server.server_port}", received, everything)
        server.shutdown()


@pytest.fixture
def with_token(authority: Authority) -> Callable[..., StorageAccount]:
    """Makes an account that is read with a token, although it is on this machine."""

    def make(server: Server, credential: Any = None, **more: Any) -> StorageAccount:
        def asked() -> Any:
            return credential or Credential()

        account = StorageAccount(f"{server.url}/contosologs", asked, retries=0, ca_file=authority.file, **more)
        account._requests._credential = asked  # type: ignore[assignment]
        return account

    return make


@pytest.fixture
def secure(authority: Authority) -> Serve:
    """Makes a server over TLS that is trusted."""
    return lambda *answers: answering(*answers, certificate=authority.certificate("127.0.0.1"))


@pytest.fixture(autouse=True)
def other_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment holds for other tools is not used."""
    for name in ("WHOSEAGENT_STORAGE_SAS", "WHOSEAGENT_STORAGE_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AZURE_STORAGE_SAS_KEY", "sv=1&sig=other")
    monkeypatch.setenv("AZURE_STORAGE_TOKEN", "other")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "b3RoZXI=")


def ask_everything(account: StorageAccount) -> Iterator[Callable[[], object]]:
    """Every way of asking."""
    yield lambda: account.fetch("logs", "a", 0, 3)
    yield lambda: account.folders("logs")
    yield lambda: list(account.blobs("logs", "tenantId=x"))
    yield lambda: account.containers("insights-logs-")


def test_blob_is_fetched_with_a_token_for_storage(secure: Serve, with_token: Callable[..., StorageAccount]) -> None:
    credential = Credential()
    with secure(GOOD) as server:
        assert with_token(server, credential).fetch("logs", "a", 0, 3) == b"abc"
    assert server.received == ["Bearer geheim"]
    assert credential.scopes == ["https://storage.azure.com/.default"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_refused_and_takes_no_token_along(
    secure: Serve, with_token: Callable[..., StorageAccount], status: int
) -> None:
    with answering(GOOD) as unencrypted, secure(GOOD) as another:
        for elsewhere in (unencrypted, another):
            with secure(Answer(status, {"Location": f"{elsewhere.url}/stolen"})) as server:
                for ask in ask_everything(with_token(server)):
                    with pytest.raises((BlobError, CollectError), match="redirected elsewhere"):
                        ask()
            assert server.received == ["Bearer geheim"] * 4
            assert elsewhere.everything == []


def test_redirect_is_refused_and_takes_no_signature_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHOSEAGENT_STORAGE_SAS", "sv=2020-08-04&sig=geheim")
    redirect = {"Location": "/contosologs/elsewhere"}  # even on the same host
    with answering(GOOD) as elsewhere:
        for location in (redirect["Location"], f"{elsewhere.url}/stolen"):
            with answering(Answer(302, {"Location": location})) as server:
                account = StorageAccount(f"{server.url}/contosologs", Credential, retries=0)  # type: ignore[arg-type]
                for ask in ask_everything(account):
                    with pytest.raises((BlobError, CollectError), match="redirected elsewhere") as refused:
                        ask()
                    assert "geheim" not in str(refused.value)
            assert len(server.everything) == 4
            assert all("sig=geheim" in each for each in server.everything)
        assert elsewhere.everything == []


def test_nothing_is_sent_where_the_certificate_is_another_hosts(
    authority: Authority, with_token: Callable[..., StorageAccount]
) -> None:
    with answering(GOOD, certificate=authority.certificate("logs.example.com")) as server:
        for ask in ask_everything(with_token(server)):
            with pytest.raises((BlobError, CollectError), match=r"certificate of .* is not valid for it"):
                ask()
    assert server.everything == []


def test_nothing_is_sent_where_nobody_known_signed_the_certificate(
    tmp_path: Path, with_token: Callable[..., StorageAccount]
) -> None:
    (tmp_path / "stranger").mkdir()
    stranger = Authority(tmp_path / "stranger")
    with answering(GOOD, certificate=stranger.certificate("127.0.0.1")) as server:
        for ask in ask_everything(with_token(server)):
            with pytest.raises((BlobError, CollectError), match=r"certificate of .* is not valid for it"):
                ask()
    assert server.everything == []


@pytest.mark.parametrize("status", [401, 403])
def test_refusal_names_the_role(secure: Serve, with_token: Callable[..., StorageAccount], status: int) -> None:
    with secure(Answer(status, {}, b"<Error/>")) as server:
        for ask in ask_everything(with_token(server)):
            with pytest.raises((BlobError, CollectError), match="grant the role Storage Blob Data Reader"):
                ask()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"Retry-After": "86400"}, 86_400.0), ({"Retry-After": "0"}, 0.0), ({}, None), ({"Retry-After": "soon"}, None)],
)
@pytest.mark.parametrize("status", [429, 500, 503])
def test_busy_account_is_asked_again_when_it_says(
    secure: Serve,
    with_token: Callable[..., StorageAccount],
    status: int,
    headers: dict[str, str],
    seconds: float | None,
) -> None:
    slept: list[float] = []
    with secure(Answer(status, headers), Answer(status, headers), GOOD) as server:
        account = with_token(server, sleep=slept.append)
        account._requests.retries = 2
        assert account.fetch("logs", "a", 0, 3) == b"abc"
    if seconds is None:
        assert 0.5 <= slept[0] <= 1 <= slept[1] <= 2
    else:
        assert slept == [seconds, seconds]


@pytest.mark.parametrize(
    "wrong",
    [
        Answer(206, RANGE, b"ab", promised=3),
        Answer(206, RANGE, b"ab"),
        Answer(200, {}, b"abc"),
        Answer(206, {"Content-Range": "bytes 3-5/9"}, b"abc"),
        Answer(206, {"Content-Range": "bytes 0-8/9"}, b"abcdefghi"),
    ],
    ids=["reset", "cut", "no part", "another part", "too much"],
)
def test_other_bytes_than_those_asked_for_are_asked_for_again(
    secure: Serve, with_token: Callable[..., StorageAccount], wrong: Answer
) -> None:
    with secure(wrong, GOOD) as server:
        account = with_token(server, sleep=lambda _: None)
        with pytest.raises(BlobError):
            account.fetch("logs", "a", 0, 3)
    with secure(wrong, GOOD) as server:
        account = with_token(server, sleep=lambda _: None)
        account._requests.retries = 1
        assert account.fetch("logs", "a", 0, 3) == b"abc"


def test_listing_that_is_cut_off_is_asked_for_again(secure: Serve, with_token: Callable[..., StorageAccount]) -> None:
    with secure(Answer(200, {}, LISTING[:40]), Answer(200, {}, b"<html></html>"), Answer(200, {}, LISTING)) as server:
        account = with_token(server, sleep=lambda _: None)
        account._requests.retries = 2
        assert account.folders("logs") == []
    assert len(server.received) == 3


def test_listing_that_goes_in_circles_ends(secure: Serve, with_token: Callable[..., StorageAccount]) -> None:
    circle = LISTING.replace(b"<NextMarker/>", b"<NextMarker>a</NextMarker>")
    with secure(Answer(200, {}, circle)) as server, pytest.raises(CollectError, match="names one before it"):
        with_token(server).folders("logs")


def test_no_token_goes_over_an_unencrypted_line() -> None:
    def asked() -> Any:
        raise AssertionError("the credential was asked")

    with answering(GOOD) as server, pytest.raises(CollectError, match="WHOSEAGENT_STORAGE_SAS"):
        StorageAccount(f"{server.url}/contosologs", asked).containers("insights-logs-")
    assert server.received == []


def test_signature_and_key_are_for_an_emulator_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoToken(Credential):
        def get_token(self, *scopes: str, **_: Any) -> Token:
            del scopes
            raise ClientAuthenticationError("no token")

    monkeypatch.setenv("WHOSEAGENT_STORAGE_SAS", "sv=2020-08-04&sig=geheim")
    monkeypatch.setenv("WHOSEAGENT_STORAGE_KEY", "Z2VoZWlt")
    account = StorageAccount("https://contosologs.blob.core.windows.net", NoToken)  # type: ignore[arg-type]
    with pytest.raises(CollectError, match=r"there is no token for it: no token$"):
        account.folders("logs")


def test_failing_credential_is_said_without_a_traceback() -> None:
    class Failing(Credential):
        def get_token(self, *scopes: str, **_: Any) -> Token:
            del scopes
            raise ClientAuthenticationError("AADSTS7000215: wrong secret\nTrace ID: 1")

    failing = StorageAccount("https://contosologs.blob.core.windows.net", Failing)  # type: ignore[arg-type]
    with pytest.raises(CollectError, match=r"contosologs: there is no token for it: AADSTS7000215: wrong secret$"):
        failing.containers("insights-logs-")


@pytest.mark.parametrize("name", ["WHOSEAGENT_STORAGE_SAS", "WHOSEAGENT_STORAGE_KEY"])
def test_signature_and_key_are_in_no_message(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    secret = {"WHOSEAGENT_STORAGE_SAS": "sv=2020-08-04&sig=geheim", "WHOSEAGENT_STORAGE_KEY": "Z2VoZWlt"}[name]
    monkeypatch.setenv(name, secret)
    absent = StorageAccount("http://127.0.0.1:9/contosologs", Credential, retries=0)  # type: ignore[arg-type]
    for ask in ask_everything(absent):
        with pytest.raises((BlobError, CollectError), match=r"^contosologs: ") as failed:
            ask()
        assert not any(part in str(failed.value) for part in (secret, "geheim", "sig="))
