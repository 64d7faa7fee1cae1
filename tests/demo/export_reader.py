"""Reads a synthetic export back; shares no code with its writer."""

import base64
import csv
import gzip
import io
import json
import uuid
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pipelines.compression import zstd

LOG_OF_CATEGORY = {
    "SignInLogs": "SigninLogs",
    "NonInteractiveUserSignInLogs": "AADNonInteractiveUserSignInLogs",
    "ServicePrincipalSignInLogs": "AADServicePrincipalSignInLogs",
    "ManagedIdentitySignInLogs": "AADManagedIdentitySignInLogs",
    "MicrosoftServicePrincipalSignInLogs": "MicrosoftServicePrincipalSignInLogs",
    "AuditLogs": "AuditLogs",
    "MicrosoftGraphActivityLogs": "MicrosoftGraphActivityLogs",
}
LOG_OF_EVENT_TYPE = {
    "interactiveUser": "SigninLogs",
    "nonInteractiveUser": "AADNonInteractiveUserSignInLogs",
    "servicePrincipal": "AADServicePrincipalSignInLogs",
    "managedIdentity": "AADManagedIdentitySignInLogs",
}
ID_FIELDS = ("requestId", "RequestId", "id", "Id")
TIME_FIELDS = ("timeGenerated", "createdDateTime", "activityDateTime", "TimeGenerated", "TimeGenerated [UTC]")


class Row(NamedTuple):
    """One record as found: `fields` without an envelope, `whole` with it."""

    log: str
    shape: str
    fields: dict[str, Any]
    whole: dict[str, Any]

    @property
    def id(self) -> str:
        found = next((self.fields[name] for name in ID_FIELDS if name in self.fields), None)
        return found or token_guid(self.fields["UniqueTokenIdentifier"])

    @property
    def day(self) -> date | None:
        text = next((self.fields[name] for name in TIME_FIELDS if name in self.fields), None)
        if text is None:
            return None
        if "," not in text:
            return date.fromisoformat(text[:10])
        month, day, year = map(int, text.split(",")[0].split("/"))
        return date(year, month, day)


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as members:
                yield from (
                    (f"{path.parent.relative_to(folder)}/{name}", members.read(name)) for name in members.namelist()
                )
        elif path.is_file():
            name, content = str(path.relative_to(folder)), path.read_bytes()
            unpack = {".gz": gzip.decompress, ".zst": zstd.decompress}.get(path.suffix, bytes)
            yield name.removesuffix(".gz").removesuffix(".zst"), unpack(content)


def rows_of(name: str, content: bytes) -> Iterator[Row | None]:
    name = name.removeprefix("contoso/").removeprefix("northwind/")
    if name.startswith("archive/"):
        yield from map(archived, content.removesuffix(b"\r\n").split(b"\r\n"))
    elif name.startswith("event-hub/"):
        for line in content.splitlines():
            for record in json.loads(line)["records"]:
                yield archived(json.dumps(record).encode())
    elif name.startswith("graph/"):
        for item in json.loads(content)["value"]:
            log = LOG_OF_EVENT_TYPE[item["signInEventTypes"][0]] if "signInEventTypes" in item else "AuditLogs"
            yield Row(log, "graph", item, item)
    elif name.startswith("log-analytics/"):
        yield from (Row(row["Type"], "log_analytics", row, row) for row in json.loads(content))
    else:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        yield from (Row(row["Type"], "csv", row, row) for row in reader)


def archived(line: bytes) -> Row | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return Row(LOG_OF_CATEGORY[record["category"]], "diagnostic", record["properties"], record)


def token_guid(text: str) -> str:
    """Both encodings of a token id (T1, T2)."""
    if len(text) == 22:
        return str(uuid.UUID(bytes_le=base64.urlsafe_b64decode(text + "==")))
    return base64.b64decode(text).decode()


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
