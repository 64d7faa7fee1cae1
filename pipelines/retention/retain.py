"""Removes landed files that are older than a policy allows: the removal stands in the manifest before a file is gone.

Killed at any moment, nothing is lost unsaid: without the line nothing is removed, with it the next call removes what
is left.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pipelines.cases.events import HoldPlaced
from pipelines.cases.holds import active_holds
from pipelines.cases.log import cases_lock, events_file
from pipelines.durable import sync_folder
from pipelines.landing.chain import Chain
from pipelines.landing.folder import landing_folder, landing_lock
from pipelines.landing.manifest import removed_files
from pipelines.landing.removal import HoldConsidered, Removal, RemovedFile
from pipelines.retention.choice import ALL, Choice
from pipelines.retention.plan import Plan, Planned, plan, reach_of
from pipelines.retention.policy import Limits
from pipelines.retention.remembered import remembered_of
from pipelines.warehouse.warehouse import Warehouse


@dataclass(frozen=True)
class Wish:
    """What is to be kept, who says so, and why."""

    kept_from: date
    actor: str
    reason: str
    choice: Choice = ALL


@dataclass(frozen=True)
class Retained:
    """What was done: the plan, the line in the manifest, if there was anything to say, and the files that went."""

    plan: Plan
    removal: Removal | None
    unlinked: list[str]
    """Files that are gone since, also those that an interrupted call had left."""


def look(warehouse: Warehouse, kept_from: date, choice: Choice = ALL) -> Plan:
    """What `retain` would remove. A day that was given up once is not kept again, whatever is wished.

    Raises ChoiceError where a hold that the choice needs is not in force.
    """
    holds = active_holds(warehouse.data_folder)
    choice.check_holds(hold.name for hold in holds)
    manifest = warehouse.manifest()
    days = [kept_from, *(date.fromisoformat(removal.kept_from) for removal in manifest.removals)]
    limits = Limits(max(days), reach_of(warehouse.models))
    return plan(warehouse.snapshot(), manifest.kept, limits, holds, choice)


def retain(warehouse: Warehouse, wish: Wish) -> Retained:
    """Removes what the wish no longer allows. Waits while another run is at work in the data folder.

    Raises ChoiceError as `look` does, ManifestError or CaseError for a chain that was changed, OSError when something
    cannot be written; what is not yet said in the manifest then stays.
    """
    landing = landing_folder(warehouse.data_folder)
    events_file(warehouse.data_folder)
    with warehouse.only_run():
        days = {day for each in look(warehouse, wish.kept_from, wish.choice).removed for day in each.days}
        remembered = remembered_of(warehouse, days, warehouse.manifest().removals)
        with landing_lock(landing), cases_lock(warehouse.data_folder):  # no hold comes in between
            chain = Chain(landing)
            chain.catch_up()
            planned = look(warehouse, wish.kept_from, wish.choice)
            removal = _removal(planned, wish).model_copy(update={"remembered": remembered})
            is_new = bool(planned.removed) or _advances(removal, chain.removals)
            chain.append([removal] if is_new else [])
            unlinked = _unlink(landing, removed_files(chain.removals))
    return Retained(planned, chain.removals[-1] if is_new else None, unlinked)


def _advances(removal: Removal, before: Iterable[Removal]) -> bool:
    return removal.kept_from > max((each.kept_from for each in before), default="")


def _removal(planned: Plan, wish: Wish) -> Removal:
    return Removal(
        kept_from=f"{planned.limits.kept_from}",
        evidence_from=f"{planned.limits.evidence_from}",
        removed=tuple(map(_removed, planned.removed)),
        holds=tuple(map(_considered, planned.holds)),
        remembered=(),
        reason=wish.reason,
        actor=wish.actor,
        removed_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
    )


def _removed(planned: Planned) -> RemovedFile:
    entry = planned.entry
    return RemovedFile(
        file=entry.file,
        sha256=entry.sha256,
        rows=entry.rows,
        bytes=entry.bytes,
        log=entry.log,
        days=dict(planned.days),
    )


def _considered(hold: HoldPlaced) -> HoldConsidered:
    days = {"first_day": f"{hold.first_day}", "last_day": f"{hold.last_day}"}
    return HoldConsidered(name=hold.name, tenant_id=hold.tenant_id, **days)


def _unlink(landing: Path, files: Iterable[str]) -> list[str]:
    """Removes those that are still there, durably; the landing lock must be held."""
    there = sorted(file for file in files if (landing / file).is_file())
    for file in there:
        (landing / file).unlink()
    for folder in {(landing / file).parent for file in there}:
        sync_folder(folder)
    return there
