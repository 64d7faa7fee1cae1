"""The clouds of Microsoft, and credentials for them. A secret comes from the environment or not at all."""

import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from pipelines.own_apps import app_of

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, TokenCredential

CloudName = Literal["global", "us_gov", "us_dod", "china"]

STORAGE_SCOPE = "https://storage.azure.com/.default"
"""The same in every cloud."""
SECRET_PREFIX = "WHOSEAGENT_CLIENT_SECRET_"  # noqa: S105 - a variable's name
_COMMON_SECRET = "AZURE_CLIENT_SECRET"  # noqa: S105
STORAGE_SAS = "WHOSEAGENT_STORAGE_SAS"
"""Environment variable of the shared access signature of a storage emulator on this machine."""
STORAGE_KEY = "WHOSEAGENT_STORAGE_KEY"
"""Environment variable of the account key of such an emulator, with which a signature is made."""
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_REFRESH_SECONDS = 300


@dataclass(frozen=True)
class Cloud:
    """Where the services of one cloud are; tokens go there and nowhere else."""

    name: CloudName
    authority: str
    """Host that issues tokens."""
    graph: str
    log_analytics: str
    storage_suffixes: tuple[str, ...]
    """Endings of the hosts of storage accounts."""

    @property
    def graph_scope(self) -> str:
        """Scope of a token for Microsoft Graph."""
        return f"{self.graph}/.default"

    @property
    def log_analytics_scope(self) -> str:
        """Scope of a token for Log Analytics queries."""
        return f"{self.log_analytics}/.default"


CLOUDS: Mapping[CloudName, Cloud] = {
    cloud.name: cloud
    for cloud in (
        Cloud(
            "global",
            "login.microsoftonline.com",
            "https://graph.microsoft.com",
            "https://api.loganalytics.io",
            (".blob.core.windows.net", ".blob.storage.azure.net"),
        ),
        Cloud(
            "us_gov",
            "login.microsoftonline.us",
            "https://graph.microsoft.us",
            "https://api.loganalytics.us",
            (".blob.core.usgovcloudapi.net",),
        ),
        Cloud(
            "us_dod",
            "login.microsoftonline.us",
            "https://dod-graph.microsoft.us",
            "https://api.loganalytics.us",
            (".blob.core.usgovcloudapi.net",),
        ),
        Cloud(
            "china",
            "login.chinacloudapi.cn",
            "https://microsoftgraph.chinacloudapi.cn",
            "https://api.loganalytics.azure.cn",
            (".blob.core.chinacloudapi.cn",),
        ),
    )
}


def check_account_url(url: str, cloud: Cloud) -> None:
    """Raises ValueError unless the URL is the blob endpoint of a storage account of this cloud, or an emulator here."""
    parts = urlsplit(url)
    if is_emulator(url):
        return
    plain = f"https://{parts.hostname}"
    if url.rstrip("/").casefold() != plain or not plain.endswith(cloud.storage_suffixes):
        example = f"https://account{cloud.storage_suffixes[0]}"
        shown = urlunsplit((parts.scheme, parts.hostname or "", parts.path, "", ""))  # without a key or a signature
        raise ValueError(f"{shown} is no blob endpoint of the cloud {cloud.name}, which look like {example}")


def is_emulator(url: str) -> bool:
    """Whether a storage account is an emulator on this machine, the only one that takes a signature or a key."""
    return urlsplit(url).hostname in _LOOPBACK


def secret_variable(tenant_name: str) -> str:
    """The environment variable of this tenant's client secret: its name in capitals, `_` for what is no letter."""
    return SECRET_PREFIX + re.sub(r"[^A-Z0-9]+", "_", tenant_name.upper()).strip("_")


def client_secret(tenant_name: str) -> tuple[str, str] | None:
    """The client secret for this tenant and the variable that holds it; the tenant's own variable wins."""
    for variable in (secret_variable(tenant_name), _COMMON_SECRET):
        if secret := os.environ.get(variable):
            return secret, variable
    return None


def tenant_credential(
    cloud: Cloud,
    tenant_id: UUID,
    tenant_name: str,
    client_id: UUID | None,
    on_app: Callable[[str], None] = lambda _: None,
) -> "TokenCredential":
    """A credential for the tenant, which asks nobody before it is asked; `on_app` is told whose tokens it gets.

    A client secret of the environment where there is a client id for it, else the first that works of workload
    identity, managed identity and the Azure CLI.
    """
    from azure.identity import (  # noqa: PLC0415 - takes a third of a second
        AzureCliCredential,
        ChainedTokenCredential,
        ClientSecretCredential,
        ManagedIdentityCredential,
        WorkloadIdentityCredential,
    )

    tenant, client = str(tenant_id), str(client_id) if client_id else None
    secret = client_secret(tenant_name)
    if secret and client:
        return CachedCredential(ClientSecretCredential(tenant, client, secret[0], authority=cloud.authority), on_app)
    chain: list[TokenCredential] = []
    if os.environ.get("AZURE_FEDERATED_TOKEN_FILE") and (client or os.environ.get("AZURE_CLIENT_ID")):
        chain.append(WorkloadIdentityCredential(tenant_id=tenant, client_id=client, authority=cloud.authority))
    chain += [ManagedIdentityCredential(client_id=client), AzureCliCredential(tenant_id=tenant)]
    return CachedCredential(ChainedTokenCredential(*chain), on_app)


class CachedCredential:
    """Keeps tokens until shortly before they expire: a chain, and the Azure CLI, would look anew for every page."""

    def __init__(self, credential: "TokenCredential", on_app: Callable[[str], None] = lambda _: None) -> None:
        self._credential = credential
        self._on_app = on_app
        self._tokens: dict[tuple[Any, ...], AccessToken] = {}
        self._lock = Lock()

    def get_token(self, *scopes: str, **options: Any) -> "AccessToken":
        """A token for the scopes. Raises azure.core.exceptions.ClientAuthenticationError where there is none."""
        if options.get("claims"):  # a challenge: what is kept was not enough
            return self._credential.get_token(*scopes, **options)
        key = (scopes, tuple(sorted((name, value) for name, value in options.items() if value)))
        with self._lock:
            token = self._tokens.get(key)
            if token is None or token.expires_on - time.time() < _REFRESH_SECONDS:
                token = self._tokens[key] = self._credential.get_token(*scopes, **options)
                if app_id := app_of(token.token):
                    self._on_app(app_id)
            return token
