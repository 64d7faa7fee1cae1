"""Tables, JSON and progress."""

import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from pipelines.cli.show import plain, write
from pipelines.outputs.values import text_of

_WIDEST = 100_000
_LEAST_COLUMN_WIDTH = 12


def write_json(value: Any) -> None:
    """Writes the answer as one JSON document."""
    write(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode())


def write_table(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], *, right: Iterable[str] = (), always_grid: bool = False
) -> None:
    """Writes a table, as wide as it needs to be.

    Where a terminal is too narrow for it, the cells are folded, or with very many columns written below each other
    (unless `always_grid`).
    """
    cells = [[_cell(value) for value in row] for row in rows]
    names = [plain(name) for name in columns]
    if sys.stdout.isatty() and not always_grid and not _fits(names, cells):
        _write_below_each_other(names, cells)
    else:
        _write_grid(names, cells, set(right))


def write_tree(tree: Tree) -> None:
    """Writes a tree, folded only where a terminal is too narrow. The text in it has to be plain."""
    width = _terminal_width() if sys.stdout.isatty() else _WIDEST
    Console(file=sys.stdout, width=width, soft_wrap=False, highlight=False, markup=False).print(tree)


def _cell(value: Any) -> str:
    return plain(text_of(value)) if value is not None else "NULL"


def _terminal_width() -> int:
    return shutil.get_terminal_size().columns


def _fits(names: list[str], cells: list[list[str]]) -> bool:
    widths = [max(map(len, column)) for column in zip(names, *cells, strict=True)]
    return sum(min(width, _LEAST_COLUMN_WIDTH) + 3 for width in widths) < _terminal_width()


def _write_grid(names: list[str], cells: list[list[str]], right: set[str]) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in names:
        is_number = name in right
        table.add_column(Text(name), justify="right" if is_number else "left", overflow="fold", no_wrap=is_number)
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    width = _terminal_width() if sys.stdout.isatty() else _WIDEST
    Console(file=sys.stdout, width=width, soft_wrap=False, highlight=False).print(table)


def _write_below_each_other(names: list[str], cells: list[list[str]]) -> None:
    longest = max(map(len, names))
    for number, row in enumerate(cells, 1):
        write(f"-- row {number}")
        for name, cell in zip(names, row, strict=True):
            write(f"{name:<{longest}}  {cell}")


@contextmanager
def progress() -> Iterator[Progress]:
    """A progress display on standard error; shows nothing where that is no terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as display:
        yield display
