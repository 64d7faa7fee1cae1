"""The tables of a report as files: CSV for spreadsheets, Parquet for programs, and the SQL that gave them."""

import csv
import re
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from pipelines.durable import create_private_file, make_private_folder
from pipelines.outputs.pack.names import PackError
from pipelines.outputs.report.content import Table
from pipelines.outputs.values import csv_cell

_NAME = re.compile(r"[a-z0-9_]+")
_ROW_GROUP_ROWS = 100_000


def write_table(table: Table, folder: Path) -> None:
    """Writes the files of a table below the folder of a pack. Raises PackError for a name that is no file's."""
    if not _NAME.fullmatch(table.name):
        raise PackError(f"{table.name!r} cannot be the name of a table in a pack")
    for subfolder in ("tables", "sql"):
        make_private_folder(folder / subfolder)
    _write_csv(table.rows, folder / "tables" / f"{table.name}.csv")
    _write_parquet(table.rows, folder / "tables" / f"{table.name}.parquet")
    with create_private_file(folder / "sql" / f"{table.name}.sql") as file:
        file.write(_described_query(table).encode())


def _write_csv(rows: pl.DataFrame, path: Path) -> None:
    with create_private_file(path) as binary, open(binary.fileno(), "w", newline="", closefd=False) as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([csv_cell(name) for name in rows.columns])
        writer.writerows([csv_cell(value) for value in row] for row in rows.iter_rows())


def _write_parquet(rows: pl.DataFrame, path: Path) -> None:
    """Writes the same bytes for the same rows: nothing in the file says when it was written."""
    with create_private_file(path) as file:
        pq.write_table(
            rows.to_arrow(),
            file,
            version="2.6",
            compression="zstd",
            compression_level=3,
            row_group_size=_ROW_GROUP_ROWS,
            store_schema=False,
        )


def _described_query(table: Table) -> str:
    said = [
        table.title,
        *table.description.splitlines(),
        "",
        *(f"{name}: {meaning}" for name, meaning in table.columns),
    ]
    comments = [f"-- {' '.join(line.split())}".rstrip() for line in said]
    return "\n".join([*comments, table.query.strip()]) + "\n"
