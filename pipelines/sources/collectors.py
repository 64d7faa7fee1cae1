"""The collectors that the settings ask for."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from pipelines.own_apps import learn_app
from pipelines.settings import Settings, Tenant
from pipelines.sources.azure import CLOUDS, tenant_credential
from pipelines.sources.log_analytics import log_analytics_of
from pipelines.sources.slices import Collector
from pipelines.sources.storage import StorageArchive
from pipelines.sources.storage_account import StorageAccount

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

Makes = Callable[[Settings, Tenant], Iterator[Collector]]


def credential_of(settings: Settings, tenant: Tenant) -> "TokenCredential":
    """The credential with which this tenant is collected."""
    return tenant_credential(
        CLOUDS[settings.cloud],
        tenant.tenant_id,
        tenant.name,
        tenant.client_id,
        lambda app_id: learn_app(settings.data, app_id),
    )


def _storage(settings: Settings, tenant: Tenant) -> Iterator[Collector]:
    for url in tenant.storage:
        account = StorageAccount(url, lambda: credential_of(settings, tenant))
        yield StorageArchive(account, str(tenant.tenant_id), late_days=settings.storage_days)


# By source, as `collect --source` names it; each makes the collectors of a tenant, none where it is not asked for.
SOURCES: dict[str, Makes] = {
    "log_analytics": log_analytics_of,
    "storage": _storage,
}


def collectors_of(settings: Settings) -> list[Collector]:
    """A collector for each source of each tenant; they connect to nothing before they are asked."""
    return [
        collector for tenant in settings.tenants for make in SOURCES.values() for collector in make(settings, tenant)
    ]
