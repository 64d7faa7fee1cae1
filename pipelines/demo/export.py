"""Writes the synthetic tenant's logs as the files a Microsoft 365 administrator would have."""

import io
import zipfile
from collections import defaultdict
from collections.abc import Callable, Container, Mapping
from datetime import date
from pathlib import Path
from random import Random

import orjson

from pipelines.demo.activity import live
from pipelines.demo.archive import Archive
from pipelines.demo.clock import day_of, iso, midnight
from pipelines.demo.diagnostic import fields_of
from pipelines.demo.events import INTERACTIVE, LOGS, NON_INTERACTIVE, Activity, Event, SignIn
from pipelines.demo.graph_objects import graph_object, pages
from pipelines.demo.log_analytics import row
from pipelines.demo.oddities import Record, odd_records, timeless_sign_in, unsupported_row
from pipelines.demo.portal_csv import csv_bytes
from pipelines.demo.routing import sources_of
from pipelines.demo.summary import Summary, Tally
from pipelines.demo.world import World, build_world

Files = dict[tuple[str, str], list[Record]]  # (folder of the day, file name) → records

_PAGE_SIZE = 100
_PRETTY = {INTERACTIVE, "AADManagedIdentitySignInLogs"}
_PLAIN_CSV = {"query_data", "MicrosoftGraphActivityLogs"}  # the others are in the zip


def write_export(
    folder: Path, *, seed: int = 7, days: int = 3, users: int = 40, last_day: date = date(2026, 3, 4)
) -> Summary:
    """Write the export of `days` days into `folder` and say what was written; the same arguments give the same bytes.

    Every time lies inside the days (UTC) that end with `last_day`. Raises ValueError below one day or one user.
    """
    if days < 1 or users < 1:
        raise ValueError("A synthetic tenant needs at least one day and one user.")
    rng = Random(seed)
    world = build_world(rng, users=users)
    activity = live(world, rng, days=days, last_day=last_day)
    export = Export(world, rng, Tally(), odd=odd_records(activity))
    for event in activity.events():
        export.add(event, sources_of(event, rng, midnight(last_day), days))
    export.add_oddities(activity)
    return export.tally.summary(write_files(folder, export.files()))


def write_files(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """Write path → content below `folder` and give the paths."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return list(files)


class Export:
    """All records of one tenant by source, until they are packed into files.

    `late` delays the delivery of some events by so many ticks; of diagnostic settings, only the `archived` logs go to
    the archive; with `is_by_day`, queries and polls are one for each day of delivery.
    """

    def __init__(
        self, world: World, rng: Random, tally: Tally, *,
        odd: Mapping[str, Callable[[Record], Record]] | None = None,
        late: Mapping[str, int] | None = None, archived: Container[str] = LOGS, is_by_day: bool = False,
    ) -> None:  # fmt: skip
        self.world, self.rng, self.tally = world, rng, tally
        self.odd, self.late, self.is_by_day = odd or {}, late or {}, is_by_day
        self.archive = Archive(world, rng, tally, self.late, archived)
        self.tables: Files = defaultdict(list)
        self.csv: Files = defaultdict(list)
        self.graph: Files = defaultdict(list)

    def add(self, event: Event, shapes: list[str]) -> None:
        """Put the event into each of its sources; an odd one into the archive alone."""
        fields = fields_of(event, self.world)
        if event.id in self.odd:
            self.archive.add(event, self.odd[event.id](self.archive.record_of(event, fields)))
            return
        for shape in shapes:
            self._put(event, shape, fields)

    def _put(self, event: Event, shape: str, fields: Record) -> None:
        if shape == "diagnostic":
            self.archive.add(event, self.archive.record_of(event, fields))
            return
        self.tally.add(event, shape)
        day = f"{day_of(event.at + self.late.get(event.id, 0))}/" if self.is_by_day else ""
        if shape == "graph":
            collection = fields["signInEventTypes"][0] if isinstance(event, SignIn) else "directoryAudits"
            self.graph[day, collection].append(graph_object(event, fields, is_old_form=self.rng.random() < 0.1))
        elif shape == "log_analytics":
            self.tables[day, event.log].append(row(event, self.world, fields))
        else:
            name = "query_data" if event.log in (INTERACTIVE, NON_INTERACTIVE) else event.log
            self.csv[day, name].append(row(event, self.world, fields))

    def add_oddities(self, activity: Activity) -> None:
        """Add a sign-in without any time and a row of a table that is not ours."""
        timeless = timeless_sign_in(activity, self.rng)
        self.archive.add_timeless(timeless, fields_of(timeless, self.world))
        at = activity.requests[-1].at
        self.tables["", "OfficeActivity"].append(unsupported_row(self.world.workspace_id, iso(at), self.rng))
        self.tally.unsupported += 1

    def files(self) -> dict[str, bytes]:
        """Give path → content of every file."""
        return self.archive.files() | self._graph_files() | self._table_files() | self._csv_files()

    def _graph_files(self) -> dict[str, bytes]:
        files: dict[str, bytes] = {}
        for (day, kind), objects in self.graph.items():
            if kind == "directoryAudits":
                files |= {f"graph/{day}directoryAudits.json": pages(kind, objects, size=max(1000, len(objects)))[0]}
                continue
            bodies = enumerate(pages("signIns", objects, size=1000 if self.is_by_day else _PAGE_SIZE), 1)
            files |= {f"graph/{day}signIns-{kind}-{number}.json": body for number, body in bodies}
        return files

    def _table_files(self) -> dict[str, bytes]:
        return {
            f"log-analytics/{day}{table}.json": orjson.dumps(
                rows, option=orjson.OPT_INDENT_2 if table in _PRETTY else None
            )
            for (day, table), rows in self.tables.items()
        }

    def _csv_files(self) -> dict[str, bytes]:
        plain: dict[str, bytes] = {}
        packed: dict[str, dict[str, bytes]] = defaultdict(dict)
        for (day, name), rows in self.csv.items():
            if name in _PLAIN_CSV:
                plain[f"portal/{day}{name}.csv"] = csv_bytes(rows)
            else:
                packed[f"portal/{day}export.zip"][f"{name}.csv"] = csv_bytes(rows)
        return plain | {path: _zip(members) for path, members in packed.items()}


def _zip(files: dict[str, bytes]) -> bytes:
    """Give a zip whose members have one fixed date, so that the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
