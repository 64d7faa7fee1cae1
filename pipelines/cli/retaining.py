"""`whoseagent retain`."""

import sys
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipelines.cli.failure import NEGATIVE, WRONG_USE, Failure
from pipelines.cli.running import run, say_whether_published
from pipelines.cli.show import count, plain, say, write
from pipelines.cli.tables import write_json, write_table
from pipelines.cli.triaging import actor
from pipelines.known_apps import known_apps
from pipelines.landing.folder import MANIFEST, landing_folder
from pipelines.retention.choice import Choice, ChoiceError, check_logs
from pipelines.retention.plan import Plan, Total, totals
from pipelines.retention.retain import Retained, Wish, look, retain
from pipelines.settings import Settings
from pipelines.warehouse.warehouse import Warehouse

FEWEST_DAYS = 31
"""`agents` and rules look at the last thirty days: with fewer they would say less of today."""

_FATES = {
    "removed": "goes",
    "held": "held",
    "mixed": "stays for newer records in the same file",
    "kept": "stays",
    "waiting": "not typed yet, stays",
    "directory": "directory, stays",
    "other": "not asked for, stays",
}


@dataclass(frozen=True)
class Order:
    """What was asked for."""

    days: int | None
    is_dry: bool
    is_sure: bool
    is_forced: bool
    by: str | None
    tables: tuple[str, ...] = ()
    """Logs of which evidence goes; all without one."""
    holds: tuple[str, ...] = ()
    """Names of holds that have to be in force."""


def retain_and_report(settings: Settings, order: Order, *, as_json: bool) -> int:
    """Removes what is too old and says what went, or only says what would; the exit code."""
    try:
        return _retain(settings, order, as_json=as_json)
    except ChoiceError as error:
        raise Failure(plain(str(error)), WRONG_USE) from None


def _retain(settings: Settings, order: Order, *, as_json: bool) -> int:
    days = _days(settings, order)
    choice = _choice(settings, order)
    warehouse = Warehouse(settings.data, apps=known_apps(settings, settings.data))
    if not (landing_folder(warehouse.data_folder) / MANIFEST).exists():
        raise Failure(f"nothing has landed in {plain(str(settings.data))}, so there is nothing to retain", NEGATIVE)
    kept_from = _today() - timedelta(days=days)
    planned = look(warehouse, kept_from, choice)
    if not as_json:
        print_plan(planned)
    if order.is_dry:
        _finish(planned, None, as_json=as_json)
        return 0
    _make_sure(planned, order)
    wish = Wish(kept_from, actor(order.by), _reason(settings, order, days), choice)
    retained = retain(warehouse, wish)
    is_published = run(settings, settings.data).is_published
    _finish(planned, retained, as_json=as_json)
    say_whether_published(is_published=is_published)
    return 0 if is_published else NEGATIVE


def _days(settings: Settings, order: Order) -> int:
    days = order.days or settings.retention.days
    if days is None:
        raise Failure("say how long: --days N, or days in [retention] of whoseagent.toml", WRONG_USE)
    if days < FEWEST_DAYS and not order.is_forced:
        looked_back = f"agents and rules look at the last {FEWEST_DAYS - 1} days"
        raise Failure(f"{looked_back}; keep {FEWEST_DAYS} or more, or add --force", WRONG_USE)
    if days > date.max.toordinal() // 2:
        raise Failure(f"--days {days} is longer than any calendar", WRONG_USE)
    return days


def _today() -> date:
    return datetime.now(UTC).date()


def _choice(settings: Settings, order: Order) -> Choice:
    check_logs(order.tables)
    longer = {log: _today() - timedelta(days=days) for log, days in settings.retention.tables.items()}
    return Choice(frozenset(order.tables), longer, frozenset(order.holds))


def _reason(settings: Settings, order: Order, days: int) -> str:
    """The policy in words, as it stands in the manifest."""
    longer = [f"{log} {count(kept, 'day')}" for log, kept in settings.retention.tables.items() if kept > days]
    only = [f"only {', '.join(order.tables)}"] if order.tables else []
    return "; ".join([f"older than {count(days, 'day')}", *longer, *only])


def _make_sure(planned: Plan, order: Order) -> None:
    """Asks, on a terminal. Raises Failure where nobody is sure."""
    if order.is_sure:
        return
    if not sys.stdin.isatty():
        raise Failure("this removes evidence for good; look with --dry-run, and add --yes to do it", WRONG_USE)
    say(f"removes {count(len(planned.removed), 'landed file')} for good; type yes to go on:")
    if sys.stdin.readline().strip() != "yes":
        raise Failure("nothing was removed", NEGATIVE)


def print_plan(planned: Plan) -> None:
    """Prints which days stay, and what becomes of the files of each log, with the days of evidence that it keeps."""
    limits = planned.limits
    write(f"stays in the tables: event days from {limits.kept_from} on, of all logs, and held ones")
    write(f"stays as evidence: from {limits.evidence_from} on, because those days look back to it")
    rows = [_row(planned, total) for total in totals(planned)]
    columns = ("log", "becomes", "keeps_days", "files", "lines", "bytes", "first_day", "last_day")
    write_table(columns, rows, right=("keeps_days", "files", "lines", "bytes"), always_grid=True)


def _keeps_days(planned: Plan, total: Total) -> int | None:
    """Days before today of which evidence of the log stays; None where this call removes nothing of it."""
    if total.fate in {"directory", "other"}:
        return None
    return (_today() - planned.limits_of(total.log).evidence_from).days


def _row(planned: Plan, total: Total) -> list[str]:
    fate = _FATES[total.fate] + (f" by {', '.join(total.holds)}" if total.holds else "")
    numbers = [f"{number:,}" for number in (total.files, total.rows, total.bytes)]
    keeps = _keeps_days(planned, total)
    return [
        total.log,
        plain(fate),
        "" if keeps is None else f"{keeps:,}",
        *numbers,
        total.first_day or "",
        total.last_day or "",
    ]


def _finish(planned: Plan, retained: Retained | None, *, as_json: bool) -> None:
    if as_json:
        write_json(_as_object(planned, retained))
    elif retained is None:
        write("nothing was removed: this was a dry run")
    else:
        went = count(len(retained.unlinked), "landed file")
        write(f"removed: {went}" + (f"; entry {retained.removal.seq} of the manifest" if retained.removal else ""))


def _as_object(planned: Plan, retained: Retained | None) -> dict[str, Any]:
    return {
        "kept_from": f"{planned.limits.kept_from}",
        "evidence_from": f"{planned.limits.evidence_from}",
        "files": [asdict(total) | {"keeps_days": _keeps_days(planned, total)} for total in totals(planned)],
        "is_dry_run": retained is None,
        "removed_files": retained.unlinked if retained else [],
        "manifest_entry": retained.removal.seq if retained and retained.removal else None,
    }
