"""What the finding rules found on each event day, as files of the lake, and which of them are current.

A day has two files, of findings and of runs, named for all that they follow from. The index says which are current:
it changes after both stand, so that a killed run leaves the day as it was.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb
import orjson

from pipelines.durable import place_file
from pipelines.warehouse.lake import Lake, file_list
from pipelines.warehouse.rules import COLUMNS

FINDINGS, RUNS = "rule_findings", "rule_runs"
RELATIONS: Mapping[str, Mapping[str, str]] = {
    FINDINGS: {"finding_id": "VARCHAR", "rule_id": "VARCHAR", **COLUMNS},
    RUNS: {
        "tenant_id": "VARCHAR",
        "rule_id": "VARCHAR",
        "state": "VARCHAR",
        "reason": "VARCHAR",
        "findings": "BIGINT",
    },
}
"""Relation → column → DuckDB type; readers see `day` behind them."""

Index = Mapping[str, str]
"""Event day → fingerprint of all that its findings follow from."""


def read_index(lake: Lake) -> dict[str, str]:
    """The current files; {} where no rule has been evaluated yet."""
    path = _index_path(lake)
    return dict(orjson.loads(path.read_bytes())) if path.exists() else {}


def write_index(lake: Lake, index: Index) -> None:
    """Makes these files the current ones, at once. They have to stand already."""
    with lake.writing() as scratch:
        scratch.write_bytes(orjson.dumps(dict(index), option=orjson.OPT_SORT_KEYS))
        place_file(scratch, _index_path(lake))


def target(lake: Lake, relation: str, day: str, fingerprint: str) -> Path:
    """Where the file of a relation's day stands."""
    return lake.partition(relation, day, f"{fingerprint}.parquet")


def current_files(lake: Lake, relation: str, days: Iterable[str]) -> dict[str, Path]:
    """Day → the relation's current file, for those of the days that have one."""
    index = read_index(lake)
    return {day: target(lake, relation, day, index[day]) for day in days if day in index}


def declare_found(connection: duckdb.DuckDBPyConnection, lake: Lake, relation: str, days: Iterable[str]) -> None:
    """Gives the connection the relation as a table, holding the given days."""
    columns = {**RELATIONS[relation], "day": "DATE"}
    definition = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
    connection.execute(f"create or replace table {relation} ({definition})")
    files = current_files(lake, relation, days).values()
    if files:
        read = f"read_parquet({file_list(files)}, hive_partitioning = true, hive_types = {{'day': date}})"
        connection.execute(f"insert into {relation} select {', '.join(columns)} from {read}")


def _index_path(lake: Lake) -> Path:
    return lake.folder / FINDINGS / "current.json"
