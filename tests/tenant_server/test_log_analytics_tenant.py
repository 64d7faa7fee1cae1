"""The demo tenant, collected from Log Analytics day by day, gives the same tables as an import of its files."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import orjson

from pipelines.demo.tenant.write import write_tenant
from pipelines.sources.collecting import collect
from pipelines.sources.importing import import_files
from pipelines.sources.log_analytics import LogAnalytics
from pipelines.sources.workspace import Limits, Workspace
from pipelines.warehouse.warehouse import Warehouse
from tests.tenant_server.log_analytics import LogAnalyticsServer
from tests.tenant_server.log_analytics_rig import Credential

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LAST_DAY = datetime(2026, 3, 4, tzinfo=UTC)
WHERE_IT_STANDS = {
    *"landed_file first_landed_file sign_in_landed_file request_landed_file records_file row_number evidence".split()
}
HOW_OFTEN_IT_CAME = {"landed", "duplicates"}
WHAT_WAS_ASKED = {"is_expected", "is_pulled", "last_success_at"}
LEFT_OUT = WHERE_IT_STANDS | HOW_OFTEN_IT_CAME | WHAT_WAS_ASKED
HOW_IT_CAME = {"landed_files", "evidence_files", "duplicate_records", "collections"}


def rows_of(folder: Path) -> Iterator[tuple[str, datetime, dict[str, Any]]]:
    """Table, ingestion time and fields of each row: some minutes after the event, late ones on their day of delivery.

    A row that stands twice in the files is one of the workspace: there two queries had overlapped.
    """
    seen: set[bytes] = set()
    for path in sorted(folder.glob("log-analytics/*/*.json")):
        delivered = datetime.fromisoformat(path.parent.name).replace(tzinfo=UTC)
        for fields in orjson.loads(path.read_bytes()):
            encoded = orjson.dumps(fields)
            if encoded not in seen:
                seen.add(encoded)
                yield path.stem, max(delivered, datetime.fromisoformat(fields["TimeGenerated"]) + 4 * MINUTE), fields


def collect_daily(data: Path, server: LogAnalyticsServer, tenants: Mapping[str, str]) -> None:
    """Collects once a day, with answers so small that most windows are split."""
    for day in range(4):
        now = LAST_DAY + DAY * (day - 2) + 60 * MINUTE

        def clock(now: datetime = now) -> datetime:
            return now

        for workspace, tenant_id in tenants.items():
            queries = Workspace(
                workspace, Credential(), server.endpoint, ca_file=server.ca_file, clock=clock, limits=Limits(rows=400)
            )
            result = collect(data, LogAnalytics(queries, tenant_id, clock=clock))
            assert result.failures == []


def tables(path: Path) -> dict[str, Counter[tuple[Any, ...]]]:
    """Every published table as its rows, but for where a record stands and how often it came."""
    found = {}
    with duckdb.connect(str(path), read_only=True) as connection:
        for (table,) in connection.execute("select table_name from information_schema.tables").fetchall():
            columns = [column[0] for column in connection.execute(f'select * from "{table}" limit 0').description]
            kept = [f'"{name}"::varchar' for name in columns if name not in LEFT_OUT]
            distinct = "distinct" if table.endswith("_records") else ""
            if table not in HOW_IT_CAME:
                query = f'select {distinct} {", ".join(kept)} from "{table}"'
                query += " where landed > 0" if table == "completeness" else ""  # an import expects no hour
                found[table] = Counter(connection.execute(query).fetchall())
    return found


def test_demo_tenant_collected_gives_the_tables_of_its_files_t20(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    summary = write_tenant(logs, days=2, scale=0.1, shape="log_analytics", last_day=LAST_DAY.date())
    for name, tenant_id in summary.tenants.items():
        list(import_files(tmp_path / "imported", [logs / name], tenant_id=tenant_id))
    with LogAnalyticsServer(tmp_path) as server:
        for name in summary.tenants:
            for table, at, fields in rows_of(logs / name):
                server.add(name, table, [(at, fields)])
        collect_daily(tmp_path / "collected", server, summary.tenants)
    asked = [query for query, _ in server.asked]
    assert any("summarize" in query for query in asked)
    for data in ("imported", "collected"):
        Warehouse(tmp_path / data).run()
    expected, found = (tables(tmp_path / data / "warehouse.duckdb") for data in ("imported", "collected"))
    assert expected["attributed_requests"].total() > 1000
    differences = {name: list((rows - found[name]) + (found[name] - rows))[:2] for name, rows in expected.items()}
    assert {name: rows for name, rows in differences.items() if rows} == {}
