"""Questions in SQL from the dashboard: asked over the published tables alone, and taken away as files."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from pipelines.cli.failure import Failure
from pipelines.cli.formats import require_different, write_csv, write_parquet
from pipelines.dashboard.published import Reader
from pipelines.warehouse.ask import AskError, answer

if TYPE_CHECKING:
    from pyarrow import Table

_DICTIONARY = """
select columns.table_name, tables.comment as about, columns.column_name, columns.data_type, columns.comment
from duckdb_columns() as columns
left join (
    select table_name, comment from duckdb_tables() where database_name = 'warehouse'
    union all
    select view_name, comment from duckdb_views() where database_name = 'warehouse'
) as tables using (table_name)
where columns.database_name = 'warehouse' and columns.schema_name = 'main'
order by columns.table_name, columns.column_index
"""


@dataclass(frozen=True)
class Answer:
    """The rows of an answer, at most as many as were asked for."""

    query: str
    rows: "Table"
    is_cut: bool
    """Whether there were more."""

    def frame(self) -> pl.DataFrame:
        """The rows as a frame."""
        return pl.DataFrame(self.rows)

    def csv(self) -> bytes:
        """The rows as CSV in which no cell is a formula."""
        stream = io.StringIO()
        columns = [column.to_pylist() for column in self.rows.columns]
        write_csv(self.rows.column_names, [list(zip(*columns, strict=True))], stream)
        return stream.getvalue().encode()

    def parquet(self) -> bytes:
        """The rows as Parquet, every value as it is. Raises AskError for a type that Parquet has not."""
        stream = io.BytesIO()
        try:
            write_parquet(self.rows.schema, self.rows.to_batches(), stream)
        except Failure as error:
            raise AskError(str(error)) from error
        return stream.getvalue()


def ask(data_folder: Path, query: str, *, most: int, seconds: float) -> Answer:
    """The answer to a question, cut after so many rows and stopped after so many seconds. Raises AskError."""
    import pyarrow as pa  # noqa: PLC0415 - slow, and seldom needed

    with answer(data_folder, query, timeout_seconds=seconds) as rows:
        schema, batches = rows.arrow()
        try:
            require_different(schema.names)
        except Failure as error:
            raise AskError(str(error)) from error
        kept: list[Any] = []
        while sum(batch.num_rows for batch in kept) <= most and (batch := next(batches, None)) is not None:
            kept.append(batch)
    table = pa.Table.from_batches(kept, schema)
    return Answer(query, table.slice(0, most), table.num_rows > most)


def dictionary(reader: Reader) -> pl.DataFrame:
    """Every column of the published tables, with what it and its table are about."""
    with reader.cursor() as (_, cursor):
        found: pl.DataFrame = cursor.sql(_DICTIONARY).pl()
    return found
