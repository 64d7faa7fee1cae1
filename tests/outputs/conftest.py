from pathlib import Path

import pytest

from tests.outputs.tenant import published_tenant


@pytest.fixture(scope="session")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published_tenant(tmp_path_factory)
