"""The demo tenants, published, of which questions and panels are asked. Tests only read them."""

import pytest

from pipelines.demo import write_tenant
from pipelines.sources.importing import import_files
from pipelines.warehouse.warehouse import Warehouse


@pytest.fixture(scope="session")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("tenant")
    summary = write_tenant(folder / "export", scale=0.3, days=2)
    warehouse = Warehouse(folder / "data")
    for name, tenant_id in summary.tenants.items():
        list(import_files(warehouse.data_folder, [folder / "export" / name], tenant_id=tenant_id))
    warehouse.run()
    return warehouse
