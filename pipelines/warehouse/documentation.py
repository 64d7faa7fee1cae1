"""Documentation out of the model files: comments in the published file, and the data dictionary."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from sqlglot import exp

from pipelines.warehouse import case_events, quarantine
from pipelines.warehouse.headers import Kind
from pipelines.warehouse.models import Column, Model, ModelError, Models, of_kind, sql_folder

_DAY = Column("day", "event day in UTC; null for a record without any time")
_ADDED: Mapping[Kind, list[Column]] = {
    "partition": [_DAY],
    "records": [
        _DAY,
        Column("records_file", "Parquet file that holds the row"),
        Column("row_number", "its row in that file, from 0"),
    ],
}
"""Columns that the lake adds to a model's own."""

_QUARANTINE = "Lines that landed and are no usable record, verbatim."


def documented_columns(model: Model, models: Models) -> list[Column]:
    """A model's columns as readers see them, with their documentation.

    A view of the form `select records.* from …` has the documented columns of what it selects from.
    """
    if not any(isinstance(select, exp.Star) or select.is_star for select in model.tree.selects):
        return [*model.columns, *_ADDED.get(model.kind, [])]
    source = model.tree.args["from_"].this.name
    if source not in models:
        raise ModelError(f"{model.path.name}: nothing documents the columns of {source}")
    return documented_columns(models[source], models)


def comments(published: Collection[Model], models: Models) -> Iterator[str]:
    """The statements that put the documentation onto the tables and columns of a connection."""
    for model in published:
        kind = "TABLE" if model.kind == "table" else "VIEW"
        yield f"comment on {kind} {model.name} is {_text(model.header.description)}"
        for column in documented_columns(model, models):
            yield f"comment on column {model.name}.{column.name} is {_text(column.description)}"
    for model in of_kind(models, "macro"):
        yield f"comment on macro table {model.name} is {_text(model.header.description)}"
    yield f"comment on view quarantine is {_text(_QUARANTINE)}"
    for name, description in quarantine.COLUMNS.items():
        yield f"comment on column quarantine.{name} is {_text(description)}"
    if any(case_events.CASE_EVENTS in model.depends_on for model in published):
        yield f"comment on view {case_events.CASE_EVENTS} is {_text(case_events.DESCRIPTION)}"
        for name, (_, description) in case_events.COLUMNS.items():
            yield f"comment on column {case_events.CASE_EVENTS}.{name} is {_text(description)}"


def dictionary(models: Models) -> str:
    """The data dictionary as Markdown: every table of the published file, its grain and its columns."""
    marts = [model for model in of_kind(models, "view", "table", "partition") if model.layer == "marts"]
    others = [model for model in of_kind(models, "records", "partition", "view", "table") if model not in marts]
    parts = [_HEAD, "## Public tables\n", *(_section(model, models) for model in marts)]
    parts += [*_provided_sections(), "## Working tables\n", *(_section(model, models) for model in others)]
    parts += ["## Macros\n", *_macro_lines(of_kind(models, "macro")), ""]
    parts += ["## Checks\n", *_lines(of_kind(models, "check")), "", "## Saved questions\n"]
    parts += _lines(of_kind(models, "query"))
    return "\n".join(parts) + "\n"


def dictionary_path() -> Path:
    """Where the data dictionary stands."""
    return sql_folder() / "DICTIONARY.md"


_HEAD = """# Data dictionary

Made from the model files by `whoseagent dictionary`; do not edit. All times are UTC, ids that join are lower-case
GUID text except where the log's own id is no GUID. T numbers name facts of the logs; see the comments in the SQL.
"""


def _section(model: Model, models: Models) -> str:
    grain = f"One row per {', '.join(model.header.grain)}. " if model.header.grain else ""
    rows = [_row(column) for column in documented_columns(model, models)]
    table = "\n".join(["| column | meaning |", "|---|---|", *rows])
    return f"### {model.name}\n\n{_flat(model.header.description)}\n\n{grain}Kind: {model.kind}.\n\n{table}\n"


def _provided_sections() -> Iterator[str]:
    """The sections of what is published and is no model."""
    events = {name: description for name, (_, description) in case_events.COLUMNS.items()}
    yield _provided_section(case_events.CASE_EVENTS, case_events.DESCRIPTION, events)
    yield _provided_section(quarantine.MODEL, _QUARANTINE, quarantine.COLUMNS)


def _provided_section(name: str, description: str, columns: Mapping[str, str]) -> str:
    rows = [_row(Column(*item)) for item in columns.items()]
    return "\n".join([f"### {name}\n\n{description}\n", "| column | meaning |", "|---|---|", *rows, ""])


def _row(column: Column) -> str:
    return f"| {column.name} | {column.description.replace('|', chr(92) + '|')} |"


def _lines(models: Iterable[Model]) -> list[str]:
    return [f"- `{model.name}`: {_flat(model.header.description)}" for model in models]


def _macro_lines(macros: Iterable[Model]) -> list[str]:
    return [f"- `{each.name}({each.header.argument})`: {_flat(each.header.description)}" for each in macros]


def _flat(text: str) -> str:
    return " ".join(text.split())


def _text(text: str) -> str:
    return "'" + _flat(text).replace("'", "''") + "'"
