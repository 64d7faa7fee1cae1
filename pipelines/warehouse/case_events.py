"""The event log of cases as a relation: a view over the file itself, so that the published tables are always live."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

CASE_EVENTS = "case_events"

COLUMNS: Mapping[str, tuple[str, str]] = {
    "seq": ("BIGINT", "place in the log, from 0"),
    "event_id": ("VARCHAR", "the event; of `suppressed` also the id of the suppression"),
    "event_at": ("TIMESTAMP", "UTC time of the event"),
    "actor": ("VARCHAR", "who wrote it; `whoseagent` for what it says itself"),
    "kind": (
        "VARCHAR",
        "opened, closed, reopened, status, assigned, commented, suppressed, unsuppressed, app_registered, "
        "app_unregistered, hold_placed, hold_released",
    ),
    "finding_id": ("VARCHAR", "the finding; of `suppressed` its scope"),
    "rule_id": ("VARCHAR", "rule of the finding, or scope"),
    "title": ("VARCHAR", "the rule in a few words"),
    "severity": ("VARCHAR", "severity of the finding"),
    "tenant_id": ("VARCHAR", "Entra tenant of the finding, or scope"),
    "day": ("DATE", "event day of the finding in UTC"),
    "app_id": ("VARCHAR", "app of the finding, or scope, or the registered app"),
    "agent_name": ("VARCHAR", "name of the app"),
    "user_id": ("VARCHAR", "human of the finding, or scope"),
    "user_upn": ("VARCHAR", "UPN of that human, a label"),
    "target_user_id": ("VARCHAR", "affected user of the finding, or scope"),
    "target_user_upn": ("VARCHAR", "UPN of the affected user, a label"),
    "summary": ("VARCHAR", "the finding in one sentence"),
    "status": ("VARCHAR", "of `status`: new, acknowledged, in_progress, resolved, false_positive"),
    "assignee": ("VARCHAR", "of `assigned`: who has it; null for nobody"),
    "comment": ("VARCHAR", "of `commented`"),
    "reason": ("VARCHAR", "why, in the words of the actor"),
    "suppression_id": ("VARCHAR", "of `unsuppressed`: the suppression that was lifted"),
    "name": ("VARCHAR", "name of the registered app, or of the hold"),
    "owner": ("VARCHAR", "who answers for the suppression, the registered app or the hold"),
    "is_agent": ("BOOLEAN", "whether the registered app is an agent"),
    "is_sanctioned": ("BOOLEAN", "whether the registered app is allowed; null where nobody said"),
    "ticket": ("VARCHAR", "where it was decided"),
    "first_day": ("DATE", "of `hold_placed`: first event day in UTC of which nothing may be removed"),
    "last_day": ("DATE", "of `hold_placed`: last event day of which nothing may be removed"),
    "expires_at": ("TIMESTAMP", "UTC time until which a suppression or registration holds"),
    "asked_at": ("TIMESTAMP", "UTC time of the question, the same in every row"),
}
"""Column → DuckDB type, and what it means."""

DESCRIPTION = (
    "The event log of cases, cases/events.ndjson: what people and whoseagent made of findings, the registry of "
    "apps, and legal holds. Read from the file at each question."
)

_NAMED_OTHERWISE = {"event_at": "at"}
_NOT_IN_THE_FILE = "asked_at"
_NOW = "make_timestamp(epoch_us(now()))"
"""In UTC whatever the time zone of the connection."""


def declare_case_events(connection: duckdb.DuckDBPyConnection, path: Path | None) -> None:
    """Gives the connection the relation, over a file that may grow; without a file, an empty table."""
    if path is None or not path.exists():
        definition = ", ".join(f"{name} {type_}" for name, (type_, _) in COLUMNS.items())
        connection.execute(f"create or replace table {CASE_EVENTS} ({definition})")
    else:
        connection.execute(f"create or replace view {CASE_EVENTS} as {_query(path)}")


def _query(path: Path) -> str:
    """Leaves out a last line that a writer has not finished, or was killed in: such a line reads as nulls."""
    fields = {_NAMED_OTHERWISE.get(name, name): type_ for name, (type_, _) in COLUMNS.items()}
    fields.pop(_NOT_IN_THE_FILE)
    types = ", ".join(f"\"{name}\": '{type_}'" for name, type_ in fields.items())
    quoted = str(path.absolute()).replace("'", "''")
    read = f"read_json('{quoted}', format = 'newline_delimited', ignore_errors = true, columns = {{{types}}})"
    selected = ", ".join(_selected(name) for name in COLUMNS)
    return f"select {selected} from {read} where seq is not null"


def _selected(name: str) -> str:
    if name == _NOT_IN_THE_FILE:
        return f"{_NOW} as {name}"
    return f'"{_NAMED_OTHERWISE[name]}" as {name}' if name in _NAMED_OTHERWISE else f'"{name}"'
