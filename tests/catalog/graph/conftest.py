"""The SQL half of the classification, run as a day's model runs it: steps of macros, then a join on distinct pairs."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.catalog.graph import classify_all

SqlHalf = Callable[[Sequence[tuple[str, str | None]]], list[dict[str, Any]]]

PATHS = """
create or replace temp table paths as
with located as (select *, graph_location(uri) as location from requests),
decoded as (select *, graph_decoded(location) as decoded from located),
rooted as (select *, graph_rooted(decoded) as rooted from decoded),
paths as (select *, graph_path(rooted) as path from rooted),
plain as (select *, graph_without_values(path) as plain_path from paths)
select row_number, method, uri, path, graph_api_version(uri) as api_version,
    graph_rough_template(plain_path) as rough_template
from plain
"""

ANSWERS = """
with pointed as (
    select paths.*, operations.* exclude (method, rough_template),
        graph_segment(path, user_segment) as user_in_path,
        graph_segment(path, drive_segment) as drive_in_path,
        graph_segment(path, chat_segment) as chat_in_path,
        graph_segment(path, group_segment) as group_in_path,
        graph_segment(path, site_segment) as site_in_path,
        graph_segment(path, share_segment) as share_in_path
    from paths left join operations using (method, rough_template)
),
named as (
    select *, graph_id(user_in_path) as target_user, graph_id(drive_in_path) as target_drive,
        graph_id(chat_in_path) as target_chat, graph_id(group_in_path) as target_group,
        graph_site(uri, site_in_path) as target_site, graph_share_url(graph_id(share_in_path)) as share_url
    from pointed
)
select *, graph_chat_users(target_chat) as chat_users,
    coalesce(graph_owner(target_site), graph_owner(share_url)) as derived_owner
from named order by row_number
"""


@pytest.fixture(scope="session")
def database(pytestconfig: pytest.Config) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory that knows the macros."""
    with duckdb.connect() as connection:
        macros: Path = pytestconfig.rootpath / "sql" / "correlation" / "macros_graph.sql"
        connection.execute(macros.read_text(encoding="utf-8"))
        yield connection


@pytest.fixture(scope="session")
def sql_half(database: duckdb.DuckDBPyConnection) -> SqlHalf:
    """(method, uri) pairs → one row of answers each, in their order."""

    def run(requests: Sequence[tuple[str, str | None]]) -> list[dict[str, Any]]:
        database.execute("create or replace temp table requests (row_number int, method text, uri text)")
        rows = [(number, method, uri) for number, (method, uri) in enumerate(requests)]
        database.register("frame", pl.DataFrame(rows, schema=["row_number", "method", "uri"], orient="row"))
        database.execute("insert into requests select * from frame")
        database.execute(PATHS)
        operations = classify_all(pl.DataFrame(database.sql("select distinct method, rough_template from paths")))
        database.register("operations", operations)
        return pl.DataFrame(database.sql(ANSWERS)).to_dicts()

    return run
