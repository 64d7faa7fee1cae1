"""One day of so many requests, measured: each step and the whole, beside the floor and what one would write instead."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.copies import Copies
from benchmarks.large_day import import_all, land_copies, land_inventory
from benchmarks.small_day import DAY, SmallDay, small_day
from benchmarks.step import Limits, Measured, measure
from benchmarks.steps import ALTERNATIVES
from pipelines.catalog.token_ids import encode_token_id
from pipelines.warehouse.warehouse import Warehouse

PARTS_OF_WHOLE = ("stage", "build", "evaluate", "publish")
LIMITS = Limits(seconds=3600, memory_mb=12_000)
"""Of an alternative: twice the memory that the pipeline is allowed."""

_LATE_LOG, _LATE_LINES, _LATE_COPY = "MicrosoftGraphActivityLogs/diagnostic", 100, 99_999
_IDS = """
    select request_id, token_id, session_id, sign_in_id, correlation_id
    from attributed_requests
    where actor_class = 'human_via_agent' and session_id is not null
    order by request_id
    limit 1
"""
Say = Callable[[str], None]


@dataclass
class Day:
    """What was measured of one day."""

    requests: int
    sign_ins: int
    raw_mb: float
    making_seconds: float
    landing_seconds: float
    landed_mb: float = 0
    lake_mb: float = 0
    published_mb: float = 0
    steps: dict[str, Measured] = field(default_factory=dict)
    who: dict[str, Measured] = field(default_factory=dict)
    rebuilt: list[str] = field(default_factory=list)
    """Models of which the late file made something new."""
    agree: dict[str, bool] = field(default_factory=dict)
    """Whether an alternative gave the answer that the published tables give; those that gave none are left out."""


def measure_day(data: Path, requests: int, say: Say) -> Day:
    """Makes the day in the folder and measures it."""
    started = time.perf_counter()
    data.mkdir(parents=True)
    say(f"making {requests:,} requests")
    small = small_day(data.parent / "small")
    land_inventory(data, data.parent, small)
    made = land_copies(data, data.parent, small, requests, on_landed=lambda so_far: say(f"{so_far.requests:,} made"))
    day = Day(made.requests, made.sign_ins, made.raw_bytes / 1e6, time.perf_counter() - started, made.landing_seconds)
    _measure_pipeline(data, day, say)
    _measure_alternatives(data, day, say)
    day.who = measure_who(data, say)
    _measure_reruns(data, small, day, say)
    return day


def _measure_pipeline(data: Path, day: Day, say: Say) -> None:
    """The floor before and after, of which the faster run counts."""
    floors = [_done("floor", data, say)]
    for name in PARTS_OF_WHOLE:
        day.steps[name] = _done(name, data, say)
    shutil.rmtree(data / "lake")
    Warehouse(data).path.unlink()
    day.steps["whole"] = _done("whole", data, say)
    floors.append(_done("floor", data, say))
    day.steps["floor"] = min(floors, key=lambda floor: floor.wall_seconds)
    if day.steps["floor"].said["rows"] != day.steps["stage"].said["rows"]:
        raise SystemExit("the floor and staging did not read the same lines")
    warehouse = Warehouse(data)
    day.landed_mb, day.lake_mb = folder_mb(data / "landing"), folder_mb(data / "lake")
    day.published_mb = warehouse.path.stat().st_size / 1e6
    ((day.sign_ins,),) = warehouse.rows("select count(*) from sign_ins")


def _measure_alternatives(data: Path, day: Day, say: Say) -> None:
    day.steps["question"] = _done("question", data, say)
    answer = day.steps["question"].said.pop("answer")
    for name in ALTERNATIVES:
        say(name)
        day.steps[name] = measured = measure(name, data, limits=LIMITS)
        if not measured.stopped:
            day.agree[name] = measured.said.pop("answer") == answer


def measure_who(data: Path, say: Say) -> dict[str, Measured]:
    """`whoseagent who` by each kind of id of one request that an agent made for a human."""
    ((request_id, token_id, session_id, sign_in_id, correlation_id),) = Warehouse(data).rows(_IDS)
    ids = {
        "request": request_id,
        "token": token_id,
        "token, 22 characters": encode_token_id(token_id),
        "session": session_id,
        "sign-in": sign_in_id,
        "correlation": correlation_id,
    }
    found = {}
    for name, wanted in ids.items():
        say(f"who, by {name} id")
        found[name] = measured = measure("who", data, wanted)
        if measured.stopped or not measured.said["found"]:
            raise SystemExit(f"who does not find the {name} id {wanted}: {measured.stopped}")
    return found


def _measure_reruns(data: Path, small: SmallDay, day: Day, say: Say) -> None:
    """`whoseagent run` once, again on the unchanged day, and with one late file."""
    day.steps["command"], day.steps["again"] = _done("command", data, say), _done("command", data, say)
    name = next(name for name in small.logs if name.startswith(_LATE_LOG))
    lines = "".join(small.logs[name].splitlines(keepends=True)[:_LATE_LINES])
    folder = data.parent / "late"
    folder.mkdir()
    (folder / "late.json").write_bytes(Copies(lines, small.shared).copy(_LATE_COPY))
    import_all(data, folder, small.tenant_id)
    before = _partitions(data)
    day.steps["late"] = _done("command", data, say)
    day.rebuilt = sorted({path.relative_to(data / "lake").parts[0] for path in _partitions(data) - before})


def _partitions(data: Path) -> set[Path]:
    return set((data / "lake").glob(f"*/day={DAY}/*"))


def _done(step: str, data: Path, say: Say) -> Measured:
    """The step; stops the benchmark where it fails."""
    say(step)
    measured = measure(step, data)
    if measured.stopped:
        raise SystemExit(f"{step}: {measured.stopped}")
    return measured


def folder_mb(folder: Path) -> float:
    """Bytes of all files in a folder, in MB."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
