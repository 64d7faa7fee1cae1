"""Verbs that build the tables: `run`, `demo`."""

# ruff: noqa: PLC0415, PLR0917 - what a verb does is imported when it runs; an option is an argument

from pathlib import Path
from typing import Annotated

import typer

from pipelines.catalog.fields import Shape
from pipelines.cli.call import day_of, settings_of
from pipelines.cli.failure import WRONG_USE, Failure

verbs = typer.Typer()


@verbs.command("run", epilog="Example: whoseagent run --from 2026-03-02 --to 2026-03-04")
def run_(
    context: typer.Context,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="First event day to build, as 2026-03-02.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last event day to build.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Type what has landed and publish it.

    Builds the event days that have something new, and swaps in a fresh warehouse.duckdb. Exit code 1 when a
    check failed or a line is not accounted for.
    """
    from pipelines.cli import running

    days = day_of(first, "--from"), day_of(last, "--to")
    if days[0] and days[1] and days[0] > days[1]:
        raise Failure("--from is after --to; give the earlier day first", WRONG_USE)
    raise typer.Exit(running.run_and_report(settings_of(context), *days, as_json=as_json))


@verbs.command(epilog="Example: whoseagent demo --days 2 --scale 0.2 --keep demo-export")
def demo(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=31, help="Days of activity.")] = 3,
    scale: Annotated[float, typer.Option(min=0.1, max=20, help="Size; 1 is 330 people and 44,000 requests.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Another seed gives other tenants.")] = 7,
    shape: Annotated[Shape | None, typer.Option(help="The one shape of all records that have it.")] = None,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write export and truth to this new or empty folder.")
    ] = None,
    inventory: Annotated[bool, typer.Option(help="Import the directory inventory besides the logs.")] = True,
) -> None:
    """Run the pipeline on two synthetic tenants of known truth.

    Makes up their logs, imports them, runs, and answers which user's agent did what. Then compares the tables with
    what was written, and the answers with the truth, which the pipeline never sees. Needs no credentials. Works in
    demo/ below the data folder, which it makes anew, apart from real data. Exit code 1 when an answer is wrong.
    """
    from pipelines.cli import demonstration

    plan = demonstration.Plan(days=days, seed=seed, scale=scale, shape=shape, keep=keep, inventory=inventory)
    raise typer.Exit(demonstration.demonstrate(settings_of(context), plan))
