"""SQL model files: one SELECT with a header and a comment on every column, and what follows from them.

A file's kind says what becomes of its query:

- `source`: raw fields of one shape under the names of a records model (staging/<shape>/<table>.sql)
- `records`: every landed copy, typed; written once per landed file
- `partition`: one Parquet file per event day
- `view`: a view over other models
- `table`: a small table, built anew at every publication
- `check`: rows that must not exist
- `query`: a saved question for analysts
- `panel`: a number, table or chart of a dashboard page or report, over a period and, where it is given, one tenant
- `macro`: a table macro of the published file, with one argument
- `finding`: a rule; what its query finds on an event day is written once per day, with that of all rules
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import sqlglot
import yaml
from pydantic import ValidationError
from sqlglot import exp
from sqlglot.errors import SqlglotError

from pipelines.resources import resource_folder
from pipelines.warehouse.case_events import CASE_EVENTS
from pipelines.warehouse.headers import Header, Kind
from pipelines.warehouse.rules import COLUMNS

DOCUMENTED: frozenset[Kind] = frozenset({"records", "partition", "view", "table"})
"""Published kinds. As of panels, every output column of theirs carries a comment."""

OPERATION_CLASSES = "operation_classes"

_OF_RULES = frozenset({"rule_headers", "rule_findings", "rule_runs"})
_OF_RETENTION = frozenset({"kept_stretches", "remembered_objects", "landed_days"})

UNPUBLISHED = frozenset({"manifest", "ledger", "collected_stretches", "settings_apps"}) | _OF_RULES | _OF_RETENTION
"""Base tables that stand there only while the published file is built: the manifest of landing, the ledger of staging,
what collectors asked for, what the settings say of apps, and of the finding rules what they are, what they found, and
whether they were evaluated, and of retention which days are kept, what is remembered of others, and what landed of
each day. Only tables may read them: a view would find them gone."""

BASE_TABLES = UNPUBLISHED | {"source_records", "raw_records", "quarantine", CASE_EVENTS, OPERATION_CLASSES}
"""Relations that Python provides: those, landed lines, unreadable lines, the event log of cases, and what each kind of
Graph request does."""

PARAMETERS: Mapping[Kind, frozenset[str]] = {
    "records": frozenset({"source_tenant_id", "log", "shape"}),
    "partition": frozenset({"window_start", "window_end", "lookback_start"}),
    "finding": frozenset({"window_start", "window_end", "lookback_start"}),
    "panel": frozenset(
        {"tenant_id", "first_day", "last_day", "app_id", "user_id", "most"}
        | {"wanted_name", "kinds", "shapes", "is_without_owner", "is_writing_alone", "is_with_microsoft"}
        | {"request_id", "request_ids", "wanted_user", "wanted_agent", "wanted_target"}
        | {"rule_id", "severity", "status", "target_user_id", "assignee", "finding_id", "finding_ids"}
    ),
    "macro": frozenset({"wanted"}),
}
"""Parameters that a query of a kind may bind; the other kinds have none."""


class ModelError(ValueError):
    """A model file breaks a rule of the house; the message names the file and the rule."""


@dataclass(frozen=True)
class Column:
    """An output column and its documentation."""

    name: str
    description: str


@dataclass(frozen=True)
class Model:
    """One SQL model file, parsed."""

    name: str
    path: Path
    header: Header
    sql: str
    """The SELECT alone, without header; after that of the panel that it stands over, where it does."""
    own_sql: str
    """The SELECT of the file alone."""

    @property
    def kind(self) -> Kind:
        """What becomes of the query."""
        return self.header.kind

    @property
    def is_daily(self) -> bool:
        """Whether the model's files stand by event day. Records that are no events have one place, `undated`."""
        return self.kind == "partition" or (self.kind == "records" and self.header.event_at is not None)

    @property
    def layer(self) -> str:
        """The folder under sql/: staging, correlation, marts, findings, checks, queries or panels."""
        return self.path.relative_to(sql_folder()).parts[0] if self.path.is_relative_to(sql_folder()) else ""

    @cached_property
    def tree(self) -> exp.Query:
        """The syntax tree. Raises ModelError unless the file holds exactly one SELECT."""
        try:
            statements = [statement for statement in sqlglot.parse(self.sql, read="duckdb") if statement]
        except SqlglotError as error:
            raise ModelError(f"{self.path.name}: {error}") from error
        if len(statements) != 1 or not isinstance(statements[0], exp.Query):
            raise ModelError(f"{self.path.name}: a model file holds one SELECT, this one holds something else")
        return statements[0]

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The output columns in order, with the comments behind them."""
        return tuple(
            Column(select.alias_or_name, " ".join(comment.strip() for comment in select.comments or ()))
            for select in self.tree.selects
        )

    @cached_property
    def depends_on(self) -> frozenset[str]:
        """The models and base tables that the query reads."""
        steps = {cte.alias_or_name for cte in self.tree.find_all(exp.CTE)}
        return frozenset(table.name for table in self.tree.find_all(exp.Table)) - steps

    @cached_property
    def functions(self) -> frozenset[str]:
        """The functions, in lower case, that are no standard SQL: those of DuckDB alone, and macros."""
        return frozenset(node.name.lower() for node in self.tree.find_all(exp.Anonymous))

    @cached_property
    def parameters(self) -> frozenset[str]:
        """Names of the bound parameters."""
        return frozenset(str(node.this) for node in self.tree.find_all(exp.Placeholder))


Models = Mapping[str, Model]


def sql_folder() -> Path:
    """The folder of SQL models of this installation."""
    return resource_folder("sql")


def read_model(path: Path) -> Model:
    """The model in a file. Raises ModelError with the file's name when the header is missing or wrong."""
    return _model(path, path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1024)
def _model(path: Path, text: str) -> Model:
    """The model of a text, parsed once in a process: to parse all of them takes a second."""
    head, closed, sql = text.partition("*/")
    if not head.startswith("/*") or not closed:
        raise ModelError(f"{path.name}: the file begins with a /* … */ header")
    try:
        header = Header.model_validate(yaml.load(head[2:], yaml.CSafeLoader))
    except (yaml.YAMLError, ValidationError) as error:
        raise ModelError(f"{path.name}: header: {error}") from error
    name = f"{path.parent.name}_{path.stem}" if header.kind == "source" else path.stem
    own_sql = sql.strip().removesuffix(";")
    return Model(name, path, header, _over(path, header.over, own_sql), own_sql)


def _over(path: Path, below: str | None, sql: str) -> str:
    """The query with the panel that it stands over as its first step, so that it runs by itself."""
    if below is None:
        return sql
    steps = f"with {below} as (\n{read_model(path.with_name(f'{below}.sql')).sql}\n)"
    return f"{steps},\n\n{sql[5:]}" if sql.startswith("with ") else f"{steps}\n\n{sql}"


def read_models(folder: Path | None = None) -> Models:
    """All models by name, as their files say, unchecked: no query is parsed, which takes a second for all of them.

    Raises ModelError for a file without a header, and for doubles.
    """
    found: dict[str, Model] = {}
    for path in sorted((folder or sql_folder()).rglob("*.sql")):
        if path.stem.startswith("macros"):
            continue
        model = read_model(path)
        if model.name in found:
            raise ModelError(f"{path.name}: there is a model {model.name} already, in {found[model.name].path.name}")
        found[model.name] = model
    return found


def load_models(folder: Path | None = None) -> Models:
    """All models by name, dependencies first.

    Raises ModelError for a file that breaks a rule, and for doubles, unknown tables and cycles.
    """
    found = read_models(folder)
    for model in found.values():
        _check(model)
    models = {name: found[name] for name in _ordered(found)}
    for model in of_kind(models, "partition"):
        _check_rests_on_days(model, models)
    return models


def _check(model: Model) -> None:
    """Raises ModelError for a column without a comment, an unknown column or parameter, a base table not to be read."""
    unknown = model.parameters - PARAMETERS.get(model.kind, frozenset())
    if unknown:
        raise ModelError(f"{model.path.name}: nothing binds the parameter {', '.join(sorted(unknown))}")
    unpublished = model.depends_on & UNPUBLISHED
    if unpublished and model.kind != "table":
        raise ModelError(f"{model.path.name}: only a model of kind table may read {', '.join(sorted(unpublished))}")
    if model.header.is_stored and (model.kind != "view" or "day" not in {column.name for column in model.columns}):
        raise ModelError(f"{model.path.name}: only a view with a column day is stored")
    if (model.kind == "panel") != (model.header.title is not None):
        raise ModelError(f"{model.path.name}: a panel has a title in its header, and nothing else has one")
    if (model.kind == "finding") != (model.header.rule is not None):
        raise ModelError(f"{model.path.name}: a finding has a rule in its header, and nothing else has one")
    if model.kind == "finding" and [column.name for column in model.columns] != list(COLUMNS):
        raise ModelError(f"{model.path.name}: the columns of a finding are {', '.join(COLUMNS)}, in this order")
    if model.kind not in DOCUMENTED | {"panel"} or model.tree.is_star:
        return
    undocumented = [column.name for column in model.columns if not column.description]
    if undocumented:
        raise ModelError(f"{model.path.name}: a comment is missing behind {', '.join(undocumented)}")
    header = model.header
    named = {*header.grain, *header.not_null, *filter(None, (header.record_id, header.event_at))}
    absent = named - {column.name for column in model.columns}
    if absent:
        raise ModelError(f"{model.path.name}: the header names {', '.join(sorted(absent))}, which is no column")


def _check_rests_on_days(partition: Model, models: Models) -> None:
    """Raises ModelError where a partition model reads what has no days: nobody would see that its days are stale."""
    for model in upstream(models, [partition.name]):
        if model.kind == "table" or (model.kind == "records" and not model.is_daily):
            message = f"{partition.path.name}: a partition model may not rest on {model.name}, which has no event days"
            raise ModelError(message)


def has_days(model: Model, models: Models) -> bool:
    """Whether the model's rows come from those of event days: a view has days where something that it reads has."""
    seen, queue = {model.name}, [model]
    while queue:
        each = queue.pop()
        if each.kind != "view":
            if each.is_daily:
                return True
            continue
        new = (each.depends_on & models.keys()) - seen  # each once: views stand on views in many ways
        seen |= new
        queue += [models[name] for name in new]
    return False


def of_kind(models: Models, *kinds: Kind) -> list[Model]:
    """The models of the given kinds, dependencies first."""
    return [model for model in models.values() if model.kind in kinds]


def upstream(models: Models, names: Iterable[str]) -> list[Model]:
    """The models with these names and all that they rest on, dependencies first."""
    wanted: set[str] = set()
    queue = [name for name in names if name in models]
    while queue:
        name = queue.pop()
        if name not in wanted:
            wanted.add(name)
            queue += [dependency for dependency in models[name].depends_on if dependency in models]
    return [model for model in models.values() if model.name in wanted]


def _ordered(found: Mapping[str, Model]) -> list[str]:
    graph: dict[str, set[str]] = {}
    for model in found.values():
        unknown = model.depends_on - found.keys() - BASE_TABLES
        if unknown:
            raise ModelError(f"{model.path.name}: there is no table {', '.join(sorted(unknown))}")
        graph[model.name] = set(model.depends_on & found.keys())
    sorter = TopologicalSorter(graph)
    ordered: list[str] = []
    try:
        sorter.prepare()
    except CycleError as error:
        raise ModelError(f"models depend on each other in a circle: {' → '.join(error.args[1])}") from error
    while sorter.is_active():  # by name where the graph leaves it open, so that the order is the same on every run
        ready = sorted(sorter.get_ready())
        ordered += ready
        sorter.done(*ready)
    return ordered
