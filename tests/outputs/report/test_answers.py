"""What a control rests on, what its answer is known by, and its sign-offs in the report."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from shutil import rmtree

import polars as pl
import pytest

from pipelines.access.events import SignedOff
from pipelines.access.log import AccessLog
from pipelines.access.roles import Role, Viewer
from pipelines.outputs.controls import Control, controls
from pipelines.outputs.report.answers import counting_query
from pipelines.outputs.report.compile import compile_controls, compile_report
from pipelines.outputs.report.content import ControlAnswer, Period, Report, Table
from pipelines.outputs.report.logs import EVERY_LOG, UNREADABLE, logs_behind
from pipelines.outputs.report.page import html_page
from tests.outputs.report.conftest import DAY
from tests.outputs.report.test_compile import asked, table
from tests.outputs.report.test_page import HOSTILE
from tests.restored import restored

KIM = Viewer("kim@contoso.com", Role.REVIEWER, is_signed_in=True)
KEPT = "75da48c8dccdd61c8996678c094851a239dfe9bcef3f7d2d0f4dbb0d4582b382"
"""Of the answer below: what was signed off by another version of whoseagent has to be known again."""
BY_ID = {control.id: control for control in controls()}


@pytest.fixture
def own(data: Path) -> Iterator[Path]:
    """The data, without a sign-off, to be signed off."""
    with restored(data, "access"):
        rmtree(data / "access", ignore_errors=True)
        yield data


def test_a_control_rests_on_the_logs_that_its_panels_and_rules_need() -> None:
    of_requests = EVERY_LOG - {"AuditLogs"}
    assert logs_behind(BY_ID["NIST 800-53 AU-3"]) == of_requests
    assert logs_behind(BY_ID["SOC 2 CC6.3"]) == EVERY_LOG
    assert logs_behind(BY_ID["ISO/IEC 27001 A.8.15"]) == EVERY_LOG
    only_rules = BY_ID["NIST 800-53 AC-6"].model_copy(update={"panels": ("compliance_findings",)})
    assert logs_behind(only_rules) == {"MicrosoftGraphActivityLogs"}


def test_an_answer_shows_how_whole_its_own_logs_are(report: Report, data: Path) -> None:
    whole = table(report, "report_completeness")
    for answer in report.controls:
        of_logs = {*logs_behind(answer.control), UNREADABLE}
        assert answer.completeness.rows.rows() == whole.rows.filter(pl.col("log").is_in(of_logs)).rows()
    narrow = next(answer for answer in report.controls if answer.control.id == "NIST 800-53 AU-3")
    assert 0 < narrow.completeness.rows.height < whole.rows.height
    assert asked(data, narrow.completeness.query).rows() == narrow.completeness.rows.rows()


def test_the_query_beside_the_counts_gives_them(report: Report, data: Path) -> None:
    counts = [
        (each.control.id, each.exceptions, each.completeness.rows.height, each.completeness.exceptions)
        for each in report.controls
    ]
    assert asked(data, counting_query(report.controls)).rows() == counts
    assert sum(exceptions for _, exceptions, _, _ in counts) > 0


def answer(*rows: tuple[str, float]) -> ControlAnswer:
    frame = pl.DataFrame(rows, schema=["app_name", "share"], orient="row")
    of_panel = Table("report_x", "X", "Says x.", "select 1", (("app_name", "its name"),), frame)
    of_logs = replace(of_panel, name="report_completeness")
    control = Control(id="SOC 2 X", title="X", asks="Is it x?", panels=("report_x",), exception="No x.")
    return ControlAnswer(control, Period(DAY, DAY), (of_panel,), of_logs)


def test_the_same_numbers_are_known_by_the_same_hash(report: Report, data: Path) -> None:
    again = compile_controls(data, report.period)
    assert [each.sha256 for each in again] == [each.sha256 for each in report.controls]
    assert len({each.sha256 for each in again}) == len(again)
    assert answer(("a", 0.1 + 0.2), ("b", 1.0)).sha256 == answer(("b", 1.0), ("a", 0.3)).sha256
    assert answer(("a", 0.3)).sha256 == KEPT


@pytest.mark.parametrize(
    "changed",
    [
        answer(("a", 0.3), ("b", 2.0)),
        answer(("a", 0.3)),
        answer(("a", 0.3), ("b", 1.0), ("b", 1.0)),
        answer(("a", 0.3), ("B", 1.0)),
        replace(answer(("a", 0.3), ("b", 1.0)), control=controls()[1]),
        replace(answer(("a", 0.3), ("b", 1.0)), completeness=answer(("c", 0.0)).completeness),
        replace(answer(("a", 0.3), ("b", 1.0)), tables=()),
        replace(
            answer(("a", 0.3), ("b", 1.0)), tables=(replace(answer(("a", 0.3), ("b", 1.0)).tables[0], query="select"),)
        ),
    ],
)
def test_whatever_changes_gives_another_hash(changed: ControlAnswer) -> None:
    assert changed.sha256 != answer(("a", 0.3), ("b", 1.0)).sha256


def test_sign_offs_of_the_period_stand_in_the_report(own: Path) -> None:
    period = Period(DAY, DAY)
    unsigned = compile_report(own, period)
    assert "Nobody has signed off a control for this period." in html_page(unsigned)
    first = unsigned.controls[0]

    log = AccessLog(own, lambda: datetime(2026, 4, 1, 10, tzinfo=UTC))
    signed = SignedOff(
        control=first.control.id, first_day=DAY, last_day=DAY, statement=HOSTILE, answer_sha256=first.sha256
    )
    log.write(KIM, signed)
    log.write(KIM, signed.model_copy(update={"statement": "before", "answer_sha256": "0f" * 32}))
    log.write(KIM, signed.model_copy(update={"statement": "other days", "last_day": date(2026, 3, 5)}))
    report = compile_report(own, period)
    newest, oldest = report.controls[0].sign_offs
    assert (newest.statement, newest.signed_by) == ("before", "kim@contoso.com")
    assert report.controls[0].sha256 == first.sha256
    assert not report.controls[0].has_changed_since(oldest)
    assert report.controls[0].has_changed_since(newest)
    assert not any(each.sign_offs for each in report.controls[1:])
    text = html_page(report)
    assert text == html_page(compile_report(own, period))
    assert "the numbers have changed" in text
    assert "nothing has changed" in text
    assert "<script" not in text
    assert "other days" not in text


def test_a_changed_log_of_sign_offs_is_said(own: Path) -> None:
    signed = SignedOff(
        control="SOC 2 CC6.1", first_day=DAY, last_day=DAY, statement="looked at", answer_sha256="0f" * 32
    )
    AccessLog(own).write(KIM, signed)
    assert "does not hold" not in html_page(compile_report(own, Period(DAY, DAY)))
    events = own / "access" / "events.ndjson"
    events.write_bytes(events.read_bytes().replace(b"looked at", b"LOOKED AT"))
    assert "The log of the sign-offs does not hold." in html_page(compile_report(own, Period(DAY, DAY)))
