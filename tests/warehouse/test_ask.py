from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from pipelines.warehouse.ask import AskError, NotPublishedError, answer, check_query, open_reader


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a published view over one lake file, evidence, and a stranger's file beside it."""
    data = tmp_path / "it's data"
    (data / "lake" / "sign_ins").mkdir(parents=True)
    (data / "landing").mkdir()
    (data / "cases").mkdir()
    (data / "cases" / "events.ndjson").write_text('{"seq": 0, "actor": "kim"}\n')
    (data / "cases" / "head.json").write_text('{"entries": 1}')
    (data / "landing" / "manifest.ndjson").write_text('{"seq": 0}\n')
    (data / "stranger.csv").write_text("a\n1\n")
    publish(data, rows=3)
    return data


def publish(data: Path, rows: int) -> None:
    parquet = str(data / "lake" / "sign_ins" / f"{rows}.parquet").replace("'", "''")
    (data / "warehouse.duckdb").unlink(missing_ok=True)
    with duckdb.connect(str(data / "warehouse.duckdb")) as connection:
        connection.execute(f"copy (select range as id from range({rows})) to '{parquet}'")
        connection.execute(f"create view sign_ins as select * from read_parquet('{parquet}')")


def ask(data: Path, query: str, timeout_seconds: float = 60) -> list[tuple[object, ...]]:
    with answer(data, query, timeout_seconds=timeout_seconds) as rows:
        _, batches = rows.batches()
        return [row for batch in batches for row in batch]


def files_below(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "query",
    [
        "select count(*) from sign_ins",
        "with ids as (select id from sign_ins) select count(*) from ids",
        "from sign_ins",
        "values (1), (2)",
        "describe sign_ins",
        "show tables",
        "show all tables",
        "summarize sign_ins",
        "table sign_ins",
        "explain select * from sign_ins",
        "-- why\nexplain analyze select * from sign_ins",
        "select * from range(3) r(i) where i in (select id from sign_ins)",
        "with recursive n as (select 1 as i union all select i + 1 from n where i < 3) select * from n",
        "pivot sign_ins on id in (1, 2) using count(*)",
        "select 1 union all select 2;",
        "select 'copy x to y; drop table z' as text",
    ],
)
def test_a_question_is_answered(data: Path, query: str) -> None:
    assert ask(data, query)


WRITES = [
    "copy (select 1) to '{lake}/new.csv'",
    "copy sign_ins to '{lake}/sign_ins/3.parquet'",
    "explain copy (select 1) to '{lake}/new.csv'",
    "explain analyze copy (select 1) to '{lake}/new.csv'",
    "explain (analyze) copy (select 1) to '{lake}/new.csv'",
    "/* select */ explain /* */ analyze copy (select 1) to '{lake}/new.csv'",
    "with x as (copy (select 1) to '{lake}/new.csv') select 1",
    "with x as materialized (copy (select 1) to '{lake}/new.csv') select 1 limit 0",
    "explain analyze with x as (copy (select 1) to '{lake}/new.csv') select 1",
    "select * from (with x as (copy (select 1) to '{lake}/new.csv') select 1)",
    "with x as (insert into t values (1) returning *) select * from x",
    "select 1; copy (select 1) to '{lake}/new.csv'",
    "copy (select 1) to '{lake}/../cases/events.ndjson'",
    "with x as (copy (select 1) to '{lake}/../cases/events.ndjson' (format json)) select 1",
    "explain analyze copy (select 1) to '{lake}/../cases/new.csv'",
    "export database '{lake}/new'",
    "attach '{lake}/new.db'",
    "create table t as select 1",
    "create temp table t as select 1",
    "insert into sign_ins values (1)",
    "drop view sign_ins",
    "set memory_limit = '100GB'",
    "reset lock_configuration",
    "pragma version",
    "call pragma_version()",
    "load json",
    "install httpfs",
    "use memory",
    "begin",
    "checkpoint",
    "prepare p as select 1",
    "vacuum",
    "connect 'x'",
    "from checkpoint()",
    "from enable_logging()",
    "from query('select 1')",
    "from json_execute_serialized_sql('{{}}')",
    "select * from sign_ins, lateral (from Json_Execute_Serialized_Sql('{{}}'))",
    "from arrow_scan(1, 1, 1)",
    "from python_map_function(1, 1)",
    "from duckdb_secrets()",
    "",
    "-- nothing",
    "selec 1",
]


@pytest.mark.parametrize("query", WRITES)
def test_what_does_more_than_read_is_refused(data: Path, query: str) -> None:
    before = files_below(data)
    with pytest.raises(AskError):
        ask(data, query.format(lake=str(data / "lake").replace("'", "''")))
    assert files_below(data) == before


def test_a_write_hidden_in_a_serialized_query_is_refused(data: Path) -> None:
    lake = str(data / "lake").replace("'", "''")
    with duckdb.connect() as connection:
        hidden = f"with x as (copy (select 1) to '{lake}/new.csv') select 1"
        (tree,) = connection.execute("select json_serialize_sql($sql)", {"sql": hidden}).fetchone() or ("",)
    with pytest.raises(AskError, match="json_execute_serialized_sql is not available"):
        ask(data, f"from json_execute_serialized_sql('{tree.replace(chr(39), chr(39) * 2)}')")
    assert not (data / "lake" / "new.csv").exists()


OUTSIDE = [
    "from read_csv('/etc/passwd')",
    "from read_text('/etc/passwd')",
    "from read_blob('/proc/self/environ')",
    "from '/etc/passwd'",
    "from glob('/etc/*')",
    "from '{data}/stranger.csv'",
    "from read_text('{data}/lake/../stranger.csv')",
    "from read_text('{data}/landing/manifest.ndjson')",
    "from read_text('landing/manifest.ndjson')",
    "from read_text('{data}/cases/head.json')",
    "from read_text('{data}/cases/events.ndjson/../head.json')",
    "from glob('{data}/cases/*')",
    "from read_parquet('https://example.com/x.parquet')",
    "from sniff_csv('/etc/passwd')",
    "from read_duckdb('{data}/warehouse.duckdb')",
    "select getenv('HOME')",
    "attach '{data}/other.duckdb'",
    "install httpfs",
    "set enable_external_access = true",
    "set allowed_directories = ['/']",
]


@pytest.mark.parametrize("query", OUTSIDE)
def test_nothing_outside_the_lake_can_be_read_even_unchecked(data: Path, query: str) -> None:
    with open_reader(data) as connection, pytest.raises(duckdb.Error):
        connection.execute(query.format(data=str(data).replace("'", "''"))).fetchall()


def test_the_events_of_cases_can_be_read(data: Path) -> None:
    events = str(data / "cases" / "events.ndjson").replace("'", "''")
    assert ask(data, f"select actor from read_json('{events}')") == [("kim",)]


def test_names_in_sql_never_mean_variables_of_this_program(data: Path) -> None:
    stolen = pa.table({"answer": [42]})
    assert stolen.num_rows == 1
    with pytest.raises(AskError, match="stolen does not exist"):
        ask(data, "from stolen")


def test_the_error_says_what_is_wrong_and_where(data: Path) -> None:
    with pytest.raises(AskError, match=r'"nope" not found.*LINE 1: select nope from sign_ins'):
        ask(data, "select nope from sign_ins")
    with pytest.raises(AskError, match="2 statements; ask one question at a time"):
        ask(data, "select 1; select 2")
    with pytest.raises(AskError, match="PIVOT needs its values listed"):
        ask(data, "pivot sign_ins on id using count(*)")
    with pytest.raises(AskError, match="reads outside the published tables"):
        ask(data, "from read_text('/etc/passwd')")


def test_a_question_without_end_is_stopped(data: Path) -> None:
    with pytest.raises(AskError, match=r"stopped after 0.2 seconds"):
        ask(data, "select count(*) from range(100000000000) a, range(1000) b where a.range % 7 = b.range", 0.2)


def test_a_new_publication_is_seen_while_an_old_one_is_open(data: Path) -> None:
    with answer(data, "select count(*) from sign_ins") as old:
        _, batches = old.batches()
        publish(data, rows=5)
        assert ask(data, "select count(*) from sign_ins") == [(5,)]
        assert list(batches) == [[(3,)]]


def test_nothing_published_is_said_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(NotPublishedError, match="run `whoseagent run` first"), answer(tmp_path, "select 1"):
        pass


def test_the_checked_query_is_the_one_that_runs() -> None:
    assert check_query("  select 1 -- one\n") == "select 1 -- one"
    assert check_query("/* x */ EXPLAIN  ANALYZE select 1") == "explain  ANALYZE select 1"


def test_times_are_utc(data: Path) -> None:
    assert ask(data, "select current_setting('TimeZone')") == [("UTC",)]
