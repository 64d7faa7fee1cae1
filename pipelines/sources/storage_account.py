"""An Azure Storage account, read-only: its containers, the folders and blobs in them, and pieces of blobs."""

import html
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from pipelines.sources.azure import STORAGE_SAS, STORAGE_SCOPE, is_emulator
from pipelines.sources.checking import first_line, skew_of
from pipelines.sources.growing_blob import BlobError, Listed
from pipelines.sources.slices import CollectError, RefusedError

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from obstore.store import AzureConfig, AzureStore

ROLE = "Storage Blob Data Reader"
API_VERSION = "2023-11-03"
PAGE_BLOBS = 1000

# obstore gives no errors of their own kinds for listings.
_REFUSED = re.compile(r"status code: 40[13]\b")
_ABSENT = re.compile(r"status code: 404\b")
_NAME = re.compile(r"<Name>([a-z0-9$-]+)</Name>")
_NEXT = re.compile(r"<NextMarker>([^<]+)</NextMarker>")


class StorageAccount:
    """A storage account, to be read with a token, or with a shared access signature where it is an emulator."""

    def __init__(
        self, url: str, credential: Callable[[], "TokenCredential"], *, retries: int = 8, timeout: float = 180
    ) -> None:
        """`url` is the blob endpoint; the credential is asked for when it is first needed."""
        self.url = url.rstrip("/")
        parts = urlsplit(self.url)
        self.name = parts.path.strip("/") or (parts.hostname or "").split(".")[0]
        self._sas = os.environ.get(STORAGE_SAS, "").lstrip("?") if is_emulator(url) else ""
        self._credential = cache(_no_token if is_emulator(url) else credential)
        self._retries = retries
        self._timeout = timeout
        self._stores: dict[str, AzureStore] = {}
        self.skew: timedelta | None = None
        """By how much the clock here is ahead of the account's, once its containers were listed."""

    def containers(self, prefix: str) -> list[str]:
        """Names of the containers that begin so. Raises RefusedError without permission, CollectError otherwise."""
        names: list[str] = []
        marker = ""
        while True:
            page = self._get(f"?comp=list&prefix={quote(prefix)}" + (f"&marker={quote(marker)}" if marker else ""))
            names += _NAME.findall(page)
            following = _NEXT.search(page)
            if not following:
                return names
            marker = html.unescape(following[1])

    def folders(self, container: str, prefix: str = "") -> list[str]:
        """The folders right below a folder, with their whole paths, sorted; [] where container or folder is missing.

        Raises CollectError.
        """
        try:
            found = self._store(container).list_with_delimiter(prefix or None)
        except Exception as error:  # noqa: BLE001 - obstore's errors, and what the credential raises through it
            if _is_absent(error):
                return []
            raise self._explained(f"{container} cannot be listed", error) from None
        return sorted(found["common_prefixes"])

    def blobs(self, container: str, prefix: str) -> Iterator[Listed]:
        """The blobs below a folder, page by page. Raises CollectError."""
        try:
            for page in self._store(container).list(prefix, chunk_size=PAGE_BLOBS):
                for blob in page:
                    yield Listed(blob["path"], blob["size"], blob["e_tag"] or "", blob["last_modified"])
        except Exception as error:  # noqa: BLE001
            if _is_absent(error):
                return
            raise self._explained(f"{container}/{prefix} cannot be listed", error) from None

    def fetch(self, container: str, path: str, start: int, end: int) -> bytes:
        """These bytes of a blob, fewer where it ends before. Raises BlobError."""
        try:
            return bytes(self._store(container).get_range(path, start=start, end=end))
        except FileNotFoundError:
            raise BlobError(f"{container}/{path} was deleted while it was read") from None
        except Exception as error:  # noqa: BLE001
            raise BlobError(str(self._explained(f"{container}/{path} cannot be read", error))) from None

    def _store(self, container: str) -> "AzureStore":
        if container not in self._stores:
            from obstore.store import AzureStore  # noqa: PLC0415 - loaded by whoever collects only

            self._stores[container] = AzureStore(
                container,
                config=self._config(),
                client_options={"allow_http": is_emulator(self.url), "timeout": "60s"},
                retry_config={"max_retries": self._retries, "retry_timeout": timedelta(seconds=self._timeout)},
                credential_provider=None if self._sas else self._token,
            )
        return self._stores[container]

    def _config(self) -> "AzureConfig":
        """Everything that says where to go, lest the environment say it."""
        config: AzureConfig = {"account_name": self.name, "endpoint": self.url, "use_emulator": False}
        return {**config, "sas_key": self._sas} if self._sas else config

    def _token(self) -> Any:
        token = self._credential().get_token(STORAGE_SCOPE)
        return {"token": token.token, "expires_at": datetime.fromtimestamp(token.expires_on, UTC)}

    def _get(self, query: str) -> str:
        """The answer of the account itself, which obstore has no call for."""
        from azure.core.exceptions import AzureError  # noqa: PLC0415
        from azure.core.rest import HttpRequest  # noqa: PLC0415

        sas = f"&{self._sas}" if self._sas else ""
        request = HttpRequest("GET", f"{self.url}/{query}{sas}", headers={"x-ms-version": API_VERSION})
        try:
            with self._client() as client:
                response = client.send_request(request)
        except AzureError as error:
            raise self._explained("its containers cannot be listed", error) from None
        self.skew = skew_of(response.headers.get("Date"), datetime.now(UTC))
        if response.status_code in (401, 403):
            raise self._refused("its containers cannot be listed")
        if response.status_code != 200:
            raise CollectError(f"{self.name}: its containers cannot be listed: HTTP {response.status_code}")
        text: str = response.text()
        return text

    def _client(self) -> Any:
        """A client that retries, and follows no redirect."""
        from azure.core import PipelineClient  # noqa: PLC0415
        from azure.core.pipeline.policies import BearerTokenCredentialPolicy, RetryPolicy  # noqa: PLC0415

        policies: list[Any] = [RetryPolicy(retry_total=min(self._retries, 5))]
        if not self._sas:
            policies.append(BearerTokenCredentialPolicy(self._credential(), STORAGE_SCOPE))
        return PipelineClient(self.url, policies=policies)

    def _explained(self, what: str, error: Exception) -> CollectError:
        kind = type(error).__name__
        if kind in ("PermissionDeniedError", "UnauthenticatedError") or _REFUSED.search(str(error)):
            return self._refused(what)
        if kind in ("CredentialUnavailableError", "ClientAuthenticationError"):
            return CollectError(f"{self.name}: there is no token for it: {first_line(error)}")
        return CollectError(f"{self.name}: {what}: {first_line(error)}")

    def _refused(self, what: str) -> RefusedError:
        return RefusedError(
            f"{self.name}: {what}: access is refused; grant the role {ROLE} on the account, "
            "and check that its firewall lets this machine in"
        )


def _is_absent(error: Exception) -> bool:
    return isinstance(error, FileNotFoundError) or bool(_ABSENT.search(str(error)))


def _no_token() -> "TokenCredential":
    """No token is sent unencrypted, not even on this machine."""
    raise CollectError(f"a storage emulator takes no token: put a shared access signature for it into {STORAGE_SAS}")
