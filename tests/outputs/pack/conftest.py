"""Packs of a small hand-made report over the published tenant. Tests change copies."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from pipelines.outputs.pack.write import write_pack
from pipelines.outputs.report.content import Period, Report, Section, Table
from pipelines.settings import Settings

RENDERED = {"report.html": b"<p>Report</p>", "report.pdf": b"%PDF-1.7"}
HOSTILE = ["=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "-5", "\uff1d1+1", 'plain, "quoted"\nlines']


def hand_made_report() -> Report:
    rows = pl.DataFrame(
        {
            "name": HOSTILE,
            "requests": [1, 2, 3, None, 5, 6],
            "at": [datetime(2026, 3, 2, 8, minute, tzinfo=UTC) for minute in range(6)],
            "parts": [["a"], [], None, ["=b"], ["c"], ["d"]],
        }
    )
    columns = (("name", "name of the app"), ("requests", "how many"), ("at", "when"), ("parts", "which"))
    query = "select count(*) as requests from attributed_requests"
    table = Table("apps", "Apps", "What apps did.\nAnd when.", query, columns, rows)
    section = Section("apps", "Apps", ("Some words.",), (table,))
    return Report(Period(date(2026, 1, 1), date(2026, 12, 31)), ("contoso",), datetime(2026, 3, 3), (section,))  # noqa: DTZ001


@pytest.fixture(scope="session")
def data(tenant: Path) -> Path:
    return tenant / "data"


@pytest.fixture(scope="session")
def made(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pack `lines`, and with the pack `files`, which has whole landed files."""
    folder = tmp_path_factory.mktemp("packs")
    settings = Settings(data=data)
    write_pack(hand_made_report(), RENDERED, data, folder / "lines", settings=settings)
    write_pack(hand_made_report(), RENDERED, data, folder / "files", settings=settings, with_files=True)
    return folder


@pytest.fixture
def pack(made: Path, tmp_path: Path) -> Path:
    """A pack of lines to be changed."""
    return Path(shutil.copytree(made / "lines", tmp_path / "pack"))


@pytest.fixture
def pack_with_files(made: Path, tmp_path: Path) -> Path:
    """A pack of whole landed files to be changed."""
    return Path(shutil.copytree(made / "files", tmp_path / "pack-with-files"))
