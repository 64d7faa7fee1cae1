"""`whoseagent findings list`, `show` and `history`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.cli.failure import NEGATIVE, WRONG_USE, Failure
from pipelines.cli.show import count, plain, say, write
from pipelines.cli.tables import write_table
from pipelines.outputs import findings
from pipelines.outputs.findings import OPEN, Filter, Row
from pipelines.outputs.values import json_bytes, text_of

SHOWN = 50
_COLUMNS = ("finding_id", "severity", "day", "rule_id", "status", "assignee", "summary")
_WHO = (
    ("app", "app_id", "agent_name"),
    ("human", "user_id", "user_upn"),
    ("affected user", "target_user_id", "target_user_upn"),
)
_ENVELOPE = ("seq", "event_id", "event_at", "actor", "kind", "finding_id")
_OF_THE_FINDING = (
    "rule_id", "title", "severity", "tenant_id", "day", "app_id", "agent_name", "user_id", "user_upn",
    "target_user_id", "target_user_upn", "summary",
)  # fmt: skip


def filter_of(
    *,
    ids: Sequence[str] | None = None,
    state: str = OPEN,
    days: tuple[date | None, date | None, date | None] = (None, None, None),
    **given: str | None,
) -> Filter:
    """The filter that the options say; `days` are those of --day, --from and --to. Named findings may have any status.

    Raises Failure for days that exclude each other.
    """
    day, first, last = days
    if day and (first or last):
        raise Failure("give --day, or --from and --to", WRONG_USE)
    if first and last and first > last:
        raise Failure("--from is after --to; give the earlier day first", WRONG_USE)
    named = list(dict.fromkeys(ids)) if ids else None
    return Filter(ids=named, state="all" if named else str(state), first=day or first, last=day or last, **given)


def show_list(data_folder: Path, wanted: Filter, *, as_json: bool) -> None:
    """Prints the findings, gravest first."""
    rows, in_all = findings.list_findings(data_folder, wanted, None if as_json else SHOWN)
    if as_json:
        write(json_bytes(rows).decode())
        return
    if not rows:
        write("no such findings" if wanted != Filter() else "no open findings")
        return
    write_table(_COLUMNS, [[row[name] or "" for name in _COLUMNS] for row in rows])
    if in_all > len(rows):
        say(f"and {count(in_all - len(rows), 'more finding')}; filter them, or take --json for all")


def show_finding(data_folder: Path, finding_id: str, *, as_json: bool) -> None:
    """Prints a finding with all that is known of it. Raises Failure where there is none."""
    finding = findings.whole_finding(data_folder, finding_id)
    if finding is None:
        raise not_found([finding_id])
    events = findings.history(data_folder, finding_id)
    if as_json:
        write(json_bytes({**finding, "history": events}).decode())
        return
    _print_finding(finding)
    _print_rule(finding["rule"] or {})
    _print_evidence(finding.get("evidence") or [])
    write("\nHistory")
    _print_events(events)


def show_history(data_folder: Path, finding_id: str | None, *, as_json: bool) -> None:
    """Prints the events about a finding, or the last of all. Raises Failure for a finding that nobody ever saw."""
    if finding_id is not None and findings.whole_finding(data_folder, finding_id) is None:
        raise not_found([finding_id])
    events = findings.history(data_folder, finding_id, None if finding_id else SHOWN)
    if as_json:
        write(json_bytes(events).decode())
    else:
        _print_events(events, with_finding=finding_id is None)


def not_found(ids: Iterable[str]) -> Failure:
    """The failure to say that there are no such findings."""
    names = ", ".join(plain(finding_id) for finding_id in ids)
    return Failure(f"no finding {names}; `whoseagent findings list --status all` shows them", NEGATIVE)


def _print_finding(finding: Row) -> None:
    write(f"{_text(finding['severity'])}: {_text(finding['title'])}")
    write(_text(finding["summary"]))
    write()
    lines = {"finding": finding["finding_id"], "rule": finding["rule_id"], "tenant": finding["tenant_id"]}
    lines |= {"day": finding["day"], "status": finding["status"], "assignee": finding.get("assignee")}
    for what, id_, name in _WHO:
        lines[what] = " ".join(_text(finding[key]) for key in (name, id_) if finding[key]) or None
    if finding.get("request_count"):
        times = f"{finding['first_seen']} to {finding['last_seen']} UTC"
        lines["events"] = f"{finding['request_count']:,}, {times}"
    lines |= {"opened": finding.get("opened_at"), "suppressed until": finding.get("suppressed_until")}
    if not finding["is_found"]:
        lines["closed"] = f"{_text(finding['closed_at'])} {_text(finding['closed_reason'])}"
    for name, value in lines.items():
        if value:
            write(f"{name + ':':<17} {_text(value)}")


def _print_rule(rule: Mapping[str, Any]) -> None:
    parts = {
        "What it means": rule.get("description"),
        "Why it fires": rule.get("why"),
        "Known false positives": rule.get("false_positives"),
        "What to do": rule.get("what_to_do"),
        "ATT&CK": ", ".join(rule.get("techniques") or []),
        "Controls": ", ".join(rule.get("controls") or []),
    }
    for name, text in parts.items():
        if text:
            write(f"\n{name}\n  {_text(text)}")


def _print_evidence(evidence: Sequence[Mapping[str, Any]]) -> None:
    if evidence:
        write("\nEvidence; `whoseagent who RECORD_ID --evidence` shows the records")
    for record in evidence:
        write(f"  {_text(record['log'])} {_text(record['record_id'])} in {_text(record['landed_file'])}")


def _print_events(events: Sequence[Row], *, with_finding: bool = False) -> None:
    for event in events:
        about = f" {_text(event.get('finding_id'))}" if with_finding else ""
        write(f"  {event['event_at']:%Y-%m-%d %H:%M:%S} {_text(event['actor'])}: {event['kind']}{about}{_said(event)}")
    if not events:
        write("  nothing yet")


def _said(event: Row) -> str:
    """The fields of an event besides those that every one has, and what the finding was when it was opened."""
    known = _OF_THE_FINDING if event["kind"] in ("opened", "reopened") else ()
    fields = {name: value for name, value in event.items() if name not in (*_ENVELOPE, *known)}
    return "".join(f" {name}={_text(value)}" for name, value in fields.items())


def _text(value: Any) -> str:
    return plain(text_of(value))
