"""What a report says, before it is written as HTML, PDF or as the tables of an evidence pack."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

import polars as pl

from pipelines.outputs.controls import Control
from pipelines.outputs.values import json_bytes


@dataclass(frozen=True)
class Period:
    """Which days, first and last included, and of which tenant; None for all."""

    first_day: date
    last_day: date
    tenant_id: str | None = None


@dataclass(frozen=True)
class Table:
    """One table of a report: every number in it comes out of the query beside it."""

    name: str
    """The panel's name; also the stem of its files in a pack."""
    title: str
    description: str
    query: str
    """Runs as it stands in `whoseagent sql`."""
    columns: tuple[tuple[str, str], ...]
    """Column and what it means, in order."""
    rows: pl.DataFrame

    @property
    def exceptions(self) -> int:
        """Rows that need an explanation or an action: those with `is_exception`."""
        return int(self.rows["is_exception"].sum()) if "is_exception" in self.rows.columns else 0

    @property
    def sha256(self) -> str:
        """SHA-256 of its query and its rows: the same numbers give the same one, in whatever order they come."""
        rows = sorted(json_bytes(_settled(row)) for row in self.rows.iter_rows())
        return sha256(b"\n".join([json_bytes([self.name, self.query, self.rows.columns]), *rows])).hexdigest()


def _settled(value: Any) -> Any:
    """The value without the last digits of floats, which differ with the order in which they were added up."""
    if isinstance(value, float):
        return f"{value:.9g}"
    if isinstance(value, list | tuple):
        return [_settled(part) for part in value]
    if isinstance(value, dict):
        return {key: _settled(part) for key, part in value.items()}
    return value


@dataclass(frozen=True)
class SignOff:
    """That somebody said a control was looked at for a period."""

    control: str
    period: Period
    statement: str
    answer_sha256: str
    """Of the answer that was looked at."""
    signed_by: str
    signed_at: datetime


@dataclass(frozen=True)
class ControlAnswer:
    """What the data says of a control in the period."""

    control: Control
    period: Period
    tables: tuple[Table, ...]
    completeness: Table
    """What came of the logs that the answer rests on, and of lines that may be of any log."""
    sign_offs: tuple[SignOff, ...] = ()
    """Of this control for exactly this period, newest first."""

    @property
    def exceptions(self) -> int:
        """Exceptions in its tables. Without any, it is no pass where the logs are not whole."""
        return sum(table.exceptions for table in self.tables)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of all that it says: what the control asks, the queries and their rows, the state of its logs."""
        said = (self.control.id, self.control.asks, self.control.exception)
        return sha256(json_bytes([*said, *(table.sha256 for table in (*self.tables, self.completeness))])).hexdigest()

    def has_changed_since(self, sign_off: SignOff) -> bool:
        """Whether it says something else than what was signed off."""
        return self.sha256 != sign_off.answer_sha256


@dataclass(frozen=True)
class Section:
    """A heading, what it says in words (paragraphs), and its tables."""

    name: str
    title: str
    paragraphs: tuple[str, ...]
    tables: tuple[Table, ...] = ()
    warnings: tuple[str, ...] = ()
    """What has to be read before anything else in it."""


@dataclass(frozen=True)
class Report:
    """A whole report. The same published data gives the same report."""

    period: Period
    tenants: tuple[str, ...]
    """The tenants in it."""
    data_as_of: datetime | None
    """When the newest landed file that it can rest on came in, UTC; None without any."""
    sections: tuple[Section, ...]
    controls: tuple[ControlAnswer, ...] = ()

    @property
    def is_published(self) -> bool:
        """Whether anything of the period is published."""
        return any("published" in table.rows["state"] for table in self.tables if table.name == "report_days")

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables of all sections, in order."""
        return tuple(table for section in self.sections for table in section.tables)
