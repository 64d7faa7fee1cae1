"""`python -m benchmarks.document FILE`: docs/benchmarks.md out of the results in that JSON file."""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.results import Results, read_results
from benchmarks.tables import Sheet, sheets

DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks.md"
_HEAD = """# Benchmarks

<!-- Made by `python -m benchmarks.document`; change benchmarks/document.py instead. -->

Repeat them with `make bench SIZE=1m,5m,20m ARGS="--json results.json"`, then `.venv/bin/python -m benchmarks.document
results.json`. At 20 million requests that takes hours and 30 GB of disk; `make bench` alone takes a day of one million.

The day is the synthetic tenant's many times over, each time with other people: apps that serve tens of thousands of
users, one sign-in for four requests, in the diagnostic, Log Analytics and Graph shapes. The *floor* is the time in
which DuckDB reads the same landed files into typed Parquet and does nothing else. The *whole pipeline* goes from
landed files to published findings, from nothing. Each step runs in a process of its own. Where other work loads the
machine, trust cpu seconds and their ratios, not wall times.

The alternatives in `benchmarks/alternatives/` answer one question for each app: how many requests, of how many the
sign-in is in the logs, how many users these name, how many writes on users' data have no user. They read a few fields
of the same files each time that they are asked. The pipeline types all fields, finds chains and evaluates every rule;
after that, the published tables answer the same question, and all others. So both ratios are shown.
"""


def main(file: Annotated[Path, typer.Argument(help="What `python -m benchmarks --json` wrote.")]) -> None:
    """Writes docs/benchmarks.md."""
    DOCUMENT.write_text(document(read_results(file)))


def document(results: Results) -> str:
    """The text of docs/benchmarks.md."""
    return "\n".join([_HEAD, f"Machine: {results.machine}.", *map(_section, sheets(results))])


def _section(sheet: Sheet) -> str:
    rows = [sheet.columns, ("---", *["---:"] * (len(sheet.columns) - 1)), *sheet.rows]
    return f"\n## {sheet.title}\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    typer.run(main)
