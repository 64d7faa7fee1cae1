"""`whoseagent report`."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pipelines.cli.failure import NEGATIVE, WRONG_USE, Failure
from pipelines.cli.packs import print_pack
from pipelines.cli.show import count, plain, say, write
from pipelines.cli.tables import progress
from pipelines.outputs.pack.write import Pack, write_pack
from pipelines.outputs.report.compile import compile_report, published_days, published_tenants
from pipelines.outputs.report.content import Period, Report
from pipelines.outputs.report.files import Written, write_report

if TYPE_CHECKING:
    from pipelines.settings import Settings

Days = tuple[date, date]


@dataclass(frozen=True)
class Form:
    """As what a report is written."""

    with_pdf: bool
    is_pack: bool = False
    with_files: bool = False
    """Of a pack: whether whole landed files are in it."""


def days(first: date | None, last: date | None) -> Days:
    """The first and the last day, where they make a period. Raises Failure."""
    if first is None or last is None:
        raise Failure("--from and --to take a day such as 2026-03-02", WRONG_USE)
    if first > last:
        raise Failure(f"--from {first} is after --to {last}; give the earlier day first", WRONG_USE)
    return first, last


def tenant_of(settings: "Settings", wanted: str | None) -> str | None:
    """The id of a tenant by id or name; None for all. Raises Failure for one without a record."""
    there = published_tenants(settings.data)
    if wanted is None:
        return None
    named = {tenant.name.casefold(): str(tenant.tenant_id) for tenant in settings.tenants}
    tenant_id = named.get(wanted.casefold(), wanted.casefold())
    if tenant_id not in there:
        known = plain(", ".join(there)) or "none"
        raise Failure(f"there is no record of a tenant {plain(wanted)}; there are records of {known}", WRONG_USE)
    return tenant_id


def write_period(settings: "Settings", period_days: Days, tenant: str | None, out: Path, form: Form) -> None:
    """Writes the report, or the pack with it, and says what it wrote, and what of the period is missing."""
    _check_out(out, form)
    period = Period(*period_days, tenant_of(settings, tenant))
    _check_published(settings, period)
    with progress() as display:
        task = display.add_task("reading", total=None)
        report = compile_report(settings.data, period, lambda title: display.update(task, description=title))
        display.update(task, description="writing")
        if form.is_pack:
            pack, written = _write_pack(report, settings, out, form)
        else:
            pack, written = None, write_report(report, out, with_pdf=form.with_pdf)
    _print_warnings(report, written)
    if pack:
        print_pack(pack)
    for path in () if pack else written.files:
        write(plain(str(path)))


def _check_out(out: Path, form: Form) -> None:
    if form.with_files and not form.is_pack:
        raise Failure("--with-files says what is in a pack: add --pack", WRONG_USE)
    if form.is_pack and (out.exists() or not out.absolute().parent.is_dir()):
        where = "is there already" if out.exists() else "has no folder to stand in"
        raise Failure(f"{plain(str(out))} {where}; --out takes a new folder or .zip for a pack", WRONG_USE)
    if not form.is_pack and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Failure(f"{plain(str(out))} is there already; --out takes a new or an empty folder", WRONG_USE)


def _write_pack(report: Report, settings: "Settings", out: Path, form: Form) -> tuple[Pack, Written]:
    with TemporaryDirectory(prefix="whoseagent-report-") as scratch:
        written = write_report(report, Path(scratch) / "report", with_pdf=form.with_pdf)
        rendered = {path.name: path.read_bytes() for path in written.files}
    is_zip = out.suffix.casefold() == ".zip"
    pack = write_pack(
        report, rendered, settings.data, out, settings=settings, is_zip=is_zip, with_files=form.with_files
    )
    return pack, written


def _print_warnings(report: Report, written: Written) -> None:
    for section in report.sections:
        for warning in section.warnings:
            say(warning)
    if written.without_pdf:
        say(f"no PDF: {plain(written.without_pdf)}")
    exceptions = next(table.exceptions for table in report.tables if table.name == "report_summary")
    write(f"{count(exceptions, 'line')} of the summary {'is an exception' if exceptions == 1 else 'are exceptions'}")


def _check_published(settings: "Settings", period: Period) -> None:
    count_of_days, first, last = published_days(settings.data, period)
    if count_of_days:
        return
    there = f"published are days from {first} to {last}" if first else "no day is published"
    message = f"nothing of {period.first_day} to {period.last_day} is published; {there}"
    raise Failure(f"{message}; import or collect the logs of these days, and run `whoseagent run`", NEGATIVE)
