"""Given/expect cases: read from YAML, run on an in-memory DuckDB."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest
import yaml
from pydantic import BaseModel, ConfigDict

from pipelines.catalog.detect import Detector
from pipelines.catalog.fields import Shape
from pipelines.catalog.logs import BY_NAME
from pipelines.landing.manifest import Kind
from pipelines.warehouse.lake import Lake
from pipelines.warehouse.models import BASE_TABLES, OPERATION_CLASSES, Model, Models, load_models, of_kind
from pipelines.warehouse.operation_classes import declare_operation_classes
from pipelines.warehouse.parser import connect, parsers, records_query, source_shape
from pipelines.warehouse.relations import Relations
from pipelines.warehouse.snapshot import Snapshot

CASES = Path(__file__).parent / "cases"
Row = dict[str, Any]
Result = tuple[list[str], list[tuple[Any, ...]]]
"""Column names, and rows of values."""

KINDS = [Kind(log.name, shape) for log in BY_NAME.values() for shape in log.fields]


class Case(BaseModel):
    """One case: raw records of a log and shape, or rows of the tables that the model reads; and what comes out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    model: str
    log: str = ""
    shape: str = ""
    tenant_id: str | None = None
    records: list[Row] = []
    given: dict[str, list[Row]] = {}
    parameters: Row = {}
    expect: list[Row]
    """Rows in the order of the records; for models that read tables in any order. Only named columns are compared."""


def read_cases() -> list[Case]:
    """All cases. A file is named for its model; keys that begin with a dot hold parts that cases share."""
    cases = []
    for path in sorted(CASES.glob("*.yaml")):
        content = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        shared = content.pop(".shared", {})
        assert isinstance(shared, dict)
        cases += [Case(name=name, model=path.stem, **case) for name, case in content.items()]
    return cases


Schemas = Mapping[str, Mapping[str, str]]
"""Relation → column → DuckDB type."""


class Bench:
    """Runs models on given rows."""

    def __init__(self, models: Models, schemas: Schemas, folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.models = models
        self.schemas = schemas
        self._folder = folder
        self._connection = connection

    def run(self, case: Case) -> list[Row]:
        """The rows that the case's model makes of what is given."""
        model = self.models[case.model]
        return self._type(model, case) if model.kind in ("source", "records") else self._select(model, case)

    def build_empty(self, model: Model) -> list[str]:
        """The columns that the model has on inputs without a row."""
        if model.kind not in ("source", "records"):
            return self._rows(
                model.sql,
                dict.fromkeys(model.parameters),
                {name: [] for name in model.depends_on - {OPERATION_CLASSES}},
            )[0]
        kind = next(kind for kind in KINDS if model in self._models_of(kind))
        return self._type_file(model, kind, [], None)[0]

    def _models_of(self, kind: Kind) -> list[Model]:
        parser = next(each for each in parsers(self.models).values() if each.records.header.table == _table(kind))
        source = parser.sources.get(source_shape(kind.shape))
        return [parser.records, *([source] if source else [])]

    def _type(self, model: Model, case: Case) -> list[Row]:
        """The way of landed lines: recognised, then read and typed by kind."""
        rows: list[Row] = []
        detector = Detector()
        for kind, group in groupby(case.records, key=lambda record: detector.detect(record).kind):
            assert kind[:2] == (case.log, case.shape), f"the records are {kind[:2]}"
            columns, values = self._type_file(model, kind, group, case.tenant_id)
            rows += [dict(zip(columns, each, strict=True)) for each in values]
        return rows

    def _type_file(self, model: Model, kind: Kind, records: Iterable[Row], tenant_id: str | None) -> Result:
        shape: Shape = kind.shape  # type: ignore[assignment]
        spelling = dict(kind.spelling)
        (parser,) = [each for each in parsers(self.models).values() if each.records.header.table == _table(kind)]
        parameters: Row = {
            "files": [str(self._write(records))],
            "columns": BY_NAME[kind.log].fields[shape].columns(spelling),
            "landed_file": f"{kind.log}/0000000000000000.ndjson.zst",
            "landing_length": 0,
        }
        if model.kind == "source":
            assert parser.sources[source_shape(shape)] == model
            parser = replace(parser, records=replace(parser.records, sql="select * from source_records"))
        else:
            assert parser.records == model
            provenance = {"source_tenant_id": tenant_id, "log": kind.log, "shape": shape}
            parameters |= provenance
        return self._rows(records_query(parser, kind.log, shape, spelling), parameters, {})

    def _select(self, model: Model, case: Case) -> list[Row]:
        query, read = self._through_views(model, frozenset(case.given))
        assert case.given.keys() <= read, f"{model.name} does not read all of {sorted(case.given)}"
        tables = {name: case.given.get(name, []) for name in read - {OPERATION_CLASSES}}
        columns, values = self._rows(query, case.parameters, tables)
        return [dict(zip(columns, each, strict=True)) for each in values]

    def _through_views(self, model: Model, given: frozenset[str]) -> tuple[str, frozenset[str]]:
        """The model's query and what it reads; a view that stands between it and what is given is part of the query."""
        query, read = model.sql, model.depends_on
        for view in reversed(of_kind(self.models, "view")):
            if view.name in read and view.depends_on & given - read:
                query = f"with {view.name} as ({view.sql}\n) select * from ({query}\n)"
                read = read - {view.name} | view.depends_on
        return query, read

    def _rows(self, query: str, parameters: Row, tables: Mapping[str, list[Row]]) -> Result:
        with rolled_back(self._connection) as connection:
            for name, rows in tables.items():
                columns = dict(self.schemas[name])
                unknown = {column for row in rows for column in row} - columns.keys()
                assert not unknown, f"{name} has no columns {sorted(unknown)}"
                connection.execute(
                    f"create table {name} as "
                    "select * from read_json($file, columns = $columns, format = 'newline_delimited')",
                    {"file": str(self._write(rows)), "columns": columns},
                )
            if "staged_graph_activity" in tables:
                declare_operation_classes(connection)
            result = connection.execute(query, parameters)
            return [column[0] for column in result.description or ()], result.fetchall()

    def _write(self, rows: Iterable[Row]) -> Path:
        file = self._folder / "rows.ndjson"
        file.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
        return file


@contextmanager
def rolled_back(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The connection; at the end of the with-block nothing is left of what was made in it."""
    connection.execute("begin")
    try:
        yield connection
    finally:
        connection.execute("rollback")


def _table(kind: Kind) -> str:
    return BY_NAME[kind.log].table


def _describe(models: Models, folder: Path) -> Schemas:
    """The columns of every relation, as a warehouse without any record has them."""
    snapshot = Snapshot(Lake(folder), models)
    relations = [model.name for model in of_kind(models, "records", "partition", "view", "table")]
    names = [*relations, *(BASE_TABLES - {"raw_records", "source_records", OPERATION_CLASSES})]
    with connect() as connection:
        Relations(snapshot, connection).declare(names, [])
        described = {name: connection.execute(f"describe {name}").fetchall() for name in names}
    return {name: {row[0]: row[1] for row in rows} for name, rows in described.items()}


@pytest.fixture(scope="session")
def models() -> Models:
    """The models of this checkout."""
    return load_models()


@pytest.fixture(scope="session")
def schemas(models: Models, tmp_path_factory: pytest.TempPathFactory) -> Schemas:
    """The columns of every relation."""
    return _describe(models, tmp_path_factory.mktemp("schemas"))


@pytest.fixture(scope="session")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that knows the macros, for all cases: to open one takes longer than most of them."""
    with connect() as opened:
        yield opened


@pytest.fixture
def bench(models: Models, schemas: Schemas, tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> Bench:
    """Runs models on given rows."""
    return Bench(models, schemas, tmp_path, connection)


@pytest.fixture(scope="session")
def all_cases() -> list[Case]:
    """Every case of every model."""
    return read_cases()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs a test that takes `case` with every case."""
    if "case" in metafunc.fixturenames:
        cases = read_cases()
        metafunc.parametrize("case", cases, ids=[f"{case.model}-{case.name}" for case in cases])
