"""Writes the exercise tenant's logs and directory, and beside them, if asked, what is planted in it."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import orjson

from pipelines.demo.audits import record_changes
from pipelines.demo.clock import DAY, midnight
from pipelines.demo.events import Activity, Event
from pipelines.demo.exercise.cast import FOLDER, exercise_cast
from pipelines.demo.exercise.directory import Directory
from pipelines.demo.exercise.life import live_a_day
from pipelines.demo.exercise.planting import Exercise, LookAlike, Plant, Planting
from pipelines.demo.exercise.plants_app_only import APP_ONLY
from pipelines.demo.exercise.plants_directory import DIRECTORY
from pipelines.demo.exercise.plants_tokens import TOKENS
from pipelines.demo.export import Export, write_files
from pipelines.demo.people import App
from pipelines.demo.summary import Summary, Tally
from pipelines.demo.tenant.cast import Cast
from pipelines.demo.tenant.inventory import every_app
from pipelines.demo.tenant.scene import Scene

PLANTINGS: tuple[Planting, ...] = (*APP_ONLY, *TOKENS, *DIRECTORY)
LOGS_FOLDER, INVENTORY_FOLDER = f"{FOLDER}/logs", f"{FOLDER}/inventory"
TRUTH_FILE = "findings.json"
_DAYS = 31  # some rules compare with 30 days
EventT = TypeVar("EventT", bound=Event)


@dataclass(frozen=True)
class Told:
    """What happens in the exercise tenant, and what of it is planted."""

    cast: Cast
    activity: Activity
    directory: Directory
    planted: list[Plant | LookAlike]


def write_exercise(
    folder: Path, *, truth: Path | None = None, last_day: date = date(2026, 3, 4),
    plantings: Iterable[Planting] = PLANTINGS,
) -> Summary:  # fmt: skip
    """Write the logs and the inventory of the exercise tenant below `folder`, and say what of logs was written.

    `truth`, outside `folder`, takes what is planted: by `plantings`, all that the families plant. The same arguments
    give the same bytes, with truth or without.
    Raises ValueError for a `truth` folder inside `folder`.
    """
    if truth is not None and truth.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"{truth} lies inside {folder}, which is imported: put the truth beside it.")
    told, tally = tell(last_day, plantings), Tally()
    paths = write_files(folder, _below(LOGS_FOLDER, _export(told, tally)))
    write_files(folder, _below(FOLDER, told.directory.pages()))
    if truth is not None:
        _write_truth(truth, told, last_day)
    own = (told.cast.collector.app_id,)
    return replace(tally.summary(paths), tenants={FOLDER: told.cast.tenant_id}, collector_app_ids=own)


def tell(last_day: date, plantings: Iterable[Planting] = PLANTINGS) -> Told:
    """Give everything that happens in the tenant on the days that end with `last_day`."""
    cast, activity = exercise_cast(_random("cast")), Activity()
    end = midnight(last_day + timedelta(days=1))
    starts, rng = range(end - _DAYS * DAY, end, DAY), _random("life")
    scenes = [Scene(rng, cast, start, start + DAY, activity, end) for start in starts]
    for scene in scenes:
        live_a_day(scene)
    directory = Directory(cast, _living(cast, activity))
    planted = [found for planting in plantings for found in _plant(planting, scenes, directory)]
    return Told(cast, _inside(cast, activity, end), directory, planted)


def _plant(planting: Planting, scenes: list[Scene], directory: Directory) -> Iterator[Plant | LookAlike]:
    rng = _random(planting.__name__)
    yield from planting(Exercise([replace(scene, rng=rng) for scene in scenes], directory))


def _living(cast: Cast, activity: Activity) -> list[App]:
    """Give the applications that do something: others would only have rights that they do not use."""
    seen = {app.app_id for event in activity.sign_ins for app in (event.app, event.resource)}
    return [app for app in every_app(cast) if app.app_id in seen]


def _inside(cast: Cast, activity: Activity, end: int) -> Activity:
    """Give what the logs have until `end`, in order of time, with the changes that requests caused."""
    told = replace(activity, requests=_in_order(activity.requests, end))
    record_changes(cast, _random("changes"), told)
    return Activity(_in_order(told.sign_ins, end), told.requests, _in_order(told.audits, end))


def _in_order(events: list[EventT], end: int) -> list[EventT]:
    return sorted((event for event in events if event.at < end), key=lambda event: (event.at, event.id))


def _export(told: Told, tally: Tally) -> dict[str, bytes]:
    """Give the files of an Event Hub's consumer, one a log and day."""
    export = Export(told.cast, _random("export"), tally, archived=())
    for event in told.activity.events():
        export.add(event, ["diagnostic"])
    return export.files()


def _below(folder: str, files: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{path}": content for path, content in files.items()}


def _write_truth(folder: Path, told: Told, last_day: date) -> None:
    planted: dict[str, Any] = {
        "tenant_id": told.cast.tenant_id,
        "day": last_day.isoformat(),
        "plants": [asdict(found) for found in told.planted if isinstance(found, Plant)],
        "look_alikes": [asdict(found) for found in told.planted if isinstance(found, LookAlike)],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / TRUTH_FILE).write_bytes(orjson.dumps(planted, option=orjson.OPT_INDENT_2))


def _random(purpose: str) -> Random:
    return Random(f"{FOLDER}/{purpose}")
