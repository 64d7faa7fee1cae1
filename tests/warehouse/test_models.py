"""Reading model files: what a header may say, and every mistake is named with its file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.warehouse.models import ModelError, Models, load_models, read_model, upstream

HEADER = "/*\ndescription: A table for a test.\nkind: view\n*/\n"


@pytest.fixture
def sql(tmp_path: Path) -> Path:
    return tmp_path


def write(sql: Path, **files: str) -> Path:
    for name, text in files.items():
        (sql / f"{name}.sql").write_text(text)
    return sql


def refused(sql: Path, message: str, **files: str) -> None:
    with pytest.raises(ModelError, match=message):
        load_models(write(sql, **files))


def test_model_is_its_header_its_query_and_its_comments(sql: Path) -> None:
    text = HEADER.replace("*/", "grain: [a]\n*/") + "select\n    1 as a, -- first\n    b -- second\nfrom quarantine;\n"
    model = load_models(write(sql, made_up=text))["made_up"]
    assert model.header.description == "A table for a test."
    assert [(column.name, column.description) for column in model.columns] == [("a", "first"), ("b", "second")]
    assert model.depends_on == {"quarantine"}
    assert model.parameters == frozenset()
    assert model.sql.endswith("from quarantine")


def test_models_come_after_what_they_read(sql: Path) -> None:
    texts = {"a": "b", "b": "c", "c": "quarantine"}
    files = {name: f"{HEADER}select x from {read} -- x\n" for name, read in texts.items()}
    models = load_models(write(sql, **{name: text.replace("x from", "x -- x\nfrom") for name, text in files.items()}))
    assert list(models) == ["c", "b", "a"]
    assert [model.name for model in upstream(models, ["b"])] == ["c", "b"]
    assert upstream(models, ["quarantine"]) == []


def test_steps_of_a_query_are_no_dependencies(sql: Path) -> None:
    text = HEADER + "with step as (select a from quarantine)\nselect a -- a\nfrom step"
    assert load_models(write(sql, made_up=text))["made_up"].depends_on == {"quarantine"}


def test_source_is_named_for_its_shape(sql: Path) -> None:
    (sql / "graph").mkdir()
    path = sql / "graph" / "sign_ins.sql"
    path.write_text("/*\ndescription: A shape.\nkind: source\n*/\nselect a from raw_records")
    assert read_model(path).name == "graph_sign_ins"


def test_a_file_is_parsed_once_and_again_when_it_has_changed(sql: Path) -> None:
    text = HEADER + "select 1 as x -- x"
    before = load_models(write(sql, made_up=text))["made_up"]
    assert load_models(sql)["made_up"] is before
    after = load_models(write(sql, made_up=text.replace("as x -- x", "as y -- y")))["made_up"]
    assert [column.name for column in after.columns] == ["y"]


def test_files_of_macros_are_no_models(sql: Path) -> None:
    assert load_models(write(sql, macros="create macro a() as 1", macros_more="create macro b() as 2")) == {}


@pytest.mark.parametrize("text", ["select 1 as a", "-- description\nselect 1 as a", "/* never closed\nselect 1 as a"])
def test_file_without_header(sql: Path, text: str) -> None:
    refused(sql, r"made_up\.sql: the file begins with a /\* … \*/ header", made_up=text)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("materialized: table", "materialized"),
        ("kind: asset", "kind"),
        ("severity: fatal", "severity"),
        ("lookback_hours: long", "lookback_hours"),
        ("description: [", "node content"),
    ],
)
def test_header_with_what_nobody_knows(sql: Path, line: str, message: str) -> None:
    text = HEADER.replace("*/", f"{line}\n*/") + "select 1 as a -- a"
    refused(sql, rf"made_up\.sql: header: [\s\S]*{message}", made_up=text)


def test_header_without_description(sql: Path) -> None:
    refused(sql, r"made_up\.sql: header: [\s\S]*description", made_up="/*\nkind: view\n*/\nselect 1 as a -- a")


def test_empty_header(sql: Path) -> None:
    refused(sql, r"made_up\.sql: header", made_up="/* */\nselect 1 as a -- a")


@pytest.mark.parametrize(
    "query",
    [
        "select 1 as a -- a\n; select 2 as b",
        "select 1 as a -- a\n; drop table a",
        "create table a (b int)",
        "copy manifest to 'file'",
        "",
    ],
)
def test_anything_but_one_select(sql: Path, query: str) -> None:
    refused(sql, r"made_up\.sql: a model file holds one SELECT", made_up=HEADER + query)


def test_text_that_is_no_sql(sql: Path) -> None:
    refused(sql, r"made_up\.sql: ", made_up=HEADER + "select from where (")


def test_column_without_comment(sql: Path) -> None:
    refused(
        sql, r"made_up\.sql: a comment is missing behind b", made_up=HEADER + "select\n    1 as a, -- a\n    2 as b"
    )


def test_checks_need_no_comments(sql: Path) -> None:
    text = HEADER.replace("view", "check") + "select 1 as a"
    assert load_models(write(sql, made_up=text))["made_up"].kind == "check"


@pytest.mark.parametrize(("kind", "column"), [("table", "day"), ("view", "a")])
def test_only_a_view_with_days_is_stored(sql: Path, kind: str, column: str) -> None:
    head = HEADER.replace("*/", "is_stored: true\n*/")
    text = head.replace("view", kind) + f"select 1 as {column} -- a"
    refused(sql, r"made_up\.sql: only a view with a column day is stored", made_up=text)
    assert load_models(write(sql, made_up=head + "select 1 as day -- a"))["made_up"].header.is_stored


@pytest.mark.parametrize("key", ["grain", "not_null"])
def test_header_names_a_column_that_is_not_there(sql: Path, key: str) -> None:
    text = HEADER.replace("*/", f"{key}: [a, b]\n*/") + "select 1 as a -- a"
    refused(sql, r"made_up\.sql: the header names b, which is no column", made_up=text)


def test_parameter_that_nothing_binds(sql: Path) -> None:
    refused(sql, r"made_up\.sql: nothing binds the parameter day", made_up=HEADER + "select $day as a -- a")
    text = HEADER.replace("view", "partition") + "select $window_start as a -- a"
    assert load_models(write(sql, made_up=text))["made_up"].parameters == {"window_start"}


def test_table_that_nobody_knows(sql: Path) -> None:
    refused(sql, r"made_up\.sql: there is no table nowhere", made_up=HEADER + "select a -- a\nfrom nowhere")


def test_two_models_of_one_name(sql: Path) -> None:
    (sql / "deeper").mkdir()
    text = HEADER + "select 1 as a -- a"
    write(sql / "deeper", made_up=text)
    refused(sql, r"made_up\.sql: there is a model made_up already", made_up=text)


def test_models_that_read_each_other(sql: Path) -> None:
    text = HEADER + "select a -- a\nfrom "
    refused(sql, "in a circle: .*one", one=text + "other", other=text + "one")


def test_model_that_reads_itself(sql: Path) -> None:
    refused(sql, "in a circle", one=HEADER + "select a -- a\nfrom one")


def test_models_of_this_checkout_hold_together(models: Models) -> None:
    assert {"sign_ins", "completeness", "landed_files", "duplicate_records"} <= models.keys()
    assert [model.layer for model in upstream(models, ["sign_ins"])][-1] == "marts"


def test_the_order_of_models_is_the_same_on_every_run() -> None:
    script = "from pipelines.warehouse.models import load_models; print(*load_models())"
    orders = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(orders) == 1


@pytest.mark.parametrize("base_table", ["manifest", "ledger", "collected_stretches", "settings_apps"])
def test_only_a_table_reads_what_is_not_published(sql: Path, base_table: str) -> None:
    text = HEADER + f"select a -- a\nfrom {base_table}"
    refused(sql, rf"made_up\.sql: only a model of kind table may read {base_table}", made_up=text)
    assert load_models(write(sql, made_up=text.replace("view", "table")))["made_up"].depends_on == {base_table}


@pytest.mark.parametrize("kind", ["table", "records"])
def test_a_partition_rests_on_what_has_event_days(sql: Path, kind: str) -> None:
    texts = {
        "base": HEADER.replace("view", kind) + "select 1 as a -- a\n",
        "shown": HEADER + "select a -- a\nfrom base",
        "daily": HEADER.replace("view", "partition") + "select a -- a\nfrom shown",
    }
    refused(sql, r"daily\.sql: a partition model may not rest on base, which has no event days", **texts)
