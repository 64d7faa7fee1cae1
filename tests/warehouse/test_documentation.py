"""The documentation of the published file and the data dictionary come from the model files."""

from pathlib import Path

import duckdb
import pytest

from pipelines.warehouse.documentation import comments, dictionary, documented_columns
from pipelines.warehouse.models import ModelError, Models, load_models, of_kind

HEADER = "/*\ndescription: It's a table\n  for a | test.\nkind: {kind}\n*/\n"


def test_staged_view_has_the_columns_of_its_records_and_those_of_the_lake(models: Models) -> None:
    columns = documented_columns(models["staged_sign_ins"], models)
    assert columns == documented_columns(models["sign_in_records"], models)
    assert columns[:-3] == list(models["sign_in_records"].columns)
    assert [column.name for column in columns[-3:]] == ["day", "records_file", "row_number"]


def test_star_over_what_nobody_documents(tmp_path: Path) -> None:
    (tmp_path / "made_up.sql").write_text(HEADER.format(kind="view") + "select quarantine.* from quarantine")
    models = load_models(tmp_path)
    with pytest.raises(ModelError, match=r"made_up\.sql: nothing documents the columns of quarantine"):
        documented_columns(models["made_up"], models)


def test_comments_are_text_whatever_they_hold(tmp_path: Path) -> None:
    (tmp_path / "made_up.sql").write_text(
        HEADER.format(kind="view") + "select 1 as a -- the user's own; drop table x\n"
    )
    models = load_models(tmp_path)
    with duckdb.connect() as connection:
        connection.execute("create view made_up as select 1 as a; create view quarantine as select 1 as line")
        for statement in comments(models.values(), models):
            if "quarantine." not in statement:
                connection.execute(statement)
        assert connection.execute("select comment from duckdb_views() where view_name = 'made_up'").fetchall() == [
            ("It's a table for a | test.",)
        ]
        assert connection.execute("select comment from duckdb_columns() where table_name = 'made_up'").fetchall() == [
            ("the user's own; drop table x",)
        ]


def test_dictionary_names_every_table_column_check_and_question(models: Models) -> None:
    text = dictionary(models)
    for model in of_kind(models, "records", "partition", "view", "table"):
        assert f"### {model.name}\n" in text
        assert all(f"| {column.name} | " in text for column in documented_columns(model, models))
    for model in of_kind(models, "check", "query"):
        assert f"- `{model.name}`: " in text
    assert "### quarantine\n" in text


def test_dictionary_is_markdown_whatever_the_comments_hold(tmp_path: Path) -> None:
    (tmp_path / "made_up.sql").write_text(HEADER.format(kind="view") + "select 1 as a -- x | y\n")
    models = load_models(tmp_path)
    (row,) = [line for line in dictionary(models).splitlines() if line.startswith("| a |")]
    assert "x \\| y" in row
