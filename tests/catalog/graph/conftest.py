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

REQUESTS = """
create or replace table staged_graph_activity as
select 't' as tenant_id, request_id, method, uri, 200::smallint as status_code from frame
"""

ANSWERS = """
select operations.*, paths.path, paths.rough_template, classes.user_segment, classes.drive_segment,
    classes.chat_segment, classes.group_segment, classes.site_segment, classes.share_segment
from ({operations}) as operations
join request_paths as paths using (request_id)
left join operation_classes as classes
    on paths.method = classes.method and paths.rough_template = classes.rough_template
order by request_id
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

    def run(requests: Sequence[tuple[str, str | None]]) -> list[dict[str, Any]]:
        rows = [(number, method, uri) for number, (method, uri) in enumerate(requests)]
        schema = {"request_id": pl.Int32, "method": pl.String, "uri": pl.String}
        database.register("frame", pl.DataFrame(rows, schema=schema, orient="row"))
        database.execute(REQUESTS)
        database.execute(f"create or replace table request_paths as {models['request_paths'].sql}")
        declare_operation_classes(database)
        return pl.DataFrame(database.sql(ANSWERS.format(operations=models["request_operations"].sql))).to_dicts()

    return run
