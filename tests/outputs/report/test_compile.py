from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.catalog.logs import LOGS
from pipelines.outputs.controls import controls
from pipelines.outputs.panels import panels
from pipelines.outputs.report.compile import compile_controls, compile_report
from pipelines.outputs.report.content import Period, Report, Table
from pipelines.warehouse.ask import answer
from pipelines.warehouse.models import load_models, of_kind
from tests.outputs.report.conftest import DAY


def asked(data: Path, query: str) -> pl.DataFrame:
    with answer(data, query) as rows:
        schema, batches = rows.arrow()
        return pl.concat([pl.DataFrame(batch) for batch in batches], how="vertical") if schema else pl.DataFrame()


def table(report: Report, name: str) -> Table:
    return next(table for table in report.tables if table.name == name)


def test_every_number_is_what_its_shown_query_gives(report: Report, data: Path) -> None:
    shown = {each.query for each in report.tables}
    of_controls = [each for answer in report.controls for each in answer.tables if each.query not in shown]
    assert len(report.tables) > 30
    for each in [*report.tables, *of_controls[:2]]:
        if each.rows.height:
            assert_frame_equal(asked(data, each.query), each.rows, check_dtypes=False)


def test_the_summary_counts_what_the_sections_show(report: Report) -> None:
    numbers = dict(table(report, "report_summary").rows.select("place", "number").iter_rows())
    assert numbers[1] == table(report, "report_population").rows["requests"].sum() > 0
    assert numbers[4] == numbers[1] - table(report, "report_reasons").rows["requests"].sum()
    assert numbers[5] == table(report, "report_answerable_days").rows["answerable"].sum() > 0
    assert numbers[6] == table(report, "report_app_only_by_app").rows["writes"].sum() > 0
    assert numbers[6] == table(report, "report_app_only_by_user").rows["writes"].sum()
    assert numbers[8] == table(report, "report_open_findings").rows.height > 0
    assert numbers[9] == table(report, "report_rules_not_evaluated").rows["days"].sum() > 0
    assert numbers[10] == table(report, "report_orphan_agents").exceptions


def test_a_day_that_is_not_published_is_said_first(report: Report) -> None:
    assert [section.warnings != () for section in report.sections[:2]] == [True, False]
    assert "not published, 2026-03-05" in report.sections[0].warnings[0]
    days = table(report, "report_days").rows
    assert set(days.filter(pl.col("state") == "not published")["day"]) == {date(2026, 3, 5)}
    assert report.is_published


def test_a_period_without_a_published_day_is_empty_and_says_so(data: Path) -> None:
    empty = compile_report(data, Period(date(2031, 1, 1), date(2031, 1, 2)))
    assert not empty.is_published
    assert "not published" in empty.sections[0].warnings[0]
    assert table(empty, "report_summary").rows["number"].to_list()[:2] == [0, 0]


def test_one_tenant_is_that_tenant_alone(report: Report, data: Path) -> None:
    assert len(report.tenants) > 1
    tenant_id = table(report, "report_population").rows["tenant_id"][0]
    alone = compile_report(data, Period(DAY, DAY, tenant_id))
    assert alone.tenants == (tenant_id,)
    assert not alone.sections[0].warnings
    named = [set(each.rows["tenant_id"]) for each in alone.tables if "tenant_id" in each.rows.columns]
    assert set().union(*named) == {tenant_id}
    requests = dict(table(report, "report_population").rows.select("tenant_id", "requests").iter_rows())
    assert table(alone, "report_population").rows["requests"].to_list() == [requests[tenant_id]]


def test_controls_of_rules_and_of_the_list_are_the_same(report: Report) -> None:
    ids = [control.id for control in controls()]
    assert len(ids) == len(set(ids))
    of_rules = {
        name for model in of_kind(load_models(), "finding") if (rule := model.header.rule) for name in rule.controls
    }
    assert of_rules == {control.id for control in controls() if "compliance_findings" in control.panels}
    assert set(table(report, "compliance_findings").rows["control"]) == of_rules


def test_every_panel_of_a_control_says_what_an_exception_is() -> None:
    for name in {name for control in controls() for name in control.panels}:
        assert "is_exception" in {column.name for column in panels()[name].columns}, name
    assert all(panel.path.parent.name != "compliance" or is_used(name) for name, panel in panels().items())


def is_used(name: str) -> bool:
    return any(name in control.panels for control in controls())


def test_a_control_counts_its_own_exceptions(report: Report, data: Path) -> None:
    answers = {answer.control.id: answer for answer in compile_controls(data, report.period)}
    assert list(answers) == [control.id for control in controls()]
    logging = answers["ISO/IEC 27001 A.8.15"]
    findings = next(each for each in logging.tables if each.name == "compliance_findings")
    assert set(findings.rows["control"]) == {"ISO/IEC 27001 A.8.15"}
    assert logging.exceptions == sum(int(each.rows["is_exception"].sum()) for each in logging.tables) > 0
    assert logging.completeness.rows.height >= len(LOGS)


def test_every_log_of_the_catalog_is_expected(report: Report) -> None:
    assert {log.name for log in LOGS} == set(table(report, "report_completeness").rows["log"]) - {"unreadable"}


@pytest.mark.parametrize("name", ["report_summary", "compliance_findings"])
def test_a_table_explains_each_of_its_columns(report: Report, name: str) -> None:
    each = table(report, name)
    assert [column for column, _ in each.columns] == each.rows.columns
    assert all(meaning for _, meaning in each.columns)
