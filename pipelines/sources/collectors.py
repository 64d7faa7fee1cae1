"""The collectors that the settings ask for."""

from collections.abc import Callable, Iterator

from pipelines.settings import Settings, Tenant
from pipelines.sources.azure import CLOUDS, tenant_credential
from pipelines.sources.graph_logs import GraphLogs
from pipelines.sources.inventory import Inventory
from pipelines.sources.slices import Collector

Makes = Callable[[Settings, Tenant], Iterator[Collector]]


def _graph(settings: Settings, tenant: Tenant) -> Iterator[Collector]:
    cloud = CLOUDS[settings.cloud]
    if tenant.graph:
        credential = tenant_credential(cloud, tenant.tenant_id, tenant.name, tenant.client_id)
        yield GraphLogs(str(tenant.tenant_id), credential, cloud)


def _inventory(settings: Settings, tenant: Tenant) -> Iterator[Collector]:
    cloud = CLOUDS[settings.cloud]
    if tenant.inventory:
        credential = tenant_credential(cloud, tenant.tenant_id, tenant.name, tenant.client_id)
        yield Inventory(str(tenant.tenant_id), credential, cloud, drives=lambda: _drives(settings, tenant))


def _drives(settings: Settings, tenant: Tenant) -> list[str]:
    from pipelines.warehouse.drives import unresolved_drives  # noqa: PLC0415 - loads DuckDB

    return unresolved_drives(settings.data, str(tenant.tenant_id))


# By source, as `collect --source` names it; each makes the collectors of a tenant, none where it is not asked for.
SOURCES: dict[str, Makes] = {"graph": _graph, "inventory": _inventory}


def collectors_of(settings: Settings) -> list[Collector]:
    """A collector for each source of each tenant; they connect to nothing before they are asked."""
    return [
        collector for tenant in settings.tenants for make in SOURCES.values() for collector in make(settings, tenant)
    ]
