"""What a pack has to show the original records of: findings, writes of apps alone, and evidence in the report."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from pipelines.outputs.report.content import Period, Report, Table
from pipelines.warehouse.ask import open_reader

_FINDINGS = """
    select 'finding' as kind, finding_id as id, evidence
    from findings
    where day between $first_day and $last_day and ($tenant_id is null or tenant_id = $tenant_id)
    order by day, finding_id
    limit $most
"""
_APP_ONLY_WRITES = """
    select 'app_only_write' as kind, request_id as id, evidence
    from attributed_requests
    where app_only_user_write
        and day between $first_day and $last_day and ($tenant_id is null or tenant_id = $tenant_id)
    order by day, tenant_id, request_id
    limit $most
"""
_HOW_MANY = """
    select
        (
            select count(*) from findings
            where day between $first_day and $last_day and ($tenant_id is null or tenant_id = $tenant_id)
        ) + (
            select count(*) from attributed_requests
            where app_only_user_write
                and day between $first_day and $last_day and ($tenant_id is null or tenant_id = $tenant_id)
        )
"""


class Place(NamedTuple):
    """Where a record is: its id, in a landed file."""

    landed_file: str
    record_id: str


class Reason(NamedTuple):
    """Why a record is in a pack: a finding, a write of an app alone, or a row, from 1, of a table of the report."""

    kind: str
    id: str


class Evidence(NamedTuple):
    """The records that a pack shows, with the reasons for each."""

    reasons: Mapping[Place, set[Reason]]
    exceptions: int
    left_out: int
    """Exceptions beyond the limit."""


def collect_evidence(report: Report, data_folder: Path, most: int) -> Evidence:
    """The evidence of the exceptions of the report's period, and of every row of the report that names records.

    At most so many findings and writes, findings first; every row of the report, which has its own limits.
    Raises NotPublishedError.
    """
    published, in_all = _published(data_folder, report.period, most)
    shown = [found for table in report.tables for found in _in_table(table)]
    reasons: dict[Place, set[Reason]] = {}
    for reason, evidence in [*published, *shown]:
        for place in _places(evidence):
            reasons.setdefault(place, set()).add(reason)
    return Evidence(reasons, in_all + len(shown), in_all - len(published))


def _published(data_folder: Path, period: Period, most: int) -> tuple[list[tuple[Reason, Any]], int]:
    given = {"first_day": period.first_day, "last_day": period.last_day, "tenant_id": period.tenant_id}
    found: list[tuple[Reason, Any]] = []
    with open_reader(data_folder) as connection:
        (in_all,) = connection.execute(_HOW_MANY, given).fetchone() or (0,)
        for query in (_FINDINGS, _APP_ONLY_WRITES):
            rows = connection.execute(query, {**given, "most": most - len(found)}).fetchall()
            found += [(Reason(kind, id_), evidence) for kind, id_, evidence in rows]
    return found, int(in_all)


def _in_table(table: Table) -> Iterator[tuple[Reason, Any]]:
    """What each row of a table rests on, where the table says so in `evidence`, or in `landed_file` and `record_id`."""
    if isinstance(table.rows.schema.get("evidence"), pl.List):
        found: Iterable[Any] = table.rows["evidence"].to_list()
    elif {"landed_file", "record_id"} <= set(table.rows.columns):
        found = [[row] for row in table.rows.select("landed_file", "record_id").to_dicts()]
    else:
        return
    for number, evidence in enumerate(found, 1):
        yield Reason(f"table {table.name}", f"row {number}"), evidence


def _places(evidence: Any) -> Iterator[Place]:
    for record in evidence or ():
        landed_file, record_id = record.get("landed_file"), record.get("record_id")
        if landed_file and record_id:
            yield Place(landed_file, record_id)
