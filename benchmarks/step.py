"""One measured step in a process of its own, so that its processor time and peak memory are its own."""

import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.catalog.logs import BY_NAME
from pipelines.sources.importing import import_files
from pipelines.warehouse.warehouse import Warehouse

_TYPES = {
    "timeGenerated": "TIMESTAMPTZ",
    "tokenIssuedAt": "TIMESTAMPTZ",
    "responseStatusCode": "SMALLINT",
    "responseSizeBytes": "BIGINT",
    "durationMs": "BIGINT",
}


@dataclass(frozen=True)
class Measured:
    """What one run of a step took."""

    wall_seconds: float
    cpu_seconds: float
    peak_memory_mb: float
    rows: int
    written_mb: float


def land(data: Path, raw: Path) -> int:
    """Imports the raw files; the number of lines landed."""
    return sum(sum(file.rows.values()) for file in import_files(data, [raw]))


def stage(data: Path, _: Path) -> int:
    """Types all that has landed, from nothing; the number of rows."""
    return sum(parsed.rows for parsed in Warehouse(data).stage())


def floor(data: Path, target: Path) -> int:
    """The least work there is: DuckDB's own typed read of the same landed files, all cores, into one Parquet file."""
    fields = BY_NAME["MicrosoftGraphActivityLogs"].fields["diagnostic"].objects["properties"]
    members = ", ".join(f'"{name}" {_TYPES.get(name, "VARCHAR")}' for name in fields.read)
    files = [str(file) for file in sorted((data / "landing").rglob("*.ndjson.zst"))]
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(
            """
            copy (
                select time, properties.*
                from read_json($files, format = 'newline_delimited', columns = $columns)
            ) to $target (format parquet, compression zstd)
            """,
            {
                "files": files,
                "columns": {"time": "TIMESTAMPTZ", "properties": f"STRUCT({members})"},
                "target": str(target),
            },
        )
        ((rows,),) = connection.execute("select count(*) from read_parquet($file)", {"file": str(target)}).fetchall()
    return int(rows)


_STEPS: dict[str, Callable[[Path, Path], int]] = {"land": land, "stage": stage, "floor": floor}


def measure(step: str, data: Path, other: Path, written: Path) -> Measured:
    """Runs a step in a fresh process; `written` is the file or folder whose size is its output."""
    command = [sys.executable, "-m", "benchmarks.step", step, str(data), str(other)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    size = sum(file.stat().st_size for file in written.rglob("*") if file.is_file()) or written.stat().st_size
    return Measured(**json.loads(printed), written_mb=size / 1e6)


def forget_staging(data: Path) -> None:
    """Removes what staging wrote, so that it starts from nothing again."""
    shutil.rmtree(data / "lake", ignore_errors=True)


def main() -> None:
    """Runs the step named on the command line and prints what it took."""
    step, data, other = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    started = time.perf_counter()
    rows = _STEPS[step](data, other)
    wall = time.perf_counter() - started
    usage = resource.getrusage(resource.RUSAGE_SELF)
    figures = {
        "wall_seconds": wall,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_memory_mb": usage.ru_maxrss / 1024,
        "rows": rows,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
