"""The verb of the access log: `access`."""

# ruff: noqa: PLC0415 - what a verb does is imported when it runs

from typing import Annotated

import typer

from pipelines.cli.call import day_of, settings_of

verbs = typer.Typer()


@verbs.command(epilog="Example: whoseagent access --from 2026-03-02 --actor alex@contoso.com")
def access(
    context: typer.Context,
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help="First day (UTC).")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last day (UTC).")] = None,
    actor: Annotated[str | None, typer.Option(metavar="NAME", help="Of this person alone: name or object id.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """List who looked at what in the dashboard, who was told whose pseudonym is whose, and why."""
    from pipelines.cli import access as access_log

    access_log.show(settings_of(context).data, day_of(first, "--from"), day_of(last, "--to"), actor, as_json=as_json)
