"""What the data says of a control, for the report and for the page alike."""

from collections.abc import Iterable, Sequence

from pipelines.outputs.controls import Control
from pipelines.outputs.panels import panels, shown_query
from pipelines.outputs.report.content import ControlAnswer, Period, SignOff, Table
from pipelines.outputs.report.logs import UNREADABLE, logs_behind
from pipelines.outputs.report.tables import Tables, given_of, literals

COMPLETENESS = "report_completeness"

_EXCEPTIONS = "(select count(*) from {name} where is_exception{more})"
_COUNTS = """select
    {control} as control,
    {exceptions} as exceptions,
    (select count(*) from {completeness} where log in ({logs})) as logs,
    (select count(*) from {completeness} where log in ({logs}) and is_exception) as logs_with_known_gaps"""

_TALLY = """select
    count(*) as controls,
    count(case when exceptions > 0 then 1 end) as with_exceptions,
    count(case when logs = 0 or logs_with_known_gaps > 0 then 1 end) as on_known_gaps
from counted"""


def answer_of(control: Control, tables: Tables, period: Period, sign_offs: Iterable[SignOff]) -> ControlAnswer:
    """What the tables of a period say of the control. Of the sign-offs, it has those of this control and period."""
    return ControlAnswer(
        control=control,
        period=period,
        tables=tuple(tables.of_control(name, control.id) for name in control.panels),
        completeness=tables.of_logs(COMPLETENESS, {*logs_behind(control), UNREADABLE}),
        sign_offs=tuple(each for each in sign_offs if (each.control, each.period) == (control.id, period)),
    )


def counting_query(answers: Sequence[ControlAnswer]) -> str:
    """A query for how many exceptions each of these has, and how many logs, of one period; it runs as it stands."""
    names = dict.fromkeys([*(name for answer in answers for name in answer.control.panels), COMPLETENESS])
    given = given_of(answers[0].period)
    panel_queries = (f"{name} as materialized (\n{shown_query(panels()[name], given)}\n)" for name in names)
    return f"with {', '.join(panel_queries)}\n\n" + "\nunion all\n".join(map(_count, answers))


def tallying_query(answers: Sequence[ControlAnswer]) -> str:
    """A query for how many of these controls have exceptions, and how many rest on logs with gaps."""
    return f"with counted as (\n{counting_query(answers)}\n)\n\n{_TALLY}"


def _count(answer: ControlAnswer) -> str:
    control = literals([answer.control.id])
    exceptions = " + ".join(
        _EXCEPTIONS.format(name=table.name, more=f" and control = {control}" if _is_by_control(table) else "")
        for table in answer.tables
    )
    logs = literals(sorted({*logs_behind(answer.control), UNREADABLE}))
    return _COUNTS.format(control=control, exceptions=exceptions, completeness=COMPLETENESS, logs=logs)


def _is_by_control(table: Table) -> bool:
    return "control" in table.rows.columns
