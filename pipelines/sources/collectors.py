"""The collectors that the settings ask for."""

from collections.abc import Callable, Iterator

from pipelines.settings import Settings, Tenant
from pipelines.sources.log_analytics import log_analytics_of
from pipelines.sources.slices import Collector

Makes = Callable[[Settings, Tenant], Iterator[Collector]]

# By source, as `collect --source` names it; each makes the collectors of a tenant, none where it is not asked for.
SOURCES: dict[str, Makes] = {"log_analytics": log_analytics_of}


def collectors_of(settings: Settings) -> list[Collector]:
    """A collector for each source of each tenant; they connect to nothing before they are asked."""
    return [
        collector for tenant in settings.tenants for make in SOURCES.values() for collector in make(settings, tenant)
    ]
