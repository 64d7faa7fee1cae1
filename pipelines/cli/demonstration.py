"""`whoseagent demo`: tenants of known truth through the whole pipeline, compared with what was written and is true."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from uuid import UUID

from pipelines.catalog.detect import UNREADABLE, UNSUPPORTED
from pipelines.catalog.fields import Shape
from pipelines.cli.accounts import Account, accounts_of, total
from pipelines.cli.demo_findings import print_load, print_scores
from pipelines.cli.demo_report import print_accuracy, print_coverage, print_flagged, print_incidents
from pipelines.cli.failure import NEGATIVE, WRONG_USE, Failure
from pipelines.cli.imports import Totals, import_paths, totals_of
from pipelines.cli.running import print_run, run
from pipelines.cli.show import count, named, plain, say, write
from pipelines.cli.tables import progress, write_table
from pipelines.demo import Summary, write_exercise, write_inventory, write_tenant
from pipelines.demo.accuracy import measure
from pipelines.demo.answers import answers
from pipelines.demo.exercise.cast import FOLDER as EXERCISE_TENANT
from pipelines.demo.exercise.write import INVENTORY_FOLDER, LOGS_FOLDER
from pipelines.demo.rules_score import load, score
from pipelines.settings import Agent, Settings
from pipelines.warehouse.ask import answer
from pipelines.warehouse.publish import warehouse_path

if TYPE_CHECKING:
    from pipelines.defs.run import RunReport

_FOLDER, _EXPORT, _TRUTH, _INVENTORY, _EXERCISE = "demo", "export", "truth", "inventory", "exercise"

_BEFORE, _UNTIMED = "days before", "without a time"
_PER_DAY = """
select log, cast(day as varchar) as day, sum(events)::bigint as events
from (
    select category as log, day, count(*) as events from staged_sign_ins group by category, day
    union all
    select 'AuditLogs' as log, day, count(*) as events from staged_directory_audits group by day
    union all
    select 'MicrosoftGraphActivityLogs' as log, day, count(*) as events from staged_graph_activity group by day
)
group by log, day
order by log, day
"""
_ODD = """
select unknown_fields, cast_failures from landed_files where unknown_fields is not null or cast_failures is not null
"""


@dataclass(frozen=True)
class Plan:
    """What to make up, and where export and truth are to stay."""

    days: int
    seed: int
    scale: float
    shape: Shape | None
    keep: Path | None
    inventory: bool = True
    """Whether the directories are imported besides the logs."""


@dataclass(frozen=True)
class Made:
    """What was made up, and what the pipeline made of it in the data folder."""

    data: Path
    summary: Summary
    totals: Totals
    inventory: Totals | None
    """None where the directories were not imported."""
    report: "RunReport"


def demonstrate(settings: Settings, plan: Plan) -> int:
    """Makes the export, imports it, runs, and prints all of it; the exit code, 1 when it is not as it should be.

    That is: not what was written came out, an answer contradicts the truth, or a rule misses or invents something.
    """
    with _folder(plan.keep) as folder:
        made = make(settings, plan, folder)
        return tell(made, plan, folder / _TRUTH)


def make(settings: Settings, plan: Plan, folder: Path) -> Made:
    """Makes the export in the folder, the truth beside it, imports the export and runs the pipeline."""
    data = settings.data / _FOLDER
    summary, totals = _bring_in(data, folder, plan)
    inventory = _bring_in_inventory(data, folder, plan, summary) if plan.inventory else None
    report = run(settings.model_copy(update=_registry(summary)), data)
    return Made(data, summary, totals, inventory, report)


def tell(made: Made, plan: Plan, truth: Path) -> int:
    """Prints what came in and what came out, held against what was written and is true; the exit code."""
    data, warehouse = made.data, warehouse_path(made.data)
    accounts, per_day = accounts_of(data), _events_per_day(data)
    _print_what_came_in(made.totals, plan.keep)
    if made.inventory is not None:
        write(f"  directory inventory: {named({log: lines for (log, _), lines in made.inventory.lines.items()})}")
    print_run(made.report)
    _print_per_day(per_day, plan.days)
    _print_set_aside(data, made.totals, accounts)
    unlike = list(differences(made.summary, made.totals, accounts, per_day))
    unlike += [f"check {check.check} failed: {check.message}" for check in made.report.errors]
    _print_conclusion("as written", unlike)
    accuracy, incidents, scores = measure(warehouse, truth), answers(warehouse, truth), score(warehouse, truth)
    print_incidents(incidents)
    print_coverage(data)
    print_flagged(data)
    print_accuracy(accuracy)
    print_scores(scores)
    print_load(load(warehouse), made.summary.tenants)
    wrong = accuracy.failures()
    wrong += [f"incident {said.name}: wrong {', '.join(said.wrong)}" for said in incidents if said.wrong]
    wrong += [failure for found in scores for failure in found.failures()]
    _print_conclusion("answers as the truth has them", wrong)
    _print_next(data)
    return NEGATIVE if unlike or wrong else 0


def _registry(summary: Summary) -> dict[str, tuple[object, ...]]:
    """What the tenants' people would say in their settings: which apps read the logs, and which they sanction."""
    sanctioned = summary.sanctioned_apps.items()
    return {
        "own_app_ids": tuple(map(UUID, summary.collector_app_ids)),
        "agents": tuple(Agent(app_id=UUID(app_id), name=name, sanctioned=True) for app_id, name in sanctioned),
    }


def _bring_in(data: Path, folder: Path, plan: Plan) -> tuple[Summary, Totals]:
    """Makes the tenants up and imports each under its own id; the truth stays outside of what is imported.

    The exercise tenant is the same whatever the plan.
    """
    with progress() as display:
        display.add_task("making up the tenants", total=None)
        summary = write_tenant(
            folder / _EXPORT, seed=plan.seed, days=plan.days, scale=plan.scale, shape=plan.shape, truth=folder / _TRUTH
        )
        summary += write_exercise(folder / _EXERCISE, truth=folder / _TRUTH)
    _remove_old(data)
    return summary, _import(data, summary, folder / _EXPORT, folder / _EXERCISE / LOGS_FOLDER)


def _bring_in_inventory(data: Path, folder: Path, plan: Plan, summary: Summary) -> Totals:
    write_inventory(folder / _INVENTORY, seed=plan.seed, scale=plan.scale)
    return _import(data, summary, folder / _INVENTORY, folder / _EXERCISE / INVENTORY_FOLDER)


def _import(data: Path, summary: Summary, folder: Path, of_exercise: Path) -> Totals:
    """Imports each tenant's folder under its tenant id."""
    places = {name: of_exercise if name == EXERCISE_TENANT else folder / name for name in summary.tenants}
    return totals_of(
        file for name, id_ in summary.tenants.items() for file in import_paths(data, [places[name]], UUID(id_))
    )


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with TemporaryDirectory(prefix="whoseagent-demo-") as folder:
            yield Path(folder)
        return
    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise Failure(f"{plain(str(keep))} is there already; --keep names a new or an empty folder", WRONG_USE)
    keep.mkdir(parents=True, exist_ok=True)
    yield keep


def _remove_old(data: Path) -> None:
    """Removes an earlier demonstration, and nothing that is not one."""
    marker = data / ".whoseagent-demo"
    if data.exists() and not marker.exists():
        raise Failure(f"{plain(str(data))} holds something else than a demonstration; move it away first", WRONG_USE)
    if data.exists():
        shutil.rmtree(data)
    data.mkdir(mode=0o700, parents=True)
    marker.touch(mode=0o600)


def _print_what_came_in(totals: Totals, keep: Path | None) -> None:
    write("What came in" + (f" (kept in {plain(str(keep))})" if keep else ""))
    write(f"{count(totals.files, 'file')}: {count(sum(totals.lines.values()), 'new line')} landed")
    for log in sorted({log for log, _ in totals.lines} - {UNREADABLE, UNSUPPORTED}):
        shapes = {shape: lines for (of, shape), lines in totals.lines.items() if of == log}
        write(f"  {log}: {named(shapes)}")


def _events_per_day(data: Path) -> dict[tuple[str, str | None], int]:
    with answer(data, _PER_DAY) as rows:
        _, batches = rows.batches()
        return {(log, day): events for batch in batches for log, day, events in batch}


def _print_per_day(per_day: dict[tuple[str, str | None], int], most: int) -> None:
    """Distinct events: a row per log, a column for each of the last `most` days and one for what was before."""
    logs = sorted({log for log, _ in per_day})
    shown = sorted({day for _, day in per_day if day is not None})[-most:]
    counts: Counter[tuple[str, str]] = Counter()
    for (log, day), events in per_day.items():
        counts[log, _UNTIMED if day is None else day if day in shown else _BEFORE] += events
    names = [name for name in (_BEFORE, *shown, _UNTIMED) if any(column == name for _, column in counts)]
    rows = [[log, *(f"{counts[log, name]:,}" for name in names)] for log in logs]
    write("\nSign-ins per category and day, and the events of the other logs (each once)")
    write_table(["log", *names], rows, right=names, always_grid=True)


def _print_set_aside(data: Path, totals: Totals, accounts: list[Account]) -> None:
    everything = total(accounts)
    write("\nWhat was set aside")
    write(f"  duplicates: {count(everything.duplicates, 'further copy', 'further copies')} of records that are typed")
    write(f"  quarantine: {count(everything.quarantined, 'line')}{_in_brackets(totals.bad_lines)}")
    write(f"  not read yet: {count(everything.unsupported, 'record')}{_in_brackets(totals.looks_like)}")
    with answer(data, _ODD) as rows:
        _, batches = rows.batches()
        odd = [row for batch in batches for row in batch]
    unknown, uncast = ("; ".join(row[number] for row in odd if row[number]) or "none" for number in (0, 1))
    write(f"  fields never seen before: {plain(unknown)}; values that did not cast: {plain(uncast)}")
    if all(account.is_balanced for account in accounts):
        write(f"every landed line is accounted for: {everything.landed:,} in all")


def _in_brackets(counts: Counter[str]) -> str:
    return f": {named(counts)}" if counts else ""


def differences(
    summary: Summary, totals: Totals, accounts: list[Account], per_day: dict[tuple[str, str | None], int]
) -> Iterator[str]:
    """What came out otherwise than it was written, a sentence each."""
    written = Counter({(log, shape): n for log, shapes in summary.written.items() for shape, n in shapes.items()})
    landed = Counter({key: n for key, n in totals.lines.items() if key[0] not in (UNREADABLE, UNSUPPORTED)})
    yield from _unequal("records landed", written, landed)
    events = Counter({(log, str(day)): n for log, days in summary.distinct.items() for day, n in days.items()})
    yield from _unequal("events", events, Counter({(log, day): n for (log, day), n in per_day.items() if day}))
    everything = total(accounts)
    singles = {
        "sign-ins without a time": (summary.without_time, sum(n for (_, day), n in per_day.items() if day is None)),
        "duplicates": (summary.duplicates, everything.duplicates),
        "bad lines": (summary.bad_lines, everything.quarantined),
        "unsupported records": (summary.unsupported, everything.unsupported),
        "files": (len(summary.files), totals.inputs),
    }
    yield from (f"{what}: {wrote:,} written, {got:,} found" for what, (wrote, got) in singles.items() if wrote != got)
    if not all(account.is_balanced for account in accounts):
        yield "not every landed line is accounted for"


def _unequal(what: str, written: Counter[tuple[str, str]], found: Counter[tuple[str, str]]) -> Iterator[str]:
    for key in sorted(written.keys() | found.keys()):
        if written[key] != found[key]:
            yield f"{what}, {key[0]} {key[1]}: {written[key]:,} written, {found[key]:,} found"


def _print_conclusion(what: str, found: list[str]) -> None:
    write(f"\n{what}: {'NO' if found else 'yes'}")
    for difference in found:
        say(plain(difference))


def _print_next(data: Path) -> None:
    write(f'try next: whoseagent --data {plain(str(data))} sql "show tables"')
