"""The report of a period, out of the published tables: the same data gives the same report."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import duckdb

from pipelines import __version__
from pipelines.access.log import verify_access
from pipelines.outputs.controls import controls
from pipelines.outputs.report.answers import answer_of
from pipelines.outputs.report.content import ControlAnswer, Period, Report, Section, SignOff, Table
from pipelines.outputs.report.sections import PLANS, Plan
from pipelines.outputs.report.sign_offs import sign_offs_in
from pipelines.outputs.report.tables import Tables, given_of, reading
from pipelines.warehouse.ask import NotPublishedError, open_reader

Told = Callable[[str], None]
"""Is told what is read next."""


def compile_report(data_folder: Path, period: Period, told: Told = lambda _: None) -> Report:
    """The report. Raises NotPublishedError where nothing is published, or by an older version."""
    sign_offs, doubts = _signed(data_folder)
    with _reader(data_folder) as connection:
        tables = Tables(reading(connection, period), period)
        answers = _answers(tables, period, sign_offs)
        sections = []
        for plan in PLANS:
            told(plan.title)
            sections.append(_section(plan, tables, answers, doubts))
        return Report(
            period=period,
            tenants=tuple(tables.table("report_population").rows["tenant_id"].sort()),
            data_as_of=_data_as_of(connection),
            sections=tuple(sections),
            controls=answers,
        )


def compile_controls(data_folder: Path, period: Period) -> tuple[ControlAnswer, ...]:
    """What the data says of each control in the period. Raises NotPublishedError."""
    sign_offs, _ = _signed(data_folder)
    with _reader(data_folder) as connection:
        return _answers(Tables(reading(connection, period), period), period, sign_offs)


def published_days(data_folder: Path, period: Period) -> tuple[int, date | None, date | None]:
    """Days of the period that are published, and the first and last published day of all. Raises NotPublishedError."""
    query = """
        select count(distinct case when day between $first_day and $last_day then day end), min(day), max(day)
        from rule_evaluations where $tenant_id is null or tenant_id = $tenant_id
    """
    with _reader(data_folder) as connection:
        days, first, last = connection.execute(query, dict(given_of(period))).fetchone() or (0, None, None)
    return days, first, last


def published_tenants(data_folder: Path) -> tuple[str, ...]:
    """The tenants with a record, sorted. Raises NotPublishedError."""
    query = "select distinct tenant_id from completeness where tenant_id != 'unknown' order by tenant_id"
    with _reader(data_folder) as connection:
        return tuple(str(tenant_id) for (tenant_id,) in connection.execute(query).fetchall())


@contextmanager
def _reader(data_folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_reader(data_folder) as connection:
        try:
            yield connection
        except duckdb.CatalogException as error:
            reason = str(error).splitlines()[0]
            message = f"the published tables are of an older whoseagent: run `whoseagent run` first ({reason})"
            raise NotPublishedError(message) from error


def _answers(tables: Tables, period: Period, sign_offs: tuple[SignOff, ...]) -> tuple[ControlAnswer, ...]:
    return tuple(answer_of(control, tables, period, sign_offs) for control in controls())


def _signed(data_folder: Path) -> tuple[tuple[SignOff, ...], tuple[str, ...]]:
    """The sign-offs, and what is wrong with the log in which they stand."""
    checked = verify_access(data_folder)
    return sign_offs_in(checked.entries), tuple(problem.message for problem in checked.problems)


def _section(plan: Plan, tables: Tables, answers: tuple[ControlAnswer, ...], doubts: tuple[str, ...]) -> Section:
    """The section; `doubts` are what is wrong with the log of sign-offs."""
    names, paragraphs = plan.panels, plan.paragraphs
    warnings: tuple[str, ...] = ()
    if plan.name == "summary":
        warnings = tuple(_warnings(tables.table("report_days")))
    if plan.name == "sign_off":
        warnings = doubts
    if plan.name == "controls":
        names = _only_for_controls(answers)
    if plan.name == "versions":
        paragraphs = (f"Made by whoseagent {__version__}, with DuckDB {duckdb.__version__}.",)
    return Section(plan.name, plan.title, paragraphs, tuple(map(tables.table, names)), warnings)


def _only_for_controls(answers: tuple[ControlAnswer, ...]) -> tuple[str, ...]:
    """The panels that stand in no section of their own, each once."""
    shown = {name for plan in PLANS for name in plan.panels}
    named = dict.fromkeys(name for answer in answers for name in answer.control.panels)
    return tuple(name for name in named if name not in shown)


def _warnings(days: Table) -> Iterator[str]:
    """What of the period is not in the report."""
    if not days.rows.height:
        yield "No tenant of this report has a record: nothing is published, and every number below is empty."
        return
    for state, advice in (
        ("not published", "No run has built them; they are in no number of this report."),
        ("no record", "No log has a record of them."),
        ("no request", "The Graph activity log has no record of them."),
        ("more has landed than is published", "Numbers of these days may change with the next run."),
    ):
        rows = days.rows.filter(days.rows["state"] == state)
        if rows.height:
            between = " to ".join(dict.fromkeys(str(day) for day in (rows["day"].min(), rows["day"].max())))
            yield f"{rows.height:,} of {days.rows.height:,} days of a tenant: {state}, {between}. {advice}"


def _data_as_of(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    (landed_at,) = connection.execute("select max(landed_at) from landed_files").fetchone() or (None,)
    return landed_at if isinstance(landed_at, datetime) else None
