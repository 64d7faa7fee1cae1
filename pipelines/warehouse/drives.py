"""Drives that requests name and of which nobody knows whose they are."""

from pathlib import Path

from pipelines.warehouse.ask import NotPublishedError, open_reader

_QUERY = r"""
select distinct regexp_extract(uri, '/drives/(b![A-Za-z0-9_-]+)', 1) as drive_id
from attributed_requests
where tenant_id = $tenant_id and data_class = 'drive_unresolved' and uri like '%/drives/b!%'
order by drive_id
"""


def unresolved_drives(data_folder: Path, tenant_id: str) -> list[str]:
    """Ids of the drives for an inventory to ask for, as the published file has them; [] where nothing is published."""
    try:
        with open_reader(data_folder) as connection:
            return [drive for (drive,) in connection.execute(_QUERY, {"tenant_id": tenant_id}).fetchall() if drive]
    except NotPublishedError:
        return []
