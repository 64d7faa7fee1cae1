"""The tables of a report, each out of a panel."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import duckdb
import polars as pl
from sqlglot import exp

from pipelines.outputs.panels import panels, read_panel, shown_query
from pipelines.outputs.report.content import Period, Table

Read = Callable[[str], pl.DataFrame]
"""Gives the rows of a panel for the period. Raises KeyError for an unknown panel, and duckdb.Error."""

_PART = """with answers as (
{query}
)

select *
from answers
where {column} in ({values})
order by {order}"""


class Tables:
    """Reads each panel of a period once."""

    def __init__(self, read: Read, period: Period) -> None:
        self._read_rows = read
        self._period = period
        self._read: dict[str, Table] = {}

    def table(self, name: str) -> Table:
        """The table of a panel. Raises KeyError for an unknown panel, and duckdb.Error."""
        if name not in self._read:
            self._read[name] = self._table(name)
        return self._read[name]

    def of_control(self, name: str, control: str) -> Table:
        """The table of a panel; where it has a column `control`, with the rows of that control alone."""
        table = self.table(name)
        if "control" not in table.rows.columns:
            return table
        return _part(table, "control", [control], "undecided desc, rule_id asc")

    def of_logs(self, name: str, logs: Iterable[str]) -> Table:
        """The table of a panel with a column `log`, with the rows of these logs alone."""
        return _part(self.table(name), "log", sorted(logs), "tenant_id asc, log asc")

    def _table(self, name: str) -> Table:
        panel = panels()[name]
        return Table(
            name=name,
            title=panel.header.title or name,
            description=" ".join(panel.header.description.split()),
            query=shown_query(panel, given_of(self._period)),
            columns=tuple((column.name, column.description) for column in panel.columns),
            rows=self._read_rows(name),
        )


def reading(connection: duckdb.DuckDBPyConnection, period: Period) -> Read:
    """Reads panels for the period over a connection."""
    return lambda name: read_panel(connection, panels()[name], given_of(period))


def _part(table: Table, column: str, values: list[str], order: str) -> Table:
    """The rows of the table that have one of these values, and the query that gives only them."""
    query = _PART.format(query=table.query, column=column, values=literals(values), order=order)
    return replace(table, query=query, rows=table.rows.filter(pl.col(column).is_in(values)))


def literals(values: Iterable[str]) -> str:
    """The values as a list in SQL."""
    return ", ".join(exp.convert(value).sql(dialect="duckdb") for value in values)


def given_of(period: Period) -> Mapping[str, Any]:
    """What panels are given for the period."""
    return {"first_day": period.first_day, "last_day": period.last_day, "tenant_id": period.tenant_id}
