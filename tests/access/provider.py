"""An OpenID provider on this machine that signs everybody in at once, with the claims that a test wants."""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson
from joserfc import jwt
from joserfc.jwk import RSAKey


class Provider(ThreadingHTTPServer):
    """Signs in whoever comes; what the ID token says is in `claims`."""

    daemon_threads = True

    def __init__(self, claims: dict[str, Any]) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.claims = claims
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.nonces: dict[str, str] = {}

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def id_token(self, code: str) -> str:
        now = int(time.time())
        said = {"iss": self.issuer, "sub": "one", "iat": now, "exp": now + 3600, "nonce": self.nonces.pop(code)}
        return jwt.encode({"alg": "RS256", "kid": "one"}, {**self.claims, **said}, self.key)


@contextmanager
def running_provider(claims: dict[str, Any]) -> Iterator[Provider]:
    """A provider that answers while the with-block lasts."""
    with Provider(claims) as provider:
        threading.Thread(target=provider.serve_forever, daemon=True).start()
        yield provider
        provider.shutdown()


class _Answers(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        issuer = self.server.issuer
        if url.path == "/authorize":
            self._sign_in({name: values[0] for name, values in parse_qs(url.query).items()})
        elif url.path == "/keys":
            self._answer({"keys": [self.server.key.as_dict(private=False)]})
        else:
            self._answer(
                {
                    "issuer": issuer,
                    "authorization_endpoint": f"{issuer}/authorize",
                    "token_endpoint": f"{issuer}/token",
                    "jwks_uri": f"{issuer}/keys",
                    "code_challenge_methods_supported": ["S256"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            )

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        token = self.server.id_token(form["code"][0])
        self._answer({"access_token": "none", "token_type": "Bearer", "expires_in": 3600, "id_token": token})

    def _sign_in(self, asked: dict[str, str]) -> None:
        code = secrets.token_hex(8)
        self.server.nonces[code] = asked["nonce"]
        back = urlencode({"code": code, "state": asked["state"]})
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{back}")
        self.end_headers()

    def _answer(self, said: dict[str, Any]) -> None:
        content = orjson.dumps(said)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""
