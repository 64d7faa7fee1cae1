"""A collector of a local Log Analytics, and what came of it; its time is the test's."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from azure.core.credentials import AccessToken

from pipelines.catalog.logs import LOGS
from pipelines.compression import zstd
from pipelines.landing.manifest import entries
from pipelines.sources.collecting import Collected, collect
from pipelines.sources.log_analytics import LogAnalytics
from pipelines.sources.slices import Cursor, Period
from pipelines.sources.workspace import LIMITS, Limits, Workspace
from tests.tenant_server.log_analytics import LogAnalyticsServer

WORKSPACE = "0f8fad5b-0000-4000-8000-00000000a001"
TENANT = "8a6f1f0e-0000-4000-8000-000000000001"
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
TOKEN = "eyJ-of-a-test"  # noqa: S105 - synthetic


class Credential:
    """Gives a token for anything, and keeps what it was asked for."""

    def __init__(self) -> None:
        self.scopes: list[tuple[str, ...]] = []

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.scopes.append(scopes)
        return AccessToken(TOKEN, 2**40)


class Rig:
    """A workspace with every table, on a server; `now` moves only when the collector sleeps, or the test sets it."""

    def __init__(self, data_folder: Path, server: LogAnalyticsServer) -> None:
        self.data_folder, self.server = data_folder, server
        self.now, self.slept = NOW, list[float]()
        self.credential = Credential()
        for log in LOGS:
            server.add(WORKSPACE, log.name)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def add(self, *ids: int, at: datetime, event_at: datetime | None = None, table: str = "AuditLogs") -> None:
        """Rows that come in at a time, of events at that time or another."""
        self.server.add(WORKSPACE, table, [(at, row(number, event_at or at, table)) for number in ids])

    def collector(self, workspace: str = WORKSPACE, limits: Limits = LIMITS, **more: Any) -> LogAnalytics:
        queries = Workspace(
            workspace, self.credential, self.server.endpoint, ca_file=self.server.ca_file,
            clock=lambda: self.now, sleep=self.sleep, limits=limits,
        )  # fmt: skip
        return LogAnalytics(queries, TENANT, clock=lambda: self.now, **more)

    def collect(self, period: Period | None = None, **more: Any) -> Collected:
        return collect(self.data_folder, self.collector(**more), period)

    def landed(self, log: str = "AuditLogs") -> Counter[int]:
        """How often each row of a log has landed."""
        return Counter(int(fields["Id"]) for fields in self.records(log))

    def records(self, log: str = "AuditLogs") -> Iterator[dict[str, Any]]:
        for entry in entries(self.data_folder):
            if entry.log == log:
                content = zstd.decompress((self.data_folder / "landing" / entry.file).read_bytes())
                yield from map(orjson.loads, content.splitlines())

    def queries(self, table: str = "AuditLogs") -> list[str]:
        """What was asked of a table, without counts; forgets what was asked."""
        asked = [query for query, _ in self.server.asked if query.startswith(f"{table}\n")]
        self.server.asked.clear()
        return [query for query in asked if "summarize" not in query]


class Kept:
    """Cursors in memory."""

    def __init__(self, **kept: Mapping[str, Any]) -> None:
        self._kept = kept

    def get(self, key: str) -> Cursor | None:
        found = self._kept.get(key)
        return dict(found) if found else None

    def under(self, prefix: str) -> list[str]:
        return [key for key in self._kept if key.startswith(prefix)]


MakeRig = Callable[..., Rig]


def row(number: int, event_at: datetime, table: str = "AuditLogs") -> dict[str, Any]:
    """A row of an audit log, or of a table like it."""
    return {
        "TenantId": WORKSPACE,
        "TimeGenerated": f"{event_at:%Y-%m-%dT%H:%M:%S}.1234567Z",
        "AADTenantId": TENANT,
        "Id": str(number),
        "ActivityDisplayName": "Add user",
        "InitiatedBy": {"user": {"id": None}},
        "CorrelationId": None,
        "DurationMs": 0,
        "Type": table,
    }
