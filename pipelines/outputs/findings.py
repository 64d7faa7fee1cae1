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
from pipelines.warehouse.models import Model, read_model, sql_folder
from pipelines.warehouse.publish import warehouse_path

OPEN, CLOSED, SUPPRESSED, ALL = "open", "closed", "suppressed", "all"
STATES = (OPEN, *STATUSES, SUPPRESSED, CLOSED, ALL)
"""What a list can be of: `open` is what somebody still has to do something with, `closed` what is found no longer."""

QUEUE = "findings_queue"
"""The panel with the list: the dashboard and the command line ask the same."""

Row = Mapping[str, Any]


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
        """What the panel `findings_queue` binds for it."""
        return {
            "finding_ids": None if self.ids is None else list(self.ids),
            "rule_id": self.rule,
            "severity": self.severity,
            "status": None if self.state == ALL else self.state,
            "tenant_id": self.tenant,
            "first_day": self.first,
            "last_day": self.last,
            "app_id": self.app,
            "user_id": self.user,
            "target_user_id": self.target,
            "assignee": self.assignee,
        }


def list_findings(data_folder: Path, wanted: Filter, most: int | None = None) -> tuple[list[Row], int]:
    """The findings, gravest and newest first, at most so many, and how many there are in all."""
    with _reader(data_folder) as connection:
        rows = _rows(connection, _queue().sql, {**wanted.values(), "most": most})
    return [{key: row[key] for key in row if key != "in_all"} for row in rows], rows[0]["in_all"] if rows else 0


def _queue() -> Model:
    """The query of the list; its file alone, as reading all models takes seconds."""
    return read_model(sql_folder() / "panels" / "findings" / f"{QUEUE}.sql")


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
