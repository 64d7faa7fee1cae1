"""The declared fields against the official column lists, and the DuckDB types made from them."""

import csv
from pathlib import Path

import duckdb
import pytest

from pipelines.catalog.fields import Fields
from pipelines.catalog.logs import BY_NAME, DIRECTORY_OBJECTS, LOGS, SHAPES, Log

GRAPH_OBJECTS = {
    "graph_beta_signIn": "SigninLogs",
    "graph_v1_signIn": "SigninLogs",
    "graph_beta_directoryAudit": "AuditLogs",
    "graph_v1_directoryAudit": "AuditLogs",
}
DIRECTORY_SCHEMAS = ("agentIdentity", "agentIdentityBlueprint", "appRoleAssignment", "oAuth2PermissionGrant")
EVERY_SHAPE = [
    pytest.param(log, shape, id=f"{log.name}-{shape}")
    for log in (*LOGS, DIRECTORY_OBJECTS[0])
    for shape in SHAPES
    if shape in log.fields
]


def column_names(schema: Path) -> set[str]:
    """The first column of an official column list."""
    with schema.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    return {row[0] for row in rows[1:]}


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.name)
def test_every_official_column_of_log_analytics_is_known(log: Log, shared_folder: Path) -> None:
    official = column_names(shared_folder / "schemas" / f"{log.name}.csv")
    assert official
    assert official - log.fields["log_analytics"].all_known == set()


@pytest.mark.parametrize("schema", GRAPH_OBJECTS)
def test_every_official_property_of_graph_is_known(schema: str, shared_folder: Path) -> None:
    official = column_names(shared_folder / "schemas" / f"{schema}.csv")
    fields = BY_NAME[GRAPH_OBJECTS[schema]].fields
    assert official
    assert official - fields["graph"].all_known == set()
    assert official - fields["diagnostic"].objects["properties"].all_known == set()


@pytest.mark.parametrize("schema", DIRECTORY_SCHEMAS)
def test_every_official_property_of_directory_objects_is_known(schema: str, shared_folder: Path) -> None:
    official = column_names(shared_folder / "schemas" / f"graph_beta_{schema}.csv")
    assert official
    assert official - DIRECTORY_OBJECTS[0].fields["graph"].all_known == set()


@pytest.mark.parametrize(("log", "shape"), EVERY_SHAPE)
def test_no_field_is_declared_twice(log: Log, shape: str) -> None:
    pending = [log.fields[shape]]  # type: ignore[index]
    while pending:
        fields = pending.pop()
        declared = [*fields.read, *fields.objects, *fields.known]
        assert len({name.casefold() for name in declared}) == len(declared), sorted(declared)
        pending += fields.objects.values()


def test_columns_are_text_and_objects_are_structs_of_text() -> None:
    fields = Fields(("a",), {"o": Fields(("b", 'c"d'), {"p": Fields(("e",))})}, frozenset({"never read"}))
    assert fields.columns({}) == {"a": "VARCHAR", "o": 'STRUCT("b" VARCHAR, "c""d" VARCHAR, "p" STRUCT("e" VARCHAR))'}


def test_columns_are_spelled_as_in_the_records_and_renamed_back() -> None:
    fields = Fields(("a", "b"), {"o": Fields(("c",))})
    spelling = {"a": "A [UTC]", "o": "O", "o.c": "C"}
    assert fields.columns(spelling) == {"A [UTC]": "VARCHAR", "b": "VARCHAR", "O": 'STRUCT("C" VARCHAR)'}
    with duckdb.connect() as connection:
        connection.execute("""create table spelled as select 1 as "A [UTC]", 2 as b, {'C': 3} as "O" """)
        renamed = f"select {fields.renamed(spelling)} from spelled"
        assert connection.execute(f"select a, b, o.c from ({renamed})").fetchall() == [(1, 2, 3)]
