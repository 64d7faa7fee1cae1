"""An Azure Storage account, read-only: its containers, the folders and blobs in them, and pieces of blobs."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from pipelines.sources.azure import STORAGE_KEY, STORAGE_SAS, is_emulator
from pipelines.sources.growing_blob import BlobError, Listed
from pipelines.sources.slices import CollectError
from pipelines.sources.storage_requests import ROLE, AbsentError, Access, Answer, StorageRequests, UnreadableError
from pipelines.sources.storage_signature import emulator_signature

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

__all__ = ["ROLE", "StorageAccount"]

_RANGE = re.compile(r"bytes (\d+)-(\d+)/\d+")


class StorageAccount:
    """A storage account, to be read with a token, or with a signature or key where it is an emulator."""

    def __init__(
        self, url: str, credential: Callable[[], "TokenCredential"], *, retries: int = 8, ca_file: str | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC), sleep: Callable[[float], Any] = time.sleep,
    ) -> None:  # fmt: skip
        """`url` is the blob endpoint; the credential is asked for when it is first needed."""
        self.url = url.rstrip("/")
        parts = urlsplit(self.url)
        self.name = parts.path.strip("/") or (parts.hostname or "").split(".")[0]
        if is_emulator(url):
            access = Access(_no_token, lambda: emulator_signature(self.name, clock()))
        else:
            access = Access(credential, lambda: "")
        self._requests = StorageRequests(
            self.name, self.url, access, retries=retries, ca_file=ca_file, clock=clock, sleep=sleep
        )

    @property
    def skew(self) -> timedelta | None:
        """By how much the clock here is ahead of the account's, once that has answered."""
        return self._requests.skew

    @contextmanager
    def asking_once(self) -> Iterator[None]:
        """Within the block nothing is asked again: a check says what is, at once."""
        retries, self._requests.retries = self._requests.retries, 0
        try:
            yield
        finally:
            self._requests.retries = retries

    def close(self) -> None:
        """Closes the connections; the next request opens them again."""
        self._requests.close()

    def containers(self, prefix: str) -> list[str]:
        """Names of the containers that begin so. Raises RefusedError without permission, CollectError otherwise."""
        pages = self._pages("its containers cannot be listed", "", {"comp": "list", "prefix": prefix})
        return [_text(each, "Name") for page in pages for each in page.iterfind("Containers/Container")]

    def folders(self, container: str, prefix: str = "") -> list[str]:
        """The folders right below a folder, with their whole paths, sorted; [] where container or folder is missing.

        Raises CollectError.
        """
        pages = self._listing(f"{container} cannot be listed", container, prefix, delimiter="/")
        return sorted(_text(each, "Name").rstrip("/") for page in pages for each in page.iterfind("Blobs/BlobPrefix"))

    def blobs(self, container: str, prefix: str) -> Iterator[Listed]:
        """The blobs below a folder, page by page. Raises CollectError."""
        for page in self._listing(f"{container}/{prefix} cannot be listed", container, prefix):
            yield from map(_listed, page.iterfind("Blobs/Blob"))

    def fetch(self, container: str, path: str, start: int, end: int) -> bytes:
        """These bytes of a blob, fewer where it ends before. Raises BlobError."""
        what = f"{container}/{path}"
        span = {"Range": f"bytes={start}-{end - 1}"}
        try:
            return self._requests.get(
                f"{what} cannot be read", what, {}, lambda answer: _part(answer, start, end), span
            )
        except AbsentError:
            raise BlobError(f"{what} was deleted while it was read") from None
        except CollectError as error:
            raise BlobError(str(error)) from None

    def _listing(self, what: str, container: str, folder: str, **query: str) -> Iterator[ElementTree.Element]:
        below = {"prefix": f"{folder}/"} if folder else {}
        try:
            yield from self._pages(what, container, {"restype": "container", "comp": "list", **below, **query})
        except AbsentError:
            return

    def _pages(self, what: str, path: str, query: dict[str, str]) -> Iterator[ElementTree.Element]:
        marker, seen = "", {""}
        while True:
            page = self._requests.get(what, path, query | ({"marker": marker} if marker else {}), _parsed)
            yield page
            marker = page.findtext("NextMarker") or ""
            if not marker:
                return
            if marker in seen:
                raise CollectError(f"{self.name}: {what}: a page names one before it as the next")
            seen.add(marker)


def _parsed(answer: Answer) -> ElementTree.Element:
    try:
        page = ElementTree.fromstring(answer.body)  # noqa: S314 - expat itself bounds what entities grow to
    except ElementTree.ParseError:
        raise UnreadableError("the answer is cut off, or no XML") from None
    if page.tag != "EnumerationResults":
        raise UnreadableError("the answer is no listing")
    return page


def _listed(blob: ElementTree.Element) -> Listed:
    changed_at = parsedate_to_datetime(_text(blob, "Properties/Last-Modified"))
    size, etag = int(_text(blob, "Properties/Content-Length")), _text(blob, "Properties/Etag")
    return Listed(_text(blob, "Name"), size, etag, changed_at)


def _text(element: ElementTree.Element, path: str) -> str:
    found = element.findtext(path)
    if found is None:
        raise CollectError(f"a listing of the storage account has an entry without {path}")
    return found


def _part(answer: Answer, start: int, end: int) -> bytes:
    """The bytes asked for, whole; none where the blob ends before them."""
    if answer.status == 416:
        return b""
    given = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    if answer.status != 206 or given is None or int(given[1]) != start or not start <= int(given[2]) < end:
        raise UnreadableError("other bytes came than were asked for")
    if len(answer.body) != int(given[2]) + 1 - start:
        raise UnreadableError("the answer is cut off")
    return answer.body


def _no_token() -> "TokenCredential":
    """No token is sent unencrypted, not even on this machine."""
    ways = f"put a shared access signature for it into {STORAGE_SAS}, or its account key into {STORAGE_KEY}"
    raise CollectError(f"a storage emulator takes no token: {ways}")
