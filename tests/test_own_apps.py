"""The collector learns which apps are its own from the tokens that it gets (T31)."""

import base64
import json
from pathlib import Path

import pytest
from azure.core.credentials import AccessToken

from pipelines.known_apps import known_apps
from pipelines.own_apps import app_of, learn_app, learnt_apps
from pipelines.settings import Settings
from pipelines.sources.azure import CachedCredential

APP = "8c1d7a42-6f55-4f0a-8f58-5b2f1b6f9d02"


def token(**claims: object) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{payload}.signature"


@pytest.mark.parametrize("claims", [{"appid": APP}, {"azp": APP.upper()}, {"appid": APP, "azp": "other"}])
def test_an_access_token_names_its_app(claims: dict[str, object]) -> None:
    assert app_of(token(**claims)) == APP


@pytest.mark.parametrize(
    "text", ["", "opaque", "a.b.c", "a.!!.c", token(), token(appid=1), token(appid="no guid"), "e30.W10.x"]
)
def test_a_token_that_does_not_say_whose_it_is_names_none(text: str) -> None:
    assert app_of(text) is None


def test_t31_an_app_that_collected_is_an_own_app_from_then_on(tmp_path: Path) -> None:
    assert learnt_apps(tmp_path / "data") == frozenset()
    learn_app(tmp_path / "data", APP)
    learn_app(tmp_path / "data", APP)
    assert learnt_apps(tmp_path / "data") == {APP}
    own = [row["app_id"] for row in known_apps(Settings(data=tmp_path / "data"), tmp_path / "data") if row["is_own"]]
    assert own == [APP]
    assert (tmp_path / "data" / "own_apps.json").stat().st_mode & 0o077 == 0


def test_a_credential_tells_whose_tokens_it_gets_once_a_token() -> None:
    told: list[str] = []
    credential = CachedCredential(Issuer(), told.append)
    for _ in range(3):
        credential.get_token("https://graph.microsoft.com/.default")
    assert told == [APP]


class Issuer:
    """Issues tokens to one app."""

    def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        return AccessToken(token(appid=APP), 4_102_444_800)
