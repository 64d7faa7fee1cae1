"""`python -m benchmarks.collect`: rows a second from a local Log Analytics over TLS to landed files, and peak memory.

The service is tests' own and in a process of its own; its answers are encoded beforehand.
"""

import multiprocessing
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Annotated

import orjson
import typer

from pipelines.demo.identifiers import guid, token_text
from pipelines.landing.manifest import entries
from pipelines.sources.collecting import collect
from pipelines.sources.log_analytics import LogAnalytics
from pipelines.sources.workspace import Workspace
from tests.tenant_server.log_analytics import LogAnalyticsServer
from tests.tenant_server.log_analytics_rig import Credential

WORKSPACE = "0f8fad5b-0000-4000-8000-00000000a001"
TABLE = "MicrosoftGraphActivityLogs"
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
LOOKBACK = timedelta(hours=6)


def main(rows: Annotated[int, typer.Option(help="Rows of Graph activity in the workspace.")] = 500_000) -> None:
    """Collects a workspace with so many rows in six hours."""
    here, there = multiprocessing.Pipe()
    with tempfile.TemporaryDirectory(prefix="whoseagent-bench-") as work:
        service = multiprocessing.get_context("spawn").Process(target=serve, args=(there, work, rows), daemon=True)
        service.start()
        there.close()
        endpoint, ca_file, size = here.recv()
        print(f"{rows:,} rows, {size / rows:,.0f} bytes each")
        _measure(Path(work) / "data", endpoint, ca_file, rows)
        here.send("done")
        service.join()


def _measure(data: Path, endpoint: str, ca_file: str, rows: int) -> None:
    workspace = Workspace(WORKSPACE, Credential(), endpoint, ca_file=ca_file)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    wall, cpu = time.perf_counter(), time.process_time()
    result = collect(data, LogAnalytics(workspace, None, lookback=LOOKBACK, clock=lambda: NOW))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    if result.failures or sum(entry.rows for entry in entries(data)) != rows:
        raise SystemExit(f"{rows:,} rows were served, but landed {result}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{rows / wall:,.0f} rows/s ({wall:.1f} s wall, {cpu:.1f} s cpu), {result.slices} slices")
    print(f"peak memory {peak:,.0f} MB, {before:,.0f} MB of it before")


def serve(pipe: Connection, folder: str, rows: int) -> None:
    """Serves made-up rows until told to stop; says first where, and how many bytes they are."""
    with LogAnalyticsServer(Path(folder)) as server:
        rng = Random(1)  # noqa: S311 - reproducible, nothing secret
        start, step = NOW - LOOKBACK, (LOOKBACK - timedelta(minutes=10)) / rows
        made = [(start + step * number, _row(rng, start + step * number)) for number in range(rows)]
        server.add(WORKSPACE, TABLE, made)
        size = sum(len(orjson.dumps(fields)) for _, fields in made)
        del made
        server.prepare()
        pipe.send((server.endpoint, server.ca_file, size))
        pipe.recv()


def _row(rng: Random, at: datetime) -> dict[str, object]:
    """One row of Graph activity with all that a real one has."""
    user, app, token = guid(rng), guid(rng), token_text(guid(rng))
    return {
        "TenantId": WORKSPACE,
        "TimeGenerated": f"{at:%Y-%m-%dT%H:%M:%S.%f}7Z",
        "Location": "West Europe",
        "RequestId": guid(rng),
        "OperationId": guid(rng),
        "ClientRequestId": guid(rng),
        "ApiVersion": "v1.0",
        "RequestMethod": "GET",
        "ResponseStatusCode": 200,
        "AadTenantId": "b5f0c6de-6d0c-4c7e-9a3b-0d3a5c3f7a11",
        "IPAddress": "198.51.100.7",
        "UserAgent": "contoso-agent/2.1 (python 3.12)",
        "RequestUri": f"https://graph.microsoft.com/v1.0/users/{user}/messages?$top=25&$select=id,subject,from",
        "DurationMs": rng.randrange(900_000),
        "ResponseSizeBytes": rng.randrange(90_000),
        "SignInActivityId": token,
        "UniqueTokenId": token,
        "Roles": "",
        "TokenIssuedAt": f"{at:%Y-%m-%dT%H}:00:00Z",
        "AppId": app,
        "UserId": user,
        "ServicePrincipalId": None,
        "Scopes": "Mail.ReadWrite Mail.Send User.Read",
        "IdentityProvider": "https://sts.windows.net/b5f0c6de-6d0c-4c7e-9a3b-0d3a5c3f7a11/",
        "ClientAuthMethod": 2,
        "Wids": "b79fbf4d-3ef9-4689-8143-76b194e85509",
        "SessionId": guid(rng),
        "DeviceId": None,
        "ATContentP": "",
        "ATContentH": "",
        "SourceSystem": "",
        "Type": TABLE,
    }


if __name__ == "__main__":
    typer.run(main)
