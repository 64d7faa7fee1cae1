"""All sources of a tenant together, each record up to four times in four shapes, give the tables of its files."""

from datetime import timedelta
from pathlib import Path

from pipelines.sources.importing import import_files
from pipelines.warehouse.warehouse import Warehouse
from tests.emulator import Emulator
from tests.faults.collector import Call, Place, collect_all
from tests.faults.served import MIDNIGHT, Served, serve_tenant
from tests.faults.tables import differences, tables
from tests.tenant_server.graph import Tenant, serving
from tests.tenant_server.log_analytics import LogAnalyticsServer
from tests.tenant_server.log_analytics_rig import WORKSPACE


def fill(emulator: Emulator, served: Served) -> None:
    for container, path in served.blobs:
        if path == min(each for name, each in served.blobs if name == container):
            emulator.make_container(container)
        emulator.write(container, path, b"".join(line + b"\r\n" for line in served.blobs[container, path]))


def graph_of(served: Served) -> Tenant:
    events = {kind: [event for _, event in events] for kind, events in served.events.items()}
    return Tenant(events, dict(served.directory))


def test_all_sources_together_give_the_public_tables_of_one_import(emulator: Emulator, tmp_path: Path) -> None:
    served = serve_tenant(tmp_path / "made", scale=0.02)
    exported = served.write_files(tmp_path / "files")
    list(import_files(tmp_path / "imported", [tmp_path / "files"], tenant_id=served.tenant_id))
    fill(emulator, served)
    with LogAnalyticsServer(tmp_path) as workspace, serving(graph_of(served)) as graph:
        for table, rows in served.rows.items():
            workspace.add(WORKSPACE, table, rows)
        place = Place(
            served.tenant_id, graph.endpoint, workspace.endpoint, workspace.ca_file, emulator.url, exported,
            tuple(served.drives),
        )  # fmt: skip
        for collected in collect_all(place, Call(tmp_path / "collected", MIDNIGHT + timedelta(hours=1))):
            assert collected.failures == []
    imported, collected_ = Warehouse(tmp_path / "imported"), Warehouse(tmp_path / "collected")
    imported.run()
    collected_.run()
    expected, found = tables(imported.path), tables(collected_.path)
    assert differences(found, expected) == {}
    assert expected["attributed_requests"].total() > 500
    assert expected["directory_versions"].total() > 200
    copies = "select max(copies) from (select count(*) as copies from sign_in_records group by tenant_id, sign_in_id)"
    assert collected_.rows(copies)[0][0] >= 4
