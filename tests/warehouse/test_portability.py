"""Every construct that Spark SQL does not know is found, and what it knows is let through."""

import pytest
import sqlglot
from sqlglot import exp

from pipelines.warehouse.portability import unportable

BANNED = {
    "select a from t asof join u on t.a = u.a and t.b >= u.b": "asof or positional join",
    "select a from t positional join u": "asof or positional join",
    "with s as (select a from t asof join u on t.b >= u.b) select a from s": "asof or positional join",
    "select a, count(*) as n from t group by all": "group by all",
    "select a, count(*) as n from t group by 1": "group by position",
    "select a from t order by all": "order by all",
    "select a from t order by 1 desc": "order by position",
    "select max(a) over (order by 1) as b from t": "order by position",
    "select a from t union all by name select a from u": "union by name",
    "select * from t": "final select *",
    "select t.* from t": "final select *",
    "select a, t.* exclude (b) from t": "final select *",
    "from t": "final select *",
    "select a from t union all select * from u": "final select *",
    "select j -> '$.a' as a from t": "json",
    "select j ->> '$.a' as a from t": "json",
    "select json_extract(j, '$.a') as a from t": "json",
    "select json_extract_string(j, '$.a') as a from t": "json",
    "select to_json(t) as a from t": "json",
    "select from_json(a, '{}') as a from t": "json",
    "select json_merge_patch(a, b) as a from t": "json",
    "select json_valid(a) as a from t": "json",
    "select a::json as a from t": "json",
    "select a from read_parquet('x.parquet')": "reading files",
    "select a from read_json('x.json')": "reading files",
    "select a from read_csv_auto('x.csv')": "reading files",
    "select a from 'x.parquet'": "reading files",
    "select epoch_ms(a) as a from t": "epoch in parts of a second",
    "select columns('a') from t": "columns()",
    "select a from (pivot t on a using count(*))": "pivot",
    "select text_or_null(a) as a from t": "function that sqlglot does not know",
}
PORTABLE = [
    "select graph_id(a) as a, GRAPH_OWNER(b) as b from t",  # macros of sql/correlation, which Spark has as functions
    "select a, count(*) as n from t group by a order by a desc",
    "select a from t semi join u on t.a = u.a",
    "select a from t left anti join u on t.a = u.a",
    "with s as (select * from t) select s.a from s",
    "select a from t union all select a from u",
    "select count(*) filter (where a) as n, arg_max(a, b) as m from t",
    "select list_transform(a, lambda item: item + 1) as a, struct_pack(b := 1) as b from t",
    "select a from t qualify row_number() over (partition by a order by b) = 1",
    "select date_diff('second', a, b) as a, date_trunc('hour', b) as b, epoch(a) as c from t where a >= $window_start",
    "select 1 as a, 'json' as b from t limit 1",
    "select cast(a as bigint) as a, try_cast(b as timestamp) as b from t",
]


def query(sql: str) -> exp.Query:
    tree = sqlglot.parse_one(sql, read="duckdb")
    assert isinstance(tree, exp.Query)
    return tree


@pytest.mark.parametrize("sql", BANNED)
def test_banned_construct_is_found(sql: str) -> None:
    assert BANNED[sql] in unportable(query(sql))


@pytest.mark.parametrize("sql", PORTABLE)
def test_portable_query_is_let_through(sql: str) -> None:
    assert unportable(query(sql)) == []
