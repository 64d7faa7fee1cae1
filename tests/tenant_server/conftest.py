"""A Log Analytics to collect from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tenant_server.log_analytics import LogAnalyticsServer
from tests.tenant_server.log_analytics_rig import Rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """A workspace of every table, without rows."""
    with LogAnalyticsServer(tmp_path) as server:
        yield Rig(tmp_path / "data", server)
