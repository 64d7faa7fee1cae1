"""Writes a large day of archived Graph activity, to measure landing and staging with."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random
from typing import NamedTuple

from pipelines.demo.clock import DAY, MINUTE, SECOND, dotnet_ticks, iso, midnight
from pipelines.demo.identifiers import guid, opaque, token_text

_DAY = date(2026, 3, 2)
_TENANT = "b5f0c6de-6d0c-4c7e-9a3b-0d3a5c3f7a11"
_RECORD_BYTES = 1_842  # what one record takes on average
_SCOPES, _ROLES = "Mail.ReadWrite Mail.Send User.Read", "Mail.Read User.Read.All"
_REQUESTS_PER_TOKEN = 40
_BLOCK = 2_000  # records written at a time
_USERS = 20_000  # of each file
_LIFE = 75 * MINUTE
_HOT_SHARE, _HOT_TOKENS = 0.3, 3  # of each file: a few busy agents make a third of all requests
_CALLS = (  # method, version, path, status
    ("GET", "v1.0", "users/{user}/messages/{item}?$select=id,subject,from", 200),
    ("GET", "v1.0", "users/{user}/messages?$top=25\\\\u0026$skip=50", 200),
    ("GET", "beta", "/users/{user}/mailFolders/inbox/messages/delta", 200),
    ("GET", "v1.0", "users/{user}/drive/items/{item}/content", 302),
    ("PATCH", "v1.0", "users/{user}/events/{item}", 200),
    ("POST", "v1.0", "users/{user}/sendMail", 202),
    ("GET", "v1.0", "users/{user}", 200),
    ("GET", "v1.0", "users/{user}/photo/$value", 404),
    ("GET", "v1.0", "users/{user}/calendarView?startDateTime=2026-03-02", 200),
    ("GET", "v1.0", "me", 200),
)


class Token(NamedTuple):
    """The parts of a record that all requests of one token share, as ready JSON text."""

    call_end: str  # from signInActivityId to userAgent
    record_end: str  # from userId to the end of the line
    ip_address: str


def write_graph_activity(folder: Path, *, megabytes: int = 2000, seed: int = 1, files: int = 8) -> int:
    """Write about `megabytes` (10^6 bytes) of CRLF NDJSON in `files` files over one UTC day; give the records written.

    The same arguments give the same bytes. Each file has its own part of the day and its own tokens.
    """
    folder.mkdir(parents=True, exist_ok=True)
    records = megabytes * 1_000_000 // _RECORD_BYTES // files
    for number in range(files):
        rng = Random(f"{seed}/{number}")  # noqa: S311 - reproducible, nothing secret
        start, span = midnight(_DAY) + number * DAY // files, DAY // files
        lines = _lines(rng, records, start, span)
        with (folder / f"graph-activity-{number:03d}.json").open("w", encoding="ascii", newline="") as file:
            while block := "".join(islice(lines, _BLOCK)):
                file.write(block)
    return records * files


def _lines(rng: Random, records: int, start: int, span: int) -> Iterator[str]:
    """Give the records in order of time; a token serves some dozens of requests, a hot agent's many thousands."""
    count = max(1, records // _REQUESTS_PER_TOKEN)
    tokens = [_token(rng, start + span * number // count) for number in range(count)]
    users = [guid(rng) for _ in range(_USERS)]
    uris = [_uri_maker(rng, path, users) for _, _, path, _ in _CALLS]
    random = rng.random
    window = len(tokens) * _LIFE // span + 1
    for number in range(records):
        at = start + span * number // records
        newest = len(tokens) * number // records
        used = int(random() * _HOT_TOKENS) if random() < _HOT_SHARE else newest - int(random() ** 3 * window)
        yield _line(rng, at, tokens[max(0, min(used, newest))], uris)


def _line(rng: Random, at: int, token: Token, uris: list[Callable[[], str]]) -> str:
    """Give one CRLF line: plain formatting, as a JSON library would take three times as long."""
    bits = rng.getrandbits(160)
    text = f"{bits >> 32:032x}"
    request_id = f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"
    client_request_id = f"{text[12:20]}-{text[:4]}-4{text[5:8]}-8{text[21:24]}-{text[8:20]}"
    choice = bits % len(_CALLS)
    method, version, _, status = _CALLS[choice]
    second, fraction = divmod(at % DAY, SECOND)
    time = f"{_DAY}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.{fraction:07}Z"
    duration, size = 90_000 + (bits >> 8) % 2_900_000, (bits >> 16) % 60_000
    return (
        f'{{"time":"{time}","resourceId":"/TENANTS/{_TENANT.upper()}/PROVIDERS/MICROSOFT.AADIAM",'
        f'"operationName":"Microsoft Graph Activity","operationVersion":"{version}",'
        f'"category":"MicrosoftGraphActivityLogs","resultSignature":"{status}","durationMs":"{duration}",'
        f'"callerIpAddress":"{token.ip_address}","correlationId":"{request_id}","level":"Informational",'
        f'"location":"North Europe","properties":{{"__UDI_RequiredFields_TenantId":"{_TENANT}",'
        f'"__UDI_RequiredFields_UniqueId":"{request_id}","__UDI_RequiredFields_EventTime":{dotnet_ticks(at)},'
        f'"__UDI_RequiredFields_RegionScope":"EU","timeGenerated":"{time}","location":"North Europe",'
        f'"requestId":"{request_id}","operationId":"{request_id}","clientRequestId":"{client_request_id}",'
        f'"apiVersion":"{version}","requestMethod":"{method}","responseStatusCode":{status},"tenantId":"{_TENANT}",'
        f'"durationMs":{duration},"responseSizeBytes":{size},{token.call_end}'
        f'"requestUri":"https://graph.microsoft.com/{version}/{uris[choice]()}","atContentP":"","atContentH":"",'
        f"{token.record_end}"
    )


def _token(rng: Random, at: int) -> Token:
    """Give a token issued at `at`: three in four are a user's, the others an application's own."""
    is_user = rng.random() < 0.75
    owner, app, ip_address = guid(rng), guid(rng), f"198.51.100.{rng.randrange(1, 255)}"
    issued = (at - 5 * MINUTE) // SECOND * SECOND
    subject = (
        f'"C_Sid":"{guid(rng)}","C_DeviceId":"","userId":"{owner}","servicePrincipalId":""'
        if is_user
        else f'"userId":"","servicePrincipalId":"{owner}"'
    )
    return Token(
        call_end=(
            f'"signInActivityId":"{token_text(guid(rng))}","roles":"{"" if is_user else _ROLES}","appId":"{app}",'
            f'"UserPrincipalObjectID":"{owner}","scopes":"{_SCOPES if is_user else ""}","identityProvider":"",'
            f'"clientAuthMethod":"{rng.randrange(3)}","wids":"b79fbf4d-3ef9-4689-8143-76b194e85509",'
            f'"C_Idtyp":"{"user" if is_user else "app"}","C_Iat":"{issued // SECOND}","ipAddress":"{ip_address}",'
            '"userAgent":"python-requests/2.32.5",'
        ),
        record_end=f'{subject},"tokenIssuedAt":"{iso(issued)}"}},"tenantId":"{_TENANT}"}}\r\n',
        ip_address=ip_address,
    )


def _uri_maker(rng: Random, path: str, users: list[str]) -> Callable[[], str]:
    """Give a function that fills `path` with a user and one of the user's items; a few users are busy, most are not."""
    before, _, after = path.partition("{user}")
    middle, _, end = after.partition("{item}")
    prefix, choice, bits = opaque(rng, "AAMkAD", 30), rng.random, rng.getrandbits
    if "{item}" in path:
        return lambda: f"{before}{users[int(choice() ** 3 * _USERS)]}{middle}{prefix}{bits(6):04x}{end}"
    if "{user}" in path:
        return lambda: f"{before}{users[int(choice() ** 3 * _USERS)]}{after}"
    return lambda: path
