"""The collectors that the settings ask for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from pipelines.own_apps import learn_app
from pipelines.settings import Settings, Tenant
from pipelines.sources.azure import CLOUDS, Cloud, tenant_credential
from pipelines.sources.graph_logs import GraphLogs
from pipelines.sources.inventory import Inventory
from pipelines.sources.log_analytics import LogAnalytics
from pipelines.sources.slices import Collector
from pipelines.sources.storage import StorageArchive
from pipelines.sources.storage_account import StorageAccount
from pipelines.sources.workspace import Workspace

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential


@dataclass(frozen=True)
class Connection:
    """One tenant of the settings, and the one credential with which all of its sources are collected."""

    settings: Settings
    tenant: Tenant

    @property
    def tenant_id(self) -> str:
        """The Entra tenant."""
        return str(self.tenant.tenant_id)

    @property
    def cloud(self) -> Cloud:
        """Where the tenant is."""
        return CLOUDS[self.settings.cloud]

    @cached_property
    def credential(self) -> "TokenCredential":
        """Keeps tokens, and remembers whose they are: the collector's requests are in the logs that it reads (T31)."""
        tenant = self.tenant
        return tenant_credential(
            self.cloud,
            tenant.tenant_id,
            tenant.name,
            tenant.client_id,
            lambda app_id: learn_app(self.settings.data, app_id),
        )


def _graph(to: Connection) -> Iterator[Collector]:
    if to.tenant.graph:
        yield GraphLogs(to.tenant_id, to.credential, to.cloud, first_days=to.settings.first_collect_days)


def _inventory(to: Connection) -> Iterator[Collector]:
    if to.tenant.inventory:
        yield Inventory(to.tenant_id, to.credential, to.cloud, drives=lambda: _drives(to))


def _drives(to: Connection) -> list[str]:
    from pipelines.warehouse.drives import unresolved_drives  # noqa: PLC0415 - loads DuckDB

    return unresolved_drives(to.settings.data, to.tenant_id)


def _log_analytics(to: Connection) -> Iterator[Collector]:
    lookback = timedelta(days=to.settings.first_collect_days)
    for workspace_id in to.tenant.workspaces:
        workspace = Workspace(str(workspace_id), to.credential, to.cloud.log_analytics)
        yield LogAnalytics(workspace, to.tenant_id, lookback=lookback)


def _storage(to: Connection) -> Iterator[Collector]:
    for url in to.tenant.storage:
        account = StorageAccount(url, lambda: to.credential)
        late_days, first_days = to.settings.storage_days, to.settings.first_collect_days
        yield StorageArchive(account, to.tenant_id, late_days=late_days, first_days=first_days)


# By source, as `collect --source` names it; each makes the collectors of a tenant, none where it is not asked for.
SOURCES: dict[str, Callable[[Connection], Iterator[Collector]]] = {
    "graph": _graph,
    "inventory": _inventory,
    "log_analytics": _log_analytics,
    "storage": _storage,
}


def collectors_of(settings: Settings) -> list[Collector]:
    """A collector for each source of each tenant; they connect to nothing before they are asked."""
    connections = [Connection(settings, tenant) for tenant in settings.tenants]
    return [collector for to in connections for make in SOURCES.values() for collector in make(to)]
