"""What is measured of a data folder: each function does one step and gives what it says of it, as JSON can hold it."""

import contextlib
import importlib
import io
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from pipelines.catalog.logs import BY_NAME
from pipelines.landing.manifest import Kind, entries
from pipelines.warehouse.models import of_kind
from pipelines.warehouse.warehouse import Warehouse

ALTERNATIVES = ("pandas_notebook", "polars_script", "clickhouse")
Said = Mapping[str, Any]

_TIMES = dict.fromkeys(("time", "timegenerated", "tokenissuedat", "createddatetime", "activitydatetime"), "TIMESTAMPTZ")
_NUMBERS = {"responsestatuscode": "SMALLINT", "responsesizebytes": "BIGINT", "durationms": "BIGINT"}
_QUESTION = """
    select
        requests.app_id,
        count(*) as requests,
        count(sign_ins.sign_in_id) as matched,
        count(distinct sign_ins.user_id) as users,
        count(*) filter (
            requests.method in ('POST', 'PUT', 'PATCH', 'DELETE')
            and regexp_matches(requests.uri, '/users/[^/?]+/')
            and requests.actor_class in ('app_only', 'autonomous_agent', 'first_party')
        ) as lonely
    from attributed_requests as requests
    left join sign_ins on requests.sign_in_id = sign_ins.sign_in_id and requests.token_match = 'token_id'
    group by requests.app_id
    order by requests.app_id
"""


def floor(data: Path) -> Said:
    """The least work there is: DuckDB's own typed read of all landed files that staging reads, into Parquet."""
    kinds = defaultdict[Kind, list[str]](list)
    for entry in entries(data):
        if entry.log in BY_NAME:
            kinds[entry.kind].append(str(data / "landing" / entry.file))
    with tempfile.TemporaryDirectory(dir=data) as target, duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        rows = 0
        for number, (kind, files) in enumerate(kinds.items()):
            ((count,),) = connection.execute(
                """
                copy (
                    from read_json($files, format = 'newline_delimited', columns = $columns, ignore_errors = true)
                ) to $target (format parquet, compression zstd)
                """,
                {"files": files, "columns": _typed(kind), "target": f"{target}/{number}.parquet"},
            ).fetchall()
            rows += count
        written = sum(path.stat().st_size for path in Path(target).iterdir())
    return {"rows": rows, "written_mb": written / 1e6}


def _typed(kind: Kind) -> dict[str, str]:
    """The columns that staging reads, but typed at once."""
    types = _TIMES | _NUMBERS
    texts = BY_NAME[kind.log].fields[kind.shape].columns(dict(kind.spelling))  # type: ignore[index]
    return {
        name: types.get(name.lower(), "VARCHAR")
        if text == "VARCHAR"
        else re.sub(r'"(\w+)" VARCHAR', lambda found: f'"{found[1]}" {types.get(found[1].lower(), "VARCHAR")}', text)
        for name, text in texts.items()
    }


def stage(data: Path) -> Said:
    """Types all that has landed and is not typed yet."""
    warehouse = Warehouse(data)
    with warehouse.only_run():
        rows = sum(parsed.rows for parsed in warehouse.stage())
        warehouse.set_aside()
    return {"rows": rows}


def build(data: Path) -> Said:
    """Builds the days of all models; the seconds that each took."""
    warehouse = Warehouse(data)
    seconds: dict[str, float] = {}
    with warehouse.only_run():
        for model in of_kind(warehouse.models, "partition"):
            started = time.perf_counter()
            warehouse.build(model.name, warehouse.snapshot().stale_days([model]))
            seconds[model.name] = time.perf_counter() - started
    return {"models": seconds}


def evaluate(data: Path) -> Said:
    """Makes the findings."""
    warehouse = Warehouse(data)
    with warehouse.only_run():
        return {"days": len(warehouse.evaluate())}


def publish(data: Path) -> Said:
    """Swaps in a fresh `warehouse.duckdb`."""
    warehouse = Warehouse(data)
    with warehouse.only_run():
        warehouse.publish()
    return {}


def whole(data: Path) -> Said:
    """From landed files to published findings."""
    Warehouse(data).run()
    return {}


def command(data: Path) -> Said:
    """`whoseagent run`: the same through Dagster, with checks and follow-up."""
    from pipelines.defs.run import run_days  # noqa: PLC0415 - Dagster is in no other step
    from pipelines.settings import Settings  # noqa: PLC0415

    report = run_days(data, settings=Settings(data=data))
    if not report.is_published:
        raise SystemExit(f"the run failed: {report.errors}")
    return {
        "did_nothing": report.did_nothing,
        "parsed_files": report.parsed_files,
        "days_built": report.days_built,
        "errors": [error.message for error in report.errors],
    }


def question(data: Path) -> Said:
    """What the alternatives are asked, of the published tables."""
    return {"answer": Warehouse(data).rows(_QUESTION)}


def who(data: Path, wanted: str) -> Said:
    """`whoseagent who` in this process: seconds from the command line to the answer, what it imports among them."""
    from pipelines.cli.start import run  # noqa: PLC0415 - starts as the command does

    started = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        code = run(["--data", str(data), "who", wanted])
    return {"seconds": time.perf_counter() - started, "found": code == 0}


def _alternative(name: str) -> Callable[[Path], Said]:
    def ask(data: Path) -> Said:
        return {"answer": importlib.import_module(f"benchmarks.alternatives.{name}").answer(data / "landing")}

    return ask


STEPS: Mapping[str, Callable[..., Said]] = {
    **{step.__name__: step for step in (floor, stage, build, evaluate, publish, whole, command, question, who)},
    **{name: _alternative(name) for name in ALTERNATIVES},
}
