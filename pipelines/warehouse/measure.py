"""What a model's rows are like: how many on each day, which stand twice, and where a value is missing."""

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from pipelines.warehouse.base_tables import Provided
from pipelines.warehouse.lake import UNDATED
from pipelines.warehouse.models import Model
from pipelines.warehouse.parser import connect
from pipelines.warehouse.relations import Relations
from pipelines.warehouse.snapshot import Snapshot
from pipelines.warehouse.warehouse import SHOWN, Answer


@dataclass(frozen=True)
class Measured:
    """A model's rows, measured against its header."""

    rows_by_day: dict[str, int]
    """Rows per event day; all of them under `undated` where the model has no days."""
    repeated: Answer
    """What should identify a row and does not, with the number of copies, within a day."""
    nulls: dict[str, int]
    """Rows without a value, for each column that must have one."""

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(self.rows_by_day.values())


def measure_days(snapshot: Snapshot, model: Model, days: Iterable[str], provided: Provided | None = None) -> Measured:
    """The model's rows on these days, out of what is current in the lake. Raises duckdb.Error."""
    with connect(macros=False) as connection:
        Relations(snapshot, connection, provided).declare([model.name], days)
        return _measure(connection, model)


def _measure(connection: duckdb.DuckDBPyConnection, model: Model) -> Measured:
    columns = [name for name, *_ in connection.execute(f"describe {model.name}").fetchall()]
    day = "day::varchar" if "day" in columns else "null"
    missing = [f"count(*) filter (where {column} is null)" for column in model.header.not_null]
    counted = connection.execute(
        f"select coalesce({day}, '{UNDATED}') as event_day, count(*), {', '.join(missing)} "
        f"from {model.name} group by event_day order by event_day"
    ).fetchall()
    nulls = {column: sum(row[2 + place] for row in counted) for place, column in enumerate(model.header.not_null)}
    keys = [*model.header.grain, *(["day"] if "day" in columns and "day" not in model.header.grain else [])]
    return Measured({row[0]: row[1] for row in counted}, _repeated(connection, model, keys), nulls)


def _repeated(connection: duckdb.DuckDBPyConnection, model: Model, keys: list[str]) -> Answer:
    columns = (*keys, "copies")
    if not model.header.grain:
        return Answer(columns, [], 0)
    names = ", ".join(keys)
    repeated = f"select {names}, count(*) as copies from {model.name} group by {names} having count(*) > 1"
    rows = connection.execute(
        f"select *, count(*) over () from ({repeated}) order by copies desc, {names} limit {SHOWN}"
    ).fetchall()
    return Answer(columns, [row[:-1] for row in rows], rows[0][-1] if rows else 0)
