"""What `whoseagent demo` prints of the answers: incidents, coverage, flagged writes, and how right all of it is."""

from collections import Counter
from pathlib import Path
from typing import Any

from pipelines.cli.show import count, named, plain, write
from pipelines.cli.tables import write_table
from pipelines.demo.accuracy import Accuracy
from pipelines.demo.answers import Answer
from pipelines.warehouse.ask import answer

_SHOWN_INCIDENTS = 4
_SHOWN_FIRST = ("deleted-messages", "file-read-through-hops", "shared-plan", "changed-by-pipeline")
_COVERAGE = """
select attribution_grade, unresolved_reason, sum(requests)::bigint from coverage group by all
"""
_FLAGGED = """
select
    app_id,
    coalesce(any_value(app_name), app_id) as app,
    string_agg(distinct identity_shape, ', ' order by identity_shape) as credential,
    count(*) as writes,
    count(*) filter (outcome = 'success') as successes,
    count(distinct coalesce(target_user_id, target_user_upn)) as users
from attributed_requests where app_only_user_write
group by rollup (app_id)
order by grouping(app_id) desc, writes desc, app
"""
_SHOWN_APPS = 5


def print_incidents(found: list[Answer]) -> None:
    """Prints question, answer and right answer; wrong ones first, and of the rest some in full."""
    ordered = sorted(found, key=lambda said: (not said.wrong, said.name not in _SHOWN_FIRST))
    shown = max(_SHOWN_INCIDENTS, sum(bool(said.wrong) for said in found))
    write("\nWhich user's agent did this")
    for said in ordered[:shown]:
        write(f"  {plain(said.question)}  [{'WRONG: ' + ', '.join(said.wrong) if said.wrong else 'right'}]")
        write(f"    answer: {plain('; '.join(said.statements)) or 'none'}")
        write(f"    truth:  {plain(said.expected)}")
    if rest := [said.name for said in ordered[shown:]]:
        write(f"  {len(rest)} more, all right: {plain(', '.join(rest))}")


def print_coverage(data: Path) -> None:
    """Prints requests by attribution grade, and those without a sign-in by reason."""
    grades: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for grade, reason, requests in _rows(data, _COVERAGE):
        grades[grade] += requests
        if reason:
            reasons[reason] += requests
    write("\nHow well the requests are covered")
    write(f"  {count(grades.total(), 'request')} by attribution grade: {named(grades)}")
    write(f"  of these {reasons.total():,} without a sign-in, by reason: {named(reasons) or 'none'}")


def print_flagged(data: Path) -> None:
    """Prints the app-only writes on user data, by app."""
    everything, *apps = _rows(data, _FLAGGED) or [(None, None, None, 0, 0, 0)]
    *_, writes, successes, users = everything
    write("\nWrites on user data with no human on the token")
    write(f"  {writes:,}, of which {successes:,} succeeded, by {count(len(apps), 'app')}, on {count(users, 'user')}")
    names = ["app", "credential", "writes", "successes", "users"]
    if apps:
        write_table(names, [_numbers(app[1:]) for app in apps[:_SHOWN_APPS]], right=names[2:], always_grid=True)
    if len(apps) > _SHOWN_APPS:
        write(f"  and {count(len(apps) - _SHOWN_APPS, 'more app')}")


def print_accuracy(accuracy: Accuracy) -> None:
    """Prints the answers counted against the truth."""
    write("\nHow right the answers are")
    compared = f"{count(accuracy.compared, 'request')} compared with the truth"
    write(f"  {compared}; {accuracy.missing:,} without an answer, {accuracy.extra:,} answers without a request")
    _print_actors(accuracy)
    _print_humans_and_flags(accuracy)
    _print_front_ends(accuracy)
    _print_reasons(accuracy)


def _print_actors(accuracy: Accuracy) -> None:
    exact, knowable = accuracy.exactly_right, accuracy.knowably_right
    wrong = accuracy.compared - exact - knowable
    write(f"  actor class: {_percent(exact + knowable, accuracy.compared)} right, {wrong:,} wrong")
    write(f"    {exact:,} as it truly was; {knowable:,} as the logs show it, which lack a sign-in of the chain")
    cells: Counter[tuple[str, str]] = Counter()
    for cell in accuracy.actors:
        cells[cell.truth, cell.answer] += cell.requests
    columns = [*sorted({answered for _, answered in cells} - {"unknown"}), "unknown"]
    rows = [[true, *(f"{cells[true, name]:,}" for name in columns)] for true in sorted({true for true, _ in cells})]
    write_table(["truth \\ answer", *columns], rows, right=columns, always_grid=True)


def _print_humans_and_flags(accuracy: Accuracy) -> None:
    humans, flags = accuracy.humans, accuracy.flags
    write(f"  humans: {humans.named:,} named, {humans.wrong:,} wrong")
    agents = f"{humans.objects_of_agents:,} of them accounts of agents"
    objects = f"{humans.objects:,} user objects named because the request has them, no human claimed"
    write(f"    {objects}: {agents}, {humans.wrong_objects:,} wrong")
    precision, recall = _percent(flags.right, flags.flagged), _percent(flags.right, flags.existing)
    counts = f"{flags.right:,} right, {flags.missed:,} missed, {flags.false:,} false"
    write(
        f"  flagged writes: precision {precision}, recall {recall}: {counts}, {flags.own:,} of these by the log reader"
    )


def _print_front_ends(accuracy: Accuracy) -> None:
    write("  front ends of users' agents, by chain grade (none is named where several fit, or the logs show none)")
    names = ["grade", "right", "wrong", "none named", "precision"]
    rows = [[*_numbers(ends), _percent(ends.right, ends.named)] for ends in accuracy.front_ends]
    write_table(names, rows, right=names[1:], always_grid=True)


def _print_reasons(accuracy: Accuracy) -> None:
    unmatched = [cell for cell in accuracy.reasons if cell.truth or cell.answer]
    total = sum(cell.requests for cell in unmatched)
    agree = total - accuracy.wrong_reasons
    write(f"  requests without a sign-in: {agree:,} of {total:,} with the reason that the truth has")
    for cell in unmatched:
        if cell.truth != cell.answer:
            write(f"    {cell.requests:,} with {cell.answer or 'a sign-in'} instead of {cell.truth or 'a sign-in'}")


def _percent(part: int, whole: int) -> str:
    """The share, cut and not rounded, so that 100 % means all."""
    return f"{part * 10_000 // whole / 100:.2f} %" if whole else "none"


def _numbers(row: tuple[Any, ...]) -> list[str]:
    return [f"{value:,}" if isinstance(value, int) else str(value) for value in row]


def _rows(data: Path, query: str) -> list[tuple[Any, ...]]:
    with answer(data, query) as rows:
        _, batches = rows.batches()
        return [row for batch in batches for row in batch]
