"""Writes a tenant's logs, and beside them, if asked, the truth about them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson

from pipelines.catalog.fields import Shape
from pipelines.demo.clock import DAY, midnight
from pipelines.demo.events import GRAPH_ACTIVITY, MICROSOFT, Event
from pipelines.demo.export import Export, write_files
from pipelines.demo.routing import sources_of
from pipelines.demo.summary import Summary, Tally
from pipelines.demo.tenant.blanks import lose_token_ids
from pipelines.demo.tenant.cast import Cast, build_cast, sanctioned_services, share
from pipelines.demo.tenant.days import Told, live
from pipelines.demo.tenant.delivery import Coverage, Delivery, deliver, middle_day_off, never_on
from pipelines.demo.tenant.inventory import inventory_files
from pipelines.demo.tenant.truth import Truth, truth_files

FIRST, SECOND = "contoso", "northwind"  # the tenants' folders
_USERS, _USERS_ELSEWHERE = 330, 30
_AGAIN_SHARE = 0.015


@dataclass(frozen=True)
class _Tenancy:
    """One tenant's export in the making."""

    name: str
    cast: Cast
    told: Told
    coverage: Coverage
    delivery: Delivery


def write_tenant(
    folder: Path, *, seed: int = 7, days: int = 3, scale: float = 1.0, shape: Shape | None = None,
    last_day: date = date(2026, 3, 4), truth: Path | None = None,
) -> Summary:  # fmt: skip
    """Write the logs of two tenants, each into a folder of its own below `folder`, and say what was written.

    `scale` 1.0 is 330 humans in the first tenant; `shape` puts every record of a log that has it into that one shape.
    `truth`, outside `folder`, takes the right answers. The same arguments give the same bytes, with truth or without.
    Raises ValueError below one day, for a scale that is not positive, and for a `truth` folder inside `folder`.
    """
    if days < 1 or scale <= 0:
        raise ValueError("A synthetic tenant needs at least one day and a scale above zero.")
    if truth is not None and truth.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"{truth} lies inside {folder}, which is imported: put the truth beside it.")
    start = midnight(last_day - timedelta(days=days - 1))
    tenancies = _tell(seed, start, days, scale)
    tally, paths = Tally(), []
    for tenancy in tenancies:
        files = _export(tenancy, Random(f"{seed}/{tenancy.name}/export"), tally, shape)
        paths += write_files(folder, files)
    if truth is not None:
        _write_truth(truth, tenancies)
    ids = {tenancy.name: tenancy.cast.tenant_id for tenancy in tenancies}
    collectors = tuple(tenancy.cast.collector.app_id for tenancy in tenancies)
    sanctioned = {app.app_id: app.name for tenancy in tenancies for app in sanctioned_services(tenancy.cast)}
    return replace(tally.summary(paths), tenants=ids, collector_app_ids=collectors, sanctioned_apps=sanctioned)


def write_inventory(folder: Path, *, seed: int = 7, scale: float = 1.0) -> list[str]:
    """Write the directories of the tenants of `write_tenant` as Graph lists them, and give the paths below `folder`."""
    casts = _casts(seed, scale)
    return [
        path for name, (cast, _) in casts.items() for path in write_files(folder, _below(name, inventory_files(cast)))
    ]


def _casts(seed: int, scale: float) -> dict[str, tuple[Cast, Random]]:
    """Give who exists in each tenant, and the generator with which its stories go on."""
    rng, other_rng = Random(f"{seed}/{FIRST}"), Random(f"{seed}/{SECOND}")
    cast = build_cast(rng, users=round(_USERS * scale), domain="contoso.com")
    other = build_cast(other_rng, users=round(_USERS_ELSEWHERE * scale), domain="northwind.example.com")
    return {FIRST: (cast, rng), SECOND: (share(cast, other), other_rng)}


def _tell(seed: int, start: int, days: int, scale: float) -> list[_Tenancy]:
    (cast, rng), (other, other_rng) = _casts(seed, scale).values()
    return [
        _tenancy(FIRST, cast, rng, middle_day_off(start, days), volume=scale),
        _tenancy(SECOND, other, other_rng, never_on(start, days), volume=scale / 8),
    ]


def _tenancy(name: str, cast: Cast, rng: Random, coverage: Coverage, *, volume: float) -> _Tenancy:
    told = live(cast, rng, coverage, volume=volume, is_first=name == FIRST)
    delivery = deliver(told.activity, coverage, rng)
    spared = {request.id for incident in told.incidents for request in incident.requests}
    lose_token_ids(told.activity, rng, lost=delivery.lost, spared=spared)
    return _Tenancy(name, cast, told, coverage, delivery)


def _export(tenancy: _Tenancy, rng: Random, tally: Tally, shape: Shape | None) -> dict[str, bytes]:
    archived = (GRAPH_ACTIVITY,) if tenancy.name == FIRST else ()
    export = Export(tenancy.cast, rng, tally, late=tenancy.delivery.late, archived=archived, is_by_day=True)
    coverage = tenancy.coverage
    last_midnight, days = coverage.end - DAY, (coverage.end - coverage.start) // DAY
    for event in _arriving(tenancy):
        shapes: list[str] = [shape] if shape and _has(event, shape) else sources_of(event, rng, last_midnight, days)
        if shapes[0] != "diagnostic" and rng.random() < _AGAIN_SHARE:  # two queries or pages overlap
            shapes = [shapes[0], *shapes]
        export.add(event, shapes)
    return _below(tenancy.name, export.files())


def _below(name: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{name}/{path}": content for path, content in files.items()}


def _arriving(tenancy: _Tenancy) -> list[Event]:
    activity, lost = tenancy.told.activity, tenancy.delivery.lost
    return [*(event for event in activity.sign_ins if event.id not in lost), *activity.requests, *activity.audits]


def _has(event: Event, shape: Shape) -> bool:
    return shape != "graph" or event.log not in (GRAPH_ACTIVITY, MICROSOFT)


def _write_truth(folder: Path, tenancies: list[_Tenancy]) -> None:
    lines: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for tenancy in tenancies:
        truth = Truth(tenancy.cast, tenancy.delivery.lost)
        for name, found in truth_files(truth, tenancy.told.activity, tenancy.told.incidents).items():
            lines[name] += found
    folder.mkdir(parents=True, exist_ok=True)
    for name, found in lines.items():
        content = b"".join(orjson.dumps(line) + b"\n" for line in found)
        if name.endswith(".json"):
            content = orjson.dumps(found, option=orjson.OPT_INDENT_2)
        (folder / name).write_bytes(content)
