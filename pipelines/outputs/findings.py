"""Findings for people: a list by filters, and one of them with all that is known of it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.cases.events import STATUSES
from pipelines.warehouse.ask import NotPublishedError
from pipelines.warehouse.publish import warehouse_path
from pipelines.warehouse.rules import SEVERITIES

OPEN, CLOSED, SUPPRESSED, ALL = "open", "closed", "suppressed", "all"
STATES = (OPEN, *STATUSES, SUPPRESSED, CLOSED, ALL)
"""What a list can be of: `open` is what somebody still has to do something with, `closed` what is found no longer."""

Row = Mapping[str, Any]

_SHARED = """
    finding_id, rule_id, title, severity, tenant_id, day, app_id, agent_name, user_id, user_upn, target_user_id,
    target_user_upn, summary, assignee, suppressed_until, opened_at
"""
_EVERY = f"""
    select {_SHARED}, status from findings
    union all
    select {_SHARED}, 'closed' as status
    from finding_states
    where rule_id is not null and finding_id not in (select finding_id from findings)
"""  # noqa: S608 - the columns are those above
_CONDITIONS = {
    "ids": "list_contains($ids, finding_id)",
    "rule": "rule_id = $rule",
    "severities": "list_contains($severities, severity)",
    "statuses": "list_contains($statuses, status)",
    "tenant": "tenant_id = lower($tenant)",
    "first": "day >= $first",
    "last": "day <= $last",
    "app": "(app_id = lower($app) or lower(agent_name) = lower($app))",
    "user": "lower($user) in (user_id, lower(user_upn), target_user_id, lower(target_user_upn))",
    "target": "lower($target) in (target_user_id, lower(target_user_upn))",
    "assignee": "assignee = $assignee",
}


@dataclass(frozen=True)
class Filter:
    """Which findings. What is None does not matter."""

    ids: Sequence[str] | None = None
    rule: str | None = None
    severity: str | None = None
    """This one and graver ones."""
    state: str = OPEN
    tenant: str | None = None
    first: date | None = None
    last: date | None = None
    app: str | None = None
    """App id or name."""
    user: str | None = None
    """Object id or UPN of the human or of the affected user."""
    target: str | None = None
    """The same of the affected user only."""
    assignee: str | None = None

    def values(self) -> dict[str, Any]:
        """What the conditions bind."""
        severities = SEVERITIES[: SEVERITIES.index(self.severity) + 1] if self.severity in SEVERITIES else None
        statuses = {OPEN: ["new", "acknowledged", "in_progress"], ALL: None}.get(self.state, [self.state])
        given = {name: getattr(self, name, None) for name in _CONDITIONS}
        given |= {
            "severities": list(severities) if severities else None,
            "statuses": statuses,
            "ids": list(self.ids) if self.ids is not None else None,
        }
        return {name: value for name, value in given.items() if value is not None}


def list_findings(data_folder: Path, wanted: Filter, most: int | None = None) -> tuple[list[Row], int]:
    """The findings, gravest and newest first, at most so many, and how many there are in all."""
    values = wanted.values()
    where = " and ".join(_CONDITIONS[name] for name in values) or "true"
    query = f"""
        with every as ({_EVERY})
        select *, count(*) over () as in_all
        from every
        where {where}
        order by list_position($order, severity), day desc, rule_id, finding_id
        {"limit " + str(int(most)) if most is not None else ""}
    """  # noqa: S608 - the conditions are those above, their values are bound
    with _reader(data_folder) as connection:
        rows = _rows(connection, query, {**values, "order": list(SEVERITIES)})
    return [{key: row[key] for key in row if key != "in_all"} for row in rows], rows[0]["in_all"] if rows else 0


def known_rules(data_folder: Path) -> set[str]:
    """The rules of the published tables."""
    with _reader(data_folder) as connection:
        return {str(rule_id) for (rule_id,) in connection.execute("select rule_id from rules").fetchall()}


def whole_finding(data_folder: Path, finding_id: str) -> Row | None:
    """A finding with the state of its case and what its rule says; None where nobody ever saw one of that id."""
    given = {"id": finding_id}
    with _reader(data_folder) as connection:
        found = _rows(connection, "select * from findings where finding_id = $id", given)
        states = _rows(connection, "select * from finding_states where finding_id = $id", given)
        if not found and not (states and states[0]["rule_id"]):
            return None
        shown = {**(states[0] if states else {}), **(found[0] if found else {"status": CLOSED})}
        rules = _rows(connection, "select * from rules where rule_id = $rule", {"rule": shown["rule_id"]})
    return {**shown, "is_found": bool(found), "rule": dict(rules[0]) if rules else None}


def history(data_folder: Path, finding_id: str | None, most: int | None = None) -> list[Row]:
    """The events about a finding, or of all, in the order in which they were written; the last so many."""
    query = f"""
        select * exclude (asked_at)
        from case_events
        where $id is null or finding_id = $id
        order by seq desc
        {"limit " + str(int(most)) if most is not None else ""}
    """  # noqa: S608 - a number
    with _reader(data_folder) as connection:
        rows = _rows(connection, query, {"id": finding_id})
    return [{key: value for key, value in row.items() if value is not None} for row in reversed(rows)]


def list_suppressions(data_folder: Path) -> Sequence[Row]:
    """The suppressions, those that hold first, the next to expire before the others."""
    with _reader(data_folder) as connection:
        return _rows(connection, "select * from suppressions order by is_active desc, expires_at, suppression_id", {})


@contextmanager
def _reader(data_folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    path = warehouse_path(data_folder)
    if not path.exists():
        raise NotPublishedError(f"nothing is published in {data_folder} yet: run `whoseagent run` first")
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        try:
            yield connection
        except duckdb.CatalogException as error:
            message = f"the published tables are of an older whoseagent: run `whoseagent run` first ({error})"
            raise NotPublishedError(message.splitlines()[0]) from error


def _rows(connection: duckdb.DuckDBPyConnection, query: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    result = connection.execute(query, dict(given))
    columns = [name for name, *_ in result.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
