"""Writes the synthetic tenant's logs as the files a Microsoft 365 administrator would have."""

import io
import zipfile
from collections import defaultdict
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import orjson

from pipelines.demo.activity import live
from pipelines.demo.archive import Archive
from pipelines.demo.clock import iso, midnight
from pipelines.demo.diagnostic import fields_of
from pipelines.demo.events import INTERACTIVE, NON_INTERACTIVE, Activity, Event, SignIn
from pipelines.demo.graph_objects import graph_object, pages
from pipelines.demo.log_analytics import row
from pipelines.demo.oddities import odd_records, timeless_sign_in, unsupported_row
from pipelines.demo.portal_csv import csv_bytes
from pipelines.demo.routing import sources_of
from pipelines.demo.summary import Summary, Tally
from pipelines.demo.world import World, build_world

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
    export = _Export(world, rng, activity)
    for event in activity.events():
        export.add(event, sources_of(event, rng, midnight(last_day), days))
    export.add_oddities(activity)
    files = export.files()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return export.tally.summary(list(files))


class _Export:
    """All records by source, until they are packed into files."""

    def __init__(self, world: World, rng: Random, activity: Activity) -> None:
        self.world, self.rng, self.tally = world, rng, Tally()
        self.archive = Archive(world, rng, self.tally)
        self.odd = odd_records(activity)
        self.tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.csv: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.graph: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def add(self, event: Event, shapes: list[str]) -> None:
        """Put the event into each of its sources; an odd one into the archive alone."""
        fields = fields_of(event, self.world)
        if event.id in self.odd:
            self.archive.add(event, self.odd[event.id](self.archive.record_of(event, fields)))
            return
        for shape in shapes:
            self._put(event, shape, fields)

    def _put(self, event: Event, shape: str, fields: dict[str, Any]) -> None:
        if shape == "diagnostic":
            self.archive.add(event, self.archive.record_of(event, fields))
            return
        self.tally.add(event, shape)
        if shape == "graph":
            collection = fields["signInEventTypes"][0] if isinstance(event, SignIn) else "directoryAudits"
            self.graph[collection].append(graph_object(event, fields, is_old_form=self.rng.random() < 0.1))
        elif shape == "log_analytics":
            self.tables[event.log].append(row(event, self.world, fields))
        else:
            name = "query_data" if event.log in (INTERACTIVE, NON_INTERACTIVE) else event.log
            self.csv[name].append(row(event, self.world, fields))

    def add_oddities(self, activity: Activity) -> None:
        """Add a sign-in without any time and a row of a table that is not ours."""
        timeless = timeless_sign_in(activity, self.rng)
        self.archive.add_timeless(timeless, fields_of(timeless, self.world))
        at = activity.requests[-1].at
        self.tables["OfficeActivity"].append(unsupported_row(self.world.workspace_id, iso(at), self.rng))
        self.tally.unsupported += 1

    def files(self) -> dict[str, bytes]:
        """Give path → content of every file."""
        return self.archive.files() | self._graph_files() | self._table_files() | self._csv_files()

    def _graph_files(self) -> dict[str, bytes]:
        files: dict[str, bytes] = {}
        for kind, objects in self.graph.items():
            if kind == "directoryAudits":
                files |= {"graph/directoryAudits.json": pages(kind, objects, size=1000)[0]}
                continue
            bodies = enumerate(pages("signIns", objects, size=_PAGE_SIZE), 1)
            files |= {f"graph/signIns-{kind}-{number}.json": body for number, body in bodies}
        return files

    def _table_files(self) -> dict[str, bytes]:
        return {
            f"log-analytics/{table}.json": orjson.dumps(rows, option=orjson.OPT_INDENT_2 if table in _PRETTY else None)
            for table, rows in self.tables.items()
        }

    def _csv_files(self) -> dict[str, bytes]:
        files = {f"{name}.csv": csv_bytes(rows) for name, rows in self.csv.items()}
        plain = {f"portal/{name}": content for name, content in files.items() if Path(name).stem in _PLAIN_CSV}
        packed = {name: content for name, content in files.items() if Path(name).stem not in _PLAIN_CSV}
        return plain | ({"portal/export.zip": _zip(packed)} if packed else {})


def _zip(files: dict[str, bytes]) -> bytes:
    """Give a zip whose members have one fixed date, so that the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
