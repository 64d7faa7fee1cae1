from datetime import date
from pathlib import Path

import pytest

from pipelines.outputs.report.compile import compile_report
from pipelines.outputs.report.content import Period, Report

DAY = date(2026, 3, 4)
"""The day that the tenant of these tests has."""


@pytest.fixture(scope="session")
def data(tenant: Path) -> Path:
    return tenant / "data"


@pytest.fixture(scope="session")
def report(data: Path) -> Report:
    """The report of that day and the day behind it, which is not published."""
    return compile_report(data, Period(DAY, date(2026, 3, 5)))
