"""A small published tenant of known truth, for the tests of answers. Tests only read it."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.demo import write_tenant
from pipelines.sources.importing import import_files
from pipelines.warehouse.warehouse import Warehouse

SOMEWHERE = "11111111-2222-4333-8444-555555555555"


def published_tenant(factory: pytest.TempPathFactory) -> Path:
    """A folder with a day of the tenant, landed and published in `data`, its truth in `truth`; made once a session."""
    folder = factory.getbasetemp() / "published-tenant"
    if not folder.exists():
        write_tenant(folder / "export", days=1, scale=0.05, truth=folder / "truth")
        for _ in import_files(folder / "data", [folder / "export"], tenant_id=SOMEWHERE):
            pass
        Warehouse(folder / "data").run()
    return folder


def incident(folder: Path, name: str) -> dict[str, Any]:
    """What is known of a named incident."""
    incidents = json.loads((folder / "truth" / "incidents.json").read_text())
    return next(found for found in incidents if found["name"] == name)
