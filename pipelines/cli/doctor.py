"""`whoseagent doctor`."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from pipelines.cli.collecting import chosen_collectors
from pipelines.cli.failure import NEGATIVE
from pipelines.cli.show import plain, write
from pipelines.cli.tables import progress, write_json
from pipelines.probes import Probe, Status
from pipelines.settings import Settings
from pipelines.sources.checking import check
from pipelines.sources.slices import Collector

HOW_TO_CONNECT = """\
No tenant is configured. To connect one (the README says more, under Connect a tenant):
1. Make an identity that collects: a managed identity where whoseagent runs, or an app registration.
2. Let a Security Administrator make a diagnostic setting of Entra ID to a storage account or Log Analytics workspace.
3. Grant the identity what its sources need: Storage Blob Data Reader on the containers insights-logs-* of the account,
   or Log Analytics Data Reader on the workspace; for Graph the application permission AuditLog.Read.All;
   for the inventory Application.Read.All, User.Read.All and Directory.Read.All.
4. Write whoseagent.toml: [[tenants]], tenant_id = "GUID", name = "Contoso", client_id = "GUID", and the sources:
   storage = ["https://ACCOUNT.blob.core.windows.net"], workspaces = ["GUID"], graph = true, inventory = true
5. whoseagent doctor, until nothing is refused; then whoseagent collect && whoseagent run"""

_PRIVILEGES = (
    "on the container",
    "on the workspace",
    "AgentIdentity",
    "AuditLog.Read.All",
    "Application.Read.All",
    "User.Read.All",
    "Directory.Read.All",
    "Files.Read.All",
)
"""What grants have in them, from the least privilege to the most; what reads files comes last."""


class Examined(NamedTuple):
    """What the probes of one source, or of the data folder, found."""

    name: str
    tenant_id: str | None
    probes: list[Probe]

    @property
    def is_bad(self) -> bool:
        """Whether something is refused or fails, or not one thing of a source is there."""
        if any(probe.is_bad for probe in self.probes):
            return True
        told = [probe for probe in self.probes if probe.key not in _ASIDE]
        return self.name != _FOLDER and all(probe.status is Status.MISSING for probe in told)


_FOLDER = "data"
_ASIDE = {"token", "clock", "containers"}


def examine(settings: Settings, tenant: str | None, *, as_json: bool) -> int:
    """Looks at what the settings name, and prints it; the exit code. Raises Failure for a tenant that there is not."""
    collectors = chosen_collectors(settings, tenant, None) if settings.tenants else []
    return report(settings.data, collectors, as_json=as_json)


def report(data_folder: Path, collectors: list[Collector], *, as_json: bool) -> int:
    """Prints what was found in the data folder and at the sources; the exit code."""
    examined = list(_examine(data_folder, collectors))
    grants = _grants(probe for each in examined for probe in each.probes if probe.is_bad)
    is_healthy = bool(collectors) and not any(each.is_bad for each in examined)
    if as_json:
        write_json({"healthy": is_healthy, "examined": list(map(_as_json, examined)), "grant": grants})
    else:
        _print(data_folder, examined, grants)
    return 0 if is_healthy else NEGATIVE


def _examine(data_folder: Path, collectors: list[Collector]) -> Iterator[Examined]:
    from pipelines.warehouse.condition import condition  # noqa: PLC0415 - loads DuckDB

    if collectors or data_folder.exists():
        yield Examined(_FOLDER, None, list(condition(data_folder, datetime.now(UTC))))
    with progress() as display:
        task = display.add_task("asking", total=None)
        for collector in collectors:
            display.update(task, description=f"asking {plain(collector.name)}"[:120])
            yield Examined(collector.name, collector.tenant_id, check(collector))


def _grants(probes: Iterable[Probe]) -> list[str]:
    """What to grant, each once, least privilege first."""
    return sorted({probe.grant for probe in probes if probe.grant}, key=lambda grant: (_privilege(grant), grant))


def _privilege(grant: str) -> int:
    return next((rank for rank, words in enumerate(_PRIVILEGES) if words in grant), len(_PRIVILEGES))


def _print(data_folder: Path, examined: list[Examined], grants: list[str]) -> None:
    for each in examined:
        write(f"data folder {plain(str(data_folder))}" if each.name == _FOLDER else plain(each.name))
        width = max((len(probe.key) for probe in each.probes), default=0)
        for probe in each.probes:
            write(f"  {probe.status:<7}  {plain(probe.key):<{width}}  {plain(probe.message)}")
    if grants:
        write("Grant the collecting app, least privilege first:")
        for grant in grants:
            write(f"  {plain(grant)}")
    if not any(each.name != _FOLDER for each in examined):
        write(HOW_TO_CONNECT)


def _as_json(examined: Examined) -> dict[str, Any]:
    probes = [{**probe._asdict(), "newest": probe.newest and probe.newest.isoformat()} for probe in examined.probes]
    return {"name": examined.name, "tenant_id": examined.tenant_id, "probes": probes}
