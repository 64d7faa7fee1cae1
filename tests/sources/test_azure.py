"""Where tokens go, and what gives them."""

import time
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from pipelines.sources.azure import (
    CLOUDS,
    CachedCredential,
    check_account_url,
    client_secret,
    secret_variable,
    tenant_credential,
)

TENANT = UUID("0f0f0f0f-1111-4222-8333-444444444444")
APP = UUID("3b0f9c5e-3d0b-4f0e-9d53-0c8f6f7f2a11")


class Token(NamedTuple):
    token: str
    expires_on: int


class Counter:
    """A credential that numbers its tokens."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.asked: list[tuple[Any, ...]] = []

    def get_token(self, *scopes: str, **options: Any) -> Token:
        self.asked.append((*scopes, options))
        return Token(str(len(self.asked)), int(time.time() + self.seconds))


def test_token_is_kept_per_scope_until_shortly_before_it_expires() -> None:
    def asked(credential: CachedCredential, *scopes: str, **options: Any) -> list[int]:
        return [int(credential.get_token(scope, **options).token) for scope in scopes]

    cached = CachedCredential(Counter(3600))  # type: ignore[arg-type]
    assert asked(cached, *"aabab") == [1, 1, 2, 1, 2]
    assert asked(cached, "a", claims=None, enable_cae=False) == [1]
    assert asked(cached, "a", tenant_id="other") == [3]
    assert asked(cached, "a", claims="more") == [4]
    assert asked(CachedCredential(Counter(200)), *"aa") == [1, 2]  # type: ignore[arg-type]


def test_secret_of_the_tenant_wins_over_the_common_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_CLIENT_SECRET", raising=False)
    assert client_secret("Contoso") is None
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "common")
    assert client_secret("Contoso") == ("common", "AZURE_CLIENT_SECRET")
    monkeypatch.setenv("WHOSEAGENT_CLIENT_SECRET_CONTOSO", "own")
    assert client_secret("Contoso") == ("own", "WHOSEAGENT_CLIENT_SECRET_CONTOSO")
    assert secret_variable("Contoso (EU) - new") == "WHOSEAGENT_CLIENT_SECRET_CONTOSO_EU_NEW"


def kinds(credential: Any) -> list[str]:
    inner = credential._credential
    return [type(part).__name__ for part in getattr(inner, "credentials", [inner])]


def test_identities_come_before_the_command_line_and_a_secret_before_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    for name in ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    cloud = CLOUDS["china"]
    assert kinds(tenant_credential(cloud, TENANT, "Contoso", APP)) == [
        "ManagedIdentityCredential",
        "AzureCliCredential",
    ]
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(tmp_path / "token"))
    assert kinds(tenant_credential(cloud, TENANT, "Contoso", APP))[0] == "WorkloadIdentityCredential"
    monkeypatch.setenv("WHOSEAGENT_CLIENT_SECRET_CONTOSO", "own")
    assert kinds(tenant_credential(cloud, TENANT, "Contoso", APP)) == ["ClientSecretCredential"]
    assert "ClientSecretCredential" not in kinds(tenant_credential(cloud, TENANT, "Contoso", None))


@pytest.mark.parametrize(
    ("cloud", "url"),
    [
        ("global", "https://contosologs.blob.core.windows.net"),
        ("global", "https://contosologs.blob.core.windows.net/"),
        ("global", "https://contosologs.z01.blob.storage.azure.net"),
        ("us_gov", "https://contosologs.blob.core.usgovcloudapi.net"),
        ("china", "https://contosologs.blob.core.chinacloudapi.cn"),
        ("global", "http://127.0.0.1:10000/devstoreaccount1"),
    ],
)
def test_account_of_the_cloud_is_accepted(cloud: Any, url: str) -> None:
    check_account_url(url, CLOUDS[cloud])


@pytest.mark.parametrize(
    "url",
    [
        "http://contosologs.blob.core.windows.net",
        "https://contosologs.blob.core.usgovcloudapi.net",
        "https://contosologs.blob.core.windows.net.example.com",
        "https://contosologs.blob.core.windows.net/container",
        "https://contosologs.blob.core.windows.net:8443",
        "https://contosologs.blob.core.windows.net?sv=2024&sig=geheim",
        "https://user:geheim@contosologs.blob.core.windows.net",
        "https://blobXcore.windows.net",
        "contosologs",
        "",
    ],
)
def test_no_token_goes_to_another_host_and_no_signature_into_the_message(url: str) -> None:
    with pytest.raises(ValueError, match="no blob endpoint of the cloud global") as raised:
        check_account_url(url, CLOUDS["global"])
    assert "geheim" not in str(raised.value)
