"""The SQL half of the classification: the models that a day's requests go through."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.warehouse.models import load_models
from pipelines.warehouse.operation_classes import declare_operation_classes
from pipelines.warehouse.parser import connect

SqlHalf = Callable[[Sequence[tuple[str, str | None]]], list[dict[str, Any]]]

ANSWERS = """
select operations.*, requests.path, requests.rough_template, classes.user_segment, classes.drive_segment,
    classes.chat_segment, classes.group_segment, classes.site_segment, classes.share_segment
from ({operations}) as operations
join staged_graph_activity as requests using (request_id)
left join operation_classes as classes
    on requests.method = classes.method and requests.rough_template = classes.rough_template
order by request_id::integer
"""


@pytest.fixture(scope="session")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory that knows the macros."""
    with connect() as connection:
        yield connection


@pytest.fixture(scope="session")
def sql_half(database: duckdb.DuckDBPyConnection) -> SqlHalf:
    """(method, uri) pairs → one row of answers each, in their order."""
    models = load_models()
    others = [f"null::varchar as {column.name}" for column in models["diagnostic_graph_activity"].columns]
    others = [each for each in others if each.split()[-1] not in ("request_id", "method", "uri", "status_code")]
    given = f"select request_id, method, uri, '200' as status_code, {', '.join(others)} from frame"
    typed = models["graph_activity_records"].sql

    def run(requests: Sequence[tuple[str, str | None]]) -> list[dict[str, Any]]:
        rows = [(str(number), method, uri) for number, (method, uri) in enumerate(requests)]
        schema = {"request_id": pl.String, "method": pl.String, "uri": pl.String}
        database.register("frame", pl.DataFrame(rows, schema=schema, orient="row"))
        database.execute(f"create or replace table source_records as {given}")
        provenance = {"source_tenant_id": "t", "log": "MicrosoftGraphActivityLogs", "shape": "diagnostic"}
        database.execute(f"create or replace table staged_graph_activity as {typed}", provenance)
        declare_operation_classes(database)
        return pl.DataFrame(database.sql(ANSWERS.format(operations=models["request_operations"].sql))).to_dicts()

    return run
