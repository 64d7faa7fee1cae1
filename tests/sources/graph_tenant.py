"""Collectors of a tenant whose Graph is on this machine, and whose time is the test's."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from azure.core.credentials import AccessToken

from pipelines.compression import zstd
from pipelines.landing.manifest import entries
from pipelines.sources.graph_client import DIRECTORY, REPORTS, GraphClient, Transport
from pipelines.sources.graph_logs import GraphLogs
from pipelines.sources.inventory import Inventory
from tests.tenant_server.graph import TOKEN, Json, Server

TENANT = "5a1c3c6e-8f0b-4a6e-9d55-2f1f8f3d7b01"
NOW = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)


class Credential:
    """Gives the token that the server wants."""

    def __init__(self) -> None:
        self.scopes: list[str] = []

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.scopes += scopes
        return AccessToken(TOKEN, int(time.time()) + 3600)


class Clock:
    """Time that passes only while someone sleeps."""

    def __init__(self, now: datetime = NOW) -> None:
        self.time = now
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)


def transport(server: Server, clock: Clock, trust: ssl.SSLContext | None = None) -> Transport:
    return Transport(server.endpoint, trust, clock.now, clock.sleep)


@contextmanager
def client(server: Server, clock: Clock | None = None, trust: ssl.SSLContext | None = None) -> Iterator[GraphClient]:
    with GraphClient(Credential(), DIRECTORY, transport=transport(server, clock or Clock(), trust)) as graph:
        yield graph


def logs(server: Server, clock: Clock | None = None, *, tenant_id: str = TENANT, **options: Any) -> GraphLogs:
    return GraphLogs(tenant_id, Credential(), rate=REPORTS, transport=transport(server, clock or Clock()), **options)


def inventory(server: Server, clock: Clock | None = None, *, tenant_id: str = TENANT, **options: Any) -> Inventory:
    return Inventory(tenant_id, Credential(), transport=transport(server, clock or Clock()), **options)


def landed(data_folder: Path) -> list[Json]:
    """Every record that landed."""
    return [
        orjson.loads(line)
        for entry in entries(data_folder)
        for line in zstd.decompress((data_folder / "landing" / entry.file).read_bytes()).splitlines()
    ]


def sign_in(number: int, at: datetime, kind: str = "interactiveUser") -> Json:
    return {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "createdDateTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "appId": "11111111-2222-4333-8444-cccccccccccc",
        "userId": "11111111-2222-4333-8444-aaaaaaaaaaaa",
        "ipAddress": "192.0.2.1",
        "status": {"errorCode": 0},
        "signInEventTypes": [kind],
    }


def audit(number: int, at: datetime) -> Json:
    return {
        "id": f"Directory_{number}",
        "activityDateTime": f"{at:%Y-%m-%dT%H:%M:%S}.1234567Z",
        "activityDisplayName": "Add user",
        "initiatedBy": {"user": None, "app": None},
    }
