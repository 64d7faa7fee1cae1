"""One tenant of known truth for all tests that read it."""

import pytest

from tests.demo.tenant_reader import GRAPH_LOG, Fields, Tenant, read_tenant

SMALL = 0.2


@pytest.fixture(scope="package")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Tenant:
    return read_tenant(tmp_path_factory.mktemp("tenant"), scale=SMALL)


@pytest.fixture(scope="package")
def requests(tenant: Tenant) -> dict[str, Fields]:
    return {name: fields for found in tenant.records(GRAPH_LOG).values() for name, fields in found.items()}


@pytest.fixture(scope="package")
def sign_ins(tenant: Tenant) -> dict[str, dict[str, Fields]]:
    return tenant.sign_ins()
