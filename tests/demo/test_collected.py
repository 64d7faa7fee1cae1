"""A tenant's archive, pulled from a storage account while it grows, ends in the same tables as its exported files."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from pipelines.catalog.logs import BY_NAME
from pipelines.demo import write_tenant
from pipelines.sources.collecting import collect
from pipelines.sources.storage import PREFIX, StorageArchive
from pipelines.sources.storage_account import StorageAccount
from pipelines.warehouse.warehouse import Warehouse
from tests.demo.deliveries import Line, deliver, differing, land_tenants, landed_lines, tables
from tests.emulator import Emulator

START = datetime.now(UTC)


def blobs_of(lines: list[Line], tenant_id: str, rng: Random) -> dict[tuple[str, str], bytes]:
    """Container and path → content: each record in some hour, some of them in a second one too (T22)."""
    blobs: dict[tuple[str, str], bytes] = defaultdict(bytes)
    for line in lines:
        container = PREFIX + BY_NAME[line.kind.log].category.lower()
        for _ in range(2 if rng.random() < 0.03 else 1):
            at = START - timedelta(hours=rng.randrange(30))
            path = f"tenantId={tenant_id}/{at:y=%Y/m=%m/d=%d/h=%H}/m=00/PT1H.json"
            blobs[container, path] += line.text + b"\r\n"
    return blobs


def test_t22_archive_that_grows_between_collects_ends_in_the_tables_of_its_files(
    emulator: Emulator, tmp_path: Path
) -> None:
    summary = write_tenant(tmp_path / "export", days=1, scale=0.05, shape="diagnostic")
    land_tenants(tmp_path / "landed", tmp_path / "export", summary)
    tenant_id = summary.tenants["contoso"]
    every = [line for line in landed_lines(tmp_path / "landed") if line.tenant_id == tenant_id]
    lines = [line for line in every if line.kind.shape == "diagnostic"]
    deliver(tmp_path / "files", lines)
    account = StorageAccount(emulator.url, lambda: None)  # type: ignore[arg-type, return-value]
    blobs = blobs_of(lines, tenant_id, Random(1))  # noqa: S311
    for container in {container for container, _ in blobs}:
        emulator.make_container(container)
    for share in (0, 0.4, 1):
        for (container, path), content in blobs.items():
            if share == 0:
                emulator.write(container, path)
            else:
                before = 0 if share == 0.4 else int(len(content) * 0.4)
                emulator.append(container, path, content[before : int(len(content) * share)])
        result = collect(tmp_path / "collected", StorageArchive(account, tenant_id))
        assert (result.failures, result.notes, result.bad_lines) == ([], [], {})
    found, expected = Warehouse(tmp_path / "collected"), Warehouse(tmp_path / "files")
    found.run()
    expected.run()
    assert differing(tables(found), tables(expected)) == {}
    assert len(tables(found)["attributed_requests"]) > 100
