"""Verbs of retention: `retain`, `hold …`."""

# ruff: noqa: PLC0415, PLR0913, PLR0917 - what a verb does is imported when it runs; an option is an argument

from typing import Annotated
from uuid import UUID

import typer

from pipelines.cli.call import day_of, settings_of

verbs = typer.Typer()
hold = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
verbs.add_typer(hold, name="hold")

By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who does it (else the user of this system).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
HoldName = Annotated[str, typer.Argument(metavar="NAME", help="What the hold is called.")]


@verbs.command(epilog="Example: whoseagent retain --days 365 --dry-run")
def retain(
    context: typer.Context,
    days: Annotated[
        int | None, typer.Option(min=1, help="Days that stay in the tables (else days in [retention] of the settings).")
    ] = None,
    table: Annotated[
        list[str] | None, typer.Option(metavar="LOG", help="Remove evidence of this log only; may be repeated.")
    ] = None,
    hold: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Go on only where this hold is in force; may be repeated. All are kept."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Keep less than what agents and rules look at.")] = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Remove evidence that is older than is to be kept.

    Older event days leave the tables, and landed files go when nothing of them is held, looked back to, or newer. What
    went stays counted in landed_files and expired_days, and stands in the manifest, so that `verify` still holds.

    A day is in the tables with all its logs or not at all: --table limits which landed files go, and [retention.tables]
    of the settings keeps the evidence of a log for longer.
    """
    from pipelines.cli import retaining

    names = {"tables": tuple(table or ()), "holds": tuple(hold or ())}
    order = retaining.Order(days, is_dry=dry_run, is_sure=yes, is_forced=force, by=by, **names)
    raise typer.Exit(retaining.retain_and_report(settings_of(context), order, as_json=as_json))


@hold.callback(epilog="Example: whoseagent hold list")
def hold_(context: typer.Context) -> None:
    """Keep event days from being removed. Without a verb: the holds in force."""
    if context.invoked_subcommand is None:
        from pipelines.cli import holding

        holding.show_list(settings_of(context).data, as_json=False)


@hold.command("list", epilog="Example: whoseagent hold list --json")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the holds in force."""
    from pipelines.cli import holding

    holding.show_list(settings_of(context).data, as_json=as_json)


@hold.command(
    epilog="Example: whoseagent hold add 'Case 7' --from 2026-03-02 --to 2026-03-04 --owner Legal --reason 'Claim'"
)
def add(
    context: typer.Context,
    name: HoldName,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="First event day, as 2026-03-02.")],
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="Last event day.")],
    owner: Annotated[str, typer.Option(metavar="NAME", help="Who answers for it.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why the days have to stay.")],
    tenant: Annotated[UUID | None, typer.Option(metavar="GUID", help="The one tenant that it holds.")] = None,
    app: Annotated[str | None, typer.Option(metavar="ID", help="App that it is about; narrows nothing.")] = None,
    user: Annotated[str | None, typer.Option(metavar="ID", help="User that it is about; narrows nothing.")] = None,
    ticket: Annotated[str | None, typer.Option(metavar="TEXT", help="Where it was decided.")] = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Place a legal hold: whole days stay, with all that they look back to, until it is released.

    The app and user are written down for people: a landed file has no holes, and the chain of a request leads over
    sign-ins of others.
    """
    from pipelines.cli import holding

    days = {"first_day": day_of(first, "--from"), "last_day": day_of(last, "--to")}
    scope = {"tenant_id": str(tenant) if tenant else None, "app_id": app, "user_id": user}
    event = {"name": name, **days, **scope, "owner": owner, "reason": reason, "ticket": ticket}
    holding.place(settings_of(context).data, event, by, as_json=as_json)


@hold.command(epilog="Example: whoseagent hold release 'Case 7' --reason Settled")
def release(
    context: typer.Context,
    name: HoldName,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it ends.")],
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Release a legal hold. What only it has kept goes with the next `retain`."""
    from pipelines.cli import holding

    holding.release(settings_of(context).data, name, reason, by, as_json=as_json)
