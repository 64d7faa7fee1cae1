"""`python -m benchmarks.collect`: rows a second from a local Log Analytics over TLS to landed files, and peak memory.

The service is tests' own and in a process of its own; its answers are encoded beforehand.
"""

import multiprocessing
import tempfile
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Annotated

import typer

from benchmarks.pull import measure
from pipelines.demo.identifiers import guid, token_text
from pipelines.sources.log_analytics import LogAnalytics
from pipelines.sources.workspace import Workspace
from tests.tenant_server.log_analytics import LogAnalyticsServer
from tests.tenant_server.log_analytics_rig import Credential

WORKSPACE = "0f8fad5b-0000-4000-8000-00000000a001"
TABLE = "MicrosoftGraphActivityLogs"
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ROWS_AN_HOUR = 70_000
"""Nearly as many as fit into one answer, and an hour is asked for at first."""


def main(
    size: Annotated[int, typer.Option(help="Rows of Graph activity in the workspace.")] = 560_000,
    as_json: Annotated[bool, typer.Option(help="Print figures to read by a program.")] = False,
) -> None:
    """Collects a workspace with so many rows, as many an hour as go into one answer."""
    here, there = multiprocessing.Pipe()
    with tempfile.TemporaryDirectory(prefix="whoseagent-bench-") as work:
        service = multiprocessing.get_context("spawn").Process(target=serve, args=(there, work, size), daemon=True)
        service.start()
        there.close()
        endpoint, ca_file = here.recv()
        workspace = Workspace(WORKSPACE, Credential(), endpoint, ca_file=ca_file)
        collector = LogAnalytics(workspace, None, lookback=_lookback(size), clock=lambda: NOW)
        measure(Path(work) / "data", collector, size).print(as_json=as_json)
        here.send("done")
        service.join()


def _lookback(rows: int) -> timedelta:
    return timedelta(hours=rows / ROWS_AN_HOUR)


def serve(pipe: Connection, folder: str, rows: int) -> None:
    """Serves made-up rows until told to stop; says first where."""
    with LogAnalyticsServer(Path(folder)) as server:
        rng = Random(1)  # noqa: S311 - reproducible, nothing secret
        start, step = NOW - _lookback(rows), (_lookback(rows) - timedelta(minutes=10)) / rows
        times = [start + step * number for number in range(rows)]
        server.add(WORKSPACE, TABLE, ((at, _row(rng, at)) for at in times))
        server.prepare()
        pipe.send((server.endpoint, server.ca_file))
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
