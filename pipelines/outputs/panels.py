"""Panels: the numbers, tables and charts of dashboard pages and reports, each out of one SQL file.

What a person sees beside a number is the query that gave it, with its values written out: it runs as it stands in
`whoseagent sql`.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import duckdb
import polars as pl
from sqlglot import exp

from pipelines.warehouse.models import Model, Models, of_kind, read_models, upstream

_PARAMETER = re.compile(r"\$([a-z_]+)")

Given = Mapping[str, Any]
"""Parameter → value. A parameter that a panel has and nobody gives is null, which means: all."""


@lru_cache(maxsize=1)
def panels() -> Mapping[str, Model]:
    """All panels by name."""
    return {model.name: model for model in of_kind(models(), "panel")}


@lru_cache(maxsize=1)
def questions() -> Mapping[str, Model]:
    """All saved questions by name."""
    return {model.name: model for model in of_kind(models(), "query")}


def rests_on(panel: Model) -> frozenset[str]:
    """All tables that the panel reads, through whatever views."""
    return panel.depends_on.union(*(model.depends_on for model in upstream(models(), panel.depends_on)))


@lru_cache(maxsize=1)
def models() -> Models:
    """All models, panels and others, by name."""
    return read_models()  # checked by the run that published: a page need not wait for that


def read_panel(connection: duckdb.DuckDBPyConnection, panel: Model, given: Given) -> pl.DataFrame:
    """The panel's rows. Raises duckdb.Error."""
    values = {name: given.get(name) for name in panel.parameters}
    rows: pl.DataFrame = connection.sql(panel.sql, params=values).pl()
    return rows


def read_over(panel: Model, below: pl.DataFrame, given: Given) -> pl.DataFrame:
    """The rows of a panel that stands over another one, out of that one's rows. Raises duckdb.Error."""
    values = {name: given.get(name) for name in _PARAMETER.findall(panel.own_sql)}
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register(str(panel.header.over), below.to_arrow())
        rows: pl.DataFrame = connection.sql(panel.own_sql, params=values).pl()
    return rows


def shown_query(panel: Model, given: Given) -> str:
    """The panel's query with its values in place of the parameters, as text that runs by itself."""
    return with_values(panel.sql, given)


def with_values(sql: str, given: Given) -> str:
    """The query with its values in place of the parameters."""
    return _PARAMETER.sub(lambda found: _literal(given.get(found[1])), sql)


def _literal(value: Any) -> str:
    if isinstance(value, date):
        return f"date '{value:%Y-%m-%d}'"
    return exp.convert(value).sql(dialect="duckdb")
