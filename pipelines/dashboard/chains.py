"""Whether the chains of a data folder are intact, for a page: the evidence, the cases, and the access log."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from pipelines.access.log import verify_access
from pipelines.cases.verify import verify_cases
from pipelines.chained.problem import Problem
from pipelines.landing.verify import verify

INTACT = "intact"
_MOST = 50
_SCHEMA = ("chain", "state", "entries", "landed_file", "description")


def check_chains(data_folder: Path) -> pl.DataFrame:
    """A row for each chain that is intact, and for each problem of the others. Reads every landed file."""
    landing, cases, access = verify(data_folder), verify_cases(data_folder), verify_access(data_folder)
    rows = [
        *_rows("evidence that landed", landing.entries, landing.problems),
        *_rows("events of cases", cases.end.entries, cases.problems),
        *_rows("access log", access.end.entries, access.problems),
    ]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _rows(chain: str, entries: int, problems: Sequence[Problem]) -> Iterator[tuple[str, str, int, str, str]]:
    if not problems:
        yield chain, INTACT if entries else "empty", entries, "", ""
    for problem in problems[:_MOST]:
        yield chain, problem.kind, entries, problem.where, problem.message
    if len(problems) > _MOST:
        yield chain, "more", entries, "", f"and {len(problems) - _MOST:,} more problems"
