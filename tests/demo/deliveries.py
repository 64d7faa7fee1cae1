"""The lines of a landed export, delivered anew: without a log, in other files, more than once, late, or to a twin."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from pipelines.catalog.detect import UNREADABLE, UNSUPPORTED
from pipelines.compression import zstd
from pipelines.demo import Summary
from pipelines.landing.manifest import Kind, entries
from pipelines.landing.writer import Landing, Source
from pipelines.sources.importing import import_files
from pipelines.warehouse.models import load_models
from pipelines.warehouse.warehouse import Warehouse
from tests.small_models import resting_on

TABLES = ("attributed_requests", "directory_changes", "coverage", "sign_ins", "agents")
_WHERE_IT_LANDED = ("landed_file", "evidence")  # a list of landed files


class Line(NamedTuple):
    """One landed record, and the tenant that its source was said to be of."""

    tenant_id: str | None
    kind: Kind
    text: bytes

    def of_tenant(self, old: str, new: str) -> "Line":
        """The same, with another tenant's id wherever this one's stood."""
        text = re.sub(old.encode(), new.encode(), self.text, flags=re.IGNORECASE)
        return Line(new if self.tenant_id == old else self.tenant_id, self.kind, text)


Table = list[tuple[Any, ...]]


def land_tenants(data: Path, export: Path, summary: Summary) -> None:
    """Imports each tenant's folder as its own."""
    for name, tenant_id in summary.tenants.items():
        for _ in import_files(data, [export / name], tenant_id=tenant_id):
            pass


def landed_lines(data: Path) -> list[Line]:
    """Every record of a supported log that has landed."""
    return [
        Line(entry.source.tenant_id, entry.kind, text)
        for entry in entries(data)
        if entry.log not in (UNREADABLE, UNSUPPORTED)
        for text in zstd.decompress((data / "landing" / entry.file).read_bytes()).splitlines()
    ]


def deliver(data: Path, lines: Iterable[Line], name: str = "export.ndjson") -> None:
    """Lands the lines: one file for each kind and source."""
    landing = Landing(data)
    by_source = sorted(lines, key=lambda line: line.tenant_id or "")
    for tenant_id, group in groupby(by_source, key=lambda line: line.tenant_id):
        with landing.batch(Source("file", name, tenant_id)) as batch:
            for line in group:
                batch.add(line.kind, line.text)


def warehouse_of(data: Path) -> Warehouse:
    """A warehouse of the tables that are compared, which is quicker to run than one with all and the rules."""
    return Warehouse(data, resting_on(load_models(), TABLES))


def tables(warehouse: Warehouse, tenant_id: str | None = None) -> dict[str, Table]:
    """The public tables, of one tenant or of all, without the columns that say where the evidence lies."""
    with duckdb.connect(str(warehouse.path), read_only=True) as connection:
        return {table: _rows(connection, table, tenant_id) for table in TABLES}


def _rows(connection: duckdb.DuckDBPyConnection, table: str, tenant_id: str | None) -> Table:
    names = [row[0] for row in connection.execute(f"describe {table}").fetchall()]
    columns = ", ".join(f'"{name}"' for name in names if name not in _WHERE_IT_LANDED)
    query = f"select {columns} from {table} where $tenant_id is null or tenant_id = $tenant_id order by all"
    return connection.execute(query, {"tenant_id": tenant_id}).fetchall()


def renamed(found: dict[str, Table], old: str, new: str) -> dict[str, list[str]]:
    """The rows as text, with one tenant's id for the other's, in any order."""
    return {table: sorted(repr(row).replace(old, new) for row in rows) for table, rows in found.items()}


def differing(found: dict[str, Table], expected: dict[str, Table]) -> dict[str, list[Any]]:
    """The first rows of each table that one side has and the other has not: empty where all is equal."""
    differences = {table: list(_unlike(found[table], rows)) for table, rows in expected.items()}
    return {table: rows[:3] for table, rows in differences.items() if rows}


def _unlike(found: Table, expected: Table) -> Iterator[tuple[str, Any]]:
    if found != expected:
        here, there = [repr(row) for row in found], [repr(row) for row in expected]
        yield from (("extra", row) for row in sorted(set(here) - set(there)))
        yield from (("missing", row) for row in sorted(set(there) - set(here)))
        yield ("rows", (len(found), len(expected)))
