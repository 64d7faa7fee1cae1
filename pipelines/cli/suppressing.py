"""`whoseagent findings suppress`, `unsuppress` and `suppressions`."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from pipelines.cases.events import Suppressed
from pipelines.cases.triage import NotHoldingError, Review, end_of, lifting, suppressing_each, suppression
from pipelines.cli.failure import NEGATIVE, WRONG_USE, Failure
from pipelines.cli.show import count, plain, write
from pipelines.cli.tables import write_table
from pipelines.cli.triaging import chosen, in_one_line, report, write_events
from pipelines.outputs.findings import OPEN, Filter, known_rules, list_suppressions
from pipelines.outputs.values import json_bytes

_COLUMNS = ("suppression_id", "is_active", "hits", "scope", "owner", "expires_at", "reason")
_SCOPE = ("finding_id", "rule_id", "tenant_id", "app_id", "user_id", "target_user_id")


def expiry(until: date | None) -> datetime:
    """The end of the day, in UTC. Raises Failure where no day was given."""
    if until is None:
        raise Failure("--until takes a day such as 2026-03-02", WRONG_USE)
    return end_of(until)


def suppress(
    data_folder: Path, wanted: Filter, review: Review, by: str | None, *, is_sure: bool, as_json: bool
) -> None:
    """Writes one suppression of a scope, or one for each finding. Raises Failure."""
    if wanted.ids is not None or _is_of_the_present(wanted):
        ids = [row["finding_id"] for row in chosen(data_folder, wanted, is_sure=is_sure)]
        about = count(len(ids), "finding")
        entries = write_events(data_folder, by, suppressing_each(ids, review))
    else:
        with in_one_line():
            event = _of_scope(data_folder, wanted, review)
        if not is_sure:
            raise Failure("this hides findings that are still to come; add --yes to do it", WRONG_USE)
        about = _scope(event.model_dump())
        entries = write_events(data_folder, by, lambda _, __: [event])
    report(entries, f"suppressed until {review.expires_at:%Y-%m-%d %H:%M} UTC: {about}", as_json=as_json)
    if not as_json:
        for entry in entries[:20]:
            write(f"suppression {entry.event_id}")


def lift(data_folder: Path, suppression_id: str, reason: str, by: str | None, *, as_json: bool) -> None:
    """Ends a suppression. Raises Failure where none of the id holds."""
    try:
        entries = write_events(data_folder, by, lifting(suppression_id, reason))
    except NotHoldingError:
        advice = "`whoseagent findings suppressions` lists them"
        raise Failure(f"no suppression {plain(suppression_id)} holds now; {advice}", NEGATIVE) from None
    report(entries, f"suppression {plain(suppression_id)} ended", as_json=as_json)


def show_list(data_folder: Path, *, as_json: bool) -> None:
    """Prints the suppressions."""
    rows = list_suppressions(data_folder)
    if as_json:
        write(json_bytes(rows).decode())
    elif rows:
        write_table(_COLUMNS, [[{**row, "scope": _scope(row)}[name] for name in _COLUMNS] for row in rows])
    else:
        write("no suppressions")


def _is_of_the_present(wanted: Filter) -> bool:
    """Whether a filter says something that says nothing of findings that are still to come."""
    return any((wanted.severity, wanted.first, wanted.last, wanted.assignee, wanted.state != OPEN))


def _of_scope(data_folder: Path, wanted: Filter, review: Review) -> Suppressed:
    if wanted == Filter():
        raise Failure("name findings, or a scope: --rule, --tenant, --app, --user, --target", WRONG_USE)
    if wanted.rule is not None and wanted.rule not in known_rules(data_folder):
        raise Failure(f"there is no rule {plain(wanted.rule)}; docs/findings.md lists them", WRONG_USE)
    return suppression(
        review,
        rule_id=wanted.rule,
        tenant_id=_guid(wanted.tenant, "--tenant"),
        app_id=_guid(wanted.app, "--app"),
        user_id=_guid(wanted.user, "--user"),
        target_user_id=_guid(wanted.target, "--target"),
    )


def _guid(text: str | None, option: str) -> str | None:
    """The id as it stands in the tables: names and UPNs change hands, so no suppression goes by them."""
    try:
        return str(UUID(text)) if text is not None else None
    except ValueError:
        raise Failure(f"{option} takes an id here, because names may change hands", WRONG_USE) from None


def _scope(row: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {plain(str(row[name]))}" for name in _SCOPE if row.get(name))
