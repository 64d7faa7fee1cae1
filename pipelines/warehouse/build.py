"""Builds partition models: one Parquet file for each event day, from the files that are current now."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import duckdb

from pipelines.durable import place_file
from pipelines.warehouse.lake import PARQUET, UNDATED
from pipelines.warehouse.macros import macro_names
from pipelines.warehouse.models import Model, upstream
from pipelines.warehouse.parser import working
from pipelines.warehouse.relations import Relations
from pipelines.warehouse.snapshot import Snapshot, window


class BuildError(RuntimeError):
    """A model could not be built for a day; the message names both."""


@dataclass(frozen=True)
class Built:
    """One model's day."""

    model: str
    day: str
    rows: int
    is_new: bool
    """False when the file stood there already, made from the same inputs."""


def build(
    snapshot: Snapshot, model: Model, days: Iterable[str], on_built: Callable[[Built], None] = lambda _: None
) -> list[Built]:
    """The model for each of the days, built where it is not up to date. Raises BuildError naming the model and day."""
    results = []
    with working(snapshot.lake, macros=bool(model.functions & macro_names())) as connection:
        for day in days:
            results.append(_build_day(snapshot, model, day, connection))
            on_built(results[-1])
    return results


def _build_day(snapshot: Snapshot, model: Model, day: str, connection: duckdb.DuckDBPyConnection) -> Built:
    target = snapshot.target(model, day)
    if target.exists():
        return Built(model.name, day, _count(connection, str(target)), is_new=False)
    _build_inputs(snapshot, model, day)
    connection.begin()
    try:
        with snapshot.lake.writing() as scratch:
            Relations(snapshot, connection).declare(model.depends_on, window(model, day))
            connection.execute(
                f"copy ({model.sql}\n) to $target ({PARQUET})",
                {"target": str(scratch), **_bounds(model, day)},
            )
            rows = _count(connection, str(scratch))
            place_file(scratch, target)
    except duckdb.Error as error:
        raise BuildError(f"{model.name} could not be built for {day}: {error}") from error
    finally:
        connection.rollback()  # the relations of the day go, all at once
    return Built(model.name, day, rows, is_new=True)


def _build_inputs(snapshot: Snapshot, model: Model, day: str) -> None:
    """Builds the days that the model reads and that are not built: else their rows would be missing without a word."""
    read = [each for each in upstream(snapshot.models, model.depends_on) if each.kind == "partition"]
    for each in read:
        for input_day in window(model, day):
            if input_day in snapshot.days and not snapshot.files(each, input_day):
                build(snapshot, each, [input_day])


def _bounds(model: Model, day: str) -> dict[str, datetime | None]:
    """The half-open window [window_start, window_end) and where the lookback starts, as far as the model asks."""
    if day == UNDATED:
        return dict.fromkeys(model.parameters)
    start = datetime.combine(date.fromisoformat(day), time(), tzinfo=UTC).replace(tzinfo=None)
    bounds = {
        "window_start": start,
        "window_end": start + timedelta(days=1),
        "lookback_start": start - timedelta(hours=model.header.lookback_hours),
    }
    return {name: bounds[name] for name in model.parameters}


def _count(connection: duckdb.DuckDBPyConnection, file: str) -> int:
    (rows,) = connection.execute("select count(*) from read_parquet($file)", {"file": file}).fetchone() or (0,)
    return int(rows)
