"""`dagster dev` as `make dev` starts it: the graph is there, a day can be run, and nothing stays behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

from tests.defs.conftest import FIRST_DAY, Land, sign_in

START_SECONDS = 60
RUN_SECONDS = 45
GRACE_SECONDS = 10

ASSETS = "{ assetNodes { assetKey { path } dependencyKeys { path } } }"
REPOSITORY = "{ repositoriesOrError { ... on RepositoryConnection { nodes { name location { name } } } } }"
LAUNCH = """
mutation Launch($params: ExecutionParams!) {
  launchPipelineExecution(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""
STATUS = "query Status($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"


class Server(NamedTuple):
    """A running `dagster dev`."""

    port: int
    process: subprocess.Popen[bytes]

    def ask(self, query: str, **variables: Any) -> Any:
        """The data that GraphQL answers."""
        body = orjson.dumps({"query": query, "variables": variables})
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  loopback
            content = orjson.loads(answer.read())
        assert "errors" not in content, content["errors"]
        return content["data"]


@pytest.fixture
def server(land: Land, tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[Server]:
    """`dagster dev` on a free port, over a data folder with one day's sign-ins; it ends with the test."""
    land(sign_in(1, "2026-03-02T10:00:00Z"), sign_in(2, "2026-03-02T11:00:00Z"))
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    settings = {"WHOSEAGENT_DATA": str(tmp_path / "data"), "WHOSEAGENT_FIRST_DAY": f"{FIRST_DAY}"}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["-m", "dagster", "dev", "-w", "workspace.yaml", "--host", "127.0.0.1", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=pytestconfig.rootpath,
            env={**os.environ, **settings, "DAGSTER_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "1"},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Server(port, process)
    finally:
        _stop(process)


def test_dev_server_shows_the_graph_runs_a_day_and_leaves_nothing_behind(server: Server, tmp_path: Path) -> None:
    nodes = _wait(lambda: _assets(server), START_SECONDS, tmp_path / "log")
    keys = {"/".join(node["assetKey"]["path"]) for node in nodes}
    assert {"landing/imported_files", "marts/sign_ins", "publish/warehouse"} <= keys
    repository = server.ask(REPOSITORY)["repositoriesOrError"]["nodes"][0]
    selector = {
        "repositoryName": repository["name"],
        "repositoryLocationName": repository["location"]["name"],
        "jobName": "daily",
    }
    tags = [{"key": "dagster/partition", "value": "2026-03-02"}]
    launched = server.ask(LAUNCH, params={"selector": selector, "executionMetadata": {"tags": tags}})
    assert launched["launchPipelineExecution"]["__typename"] == "LaunchRunSuccess", launched
    run_id = launched["launchPipelineExecution"]["run"]["runId"]
    status = _wait(lambda: _ended(server, run_id), RUN_SECONDS, tmp_path / "log")
    assert status == "SUCCESS", (tmp_path / "log").read_text(errors="replace")[-5000:]
    assert (tmp_path / "data" / "warehouse.duckdb").exists()
    _stop(server.process)
    assert _session(server.process.pid) == []


def _assets(server: Server) -> Any:
    assert server.process.poll() is None, "dagster dev ended by itself"
    try:
        return server.ask(ASSETS)["assetNodes"]
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None


def _ended(server: Server, run_id: str) -> str | None:
    status: str = server.ask(STATUS, id=run_id)["runOrError"]["status"]
    return status if status in ("SUCCESS", "FAILURE", "CANCELED") else None


def _wait(look: Callable[[], Any], seconds: float, log: Path) -> Any:
    """What `look` finds; fails with the end of the server's log when the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.5)
    pytest.fail(f"nothing within {seconds} s; the server said:\n{log.read_text(errors='replace')[-5000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Interrupts every process of the session, as Ctrl-C would; kills what is left after a while."""
    for stop in (signal.SIGINT, signal.SIGKILL):
        for pid in _session(process.pid):
            try:
                os.kill(pid, stop)
            except ProcessLookupError:
                continue
        end = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < end and _session(process.pid):
            process.poll()  # reaps it
            time.sleep(0.1)
    process.wait(GRACE_SECONDS)


def _session(session: int) -> list[int]:
    """The living processes of a session."""
    processes = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [pid for pid in processes if _session_of(pid) == session]


def _session_of(pid: int) -> int | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(fields[3]) if fields[0] != "Z" else None
