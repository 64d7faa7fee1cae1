"""`whoseagent run`."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.cli.accounts import accounts_of, print_accounts, say_conclusion, total
from pipelines.cli.alerting import as_object, print_sent, say_failures, send_after_run
from pipelines.cli.failure import NEGATIVE, Failure
from pipelines.cli.show import count, plain, say, write
from pipelines.cli.tables import progress, write_json
from pipelines.landing.folder import MANIFEST, landing_folder
from pipelines.settings import Settings
from pipelines.warehouse.publish import warehouse_path

if TYPE_CHECKING:
    from pipelines.defs.run import FailedCheck, RunReport

_SHOWN_DAYS = 31


def run_and_report(settings: Settings, first: date | None, last: date | None, *, as_json: bool) -> int:
    """Runs the pipeline on what has landed and prints what it did; the exit code."""
    if not (landing_folder(settings.data) / MANIFEST).exists():
        how = "run `whoseagent import PATH…` or `whoseagent collect` first"
        raise Failure(f"nothing has landed in {plain(str(settings.data))} yet: {how}", NEGATIVE)
    report = run(settings, settings.data, first, last)
    has_tables = warehouse_path(settings.data).exists()
    alerts = send_after_run(settings) if has_tables else []
    accounts = accounts_of(settings.data) if has_tables else []
    is_sound = not report.errors and (report.is_published and all(account.is_balanced for account in accounts))
    if as_json:
        write_json(
            {
                "run": asdict(report),
                "accounts": [asdict(account) for account in accounts],
                "total": asdict(total(accounts)),
                "alerts": [as_object(done) for done in alerts],
            }
        )
    else:
        print_run(report)
        if has_tables:
            print_accounts(accounts)
            say_conclusion(accounts)
        print_sent(alerts)
    _say_checks(report, has_tables=has_tables)
    say_failures(alerts)
    return 0 if is_sound else NEGATIVE


def run(settings: Settings, data_folder: Path, first: date | None = None, last: date | None = None) -> "RunReport":
    """Runs the pipeline, with a progress display; what it did. Raises RunFailedError when a step fails."""
    with progress() as display:
        task = display.add_task("starting", total=None)
        from pipelines.defs.run import run_days  # noqa: PLC0415 - Dagster is slow to load: begin the display first

        return run_days(
            data_folder,
            first=first,
            last=last,
            on_step=lambda step: display.update(task, description=plain(step)[:100]),
            settings=settings,
        )


def print_run(report: "RunReport") -> None:
    """Prints what a run did."""
    if report.did_nothing:
        write("nothing to do: everything that landed is typed, built and published")
    elif not report.parsed_files and not report.days_built:
        write(f"nothing new has landed; published anew in {report.seconds:.1f} s")
    else:
        lines = f"{count(report.parsed_files, 'landed file')} with {count(report.rows, 'line')} typed or set aside"
        write(f"{lines}; {count(len(report.days_built), 'day')} built in {report.seconds:.1f} s")
    if report.days_built:
        write(f"built: {_days(report.days_built)}")
    followed = report.followed
    if followed.opened or followed.reopened or followed.closed:
        write(f"findings: {followed.opened:,} opened, {followed.reopened:,} reopened, {followed.closed:,} closed")
    if report.days_waiting:
        write(f"waiting: {_days(report.days_waiting)}; outside the days asked for, before first_day, or in the future")


def _days(days: list[str]) -> str:
    shown = ", ".join(days[:_SHOWN_DAYS])
    return f"{shown}, … {days[-1]} ({len(days)} days)" if len(days) > _SHOWN_DAYS else shown


def _say_checks(report: "RunReport", *, has_tables: bool) -> None:
    for failed in _different(report.warnings):
        say(f"warning: {plain(failed)}")
    for failed in _different(report.errors):
        say(f"FAILED check {plain(failed)}")
    if has_tables:
        say_whether_published(is_published=report.is_published)
    else:
        say("nothing is published yet; repair what failed, then run again")


def say_whether_published(*, is_published: bool) -> None:
    """Says where readers still see the tables before."""
    if not is_published:
        say("the new tables are NOT published, readers still see the ones before; repair what failed, then run again")


def _different(checks: "list[FailedCheck]") -> list[str]:
    return list(dict.fromkeys(f"{check.check} ({check.asset}): {' '.join(check.message.split())}" for check in checks))
