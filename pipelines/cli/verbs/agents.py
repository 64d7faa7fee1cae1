"""The verbs of the registry of apps: `agents …`."""

# ruff: noqa: PLC0415, PLR0913, PLR0917 - what a verb does is imported when it runs; an option is an argument

from typing import Annotated
from uuid import UUID

import typer

from pipelines.cli.call import day_of, settings_of

verbs = typer.Typer()
agents = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
verbs.add_typer(agents, name="agents")

AppId = Annotated[UUID, typer.Argument(metavar="APP_ID", help="App (client) id.")]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who does it (else the user of this system).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@agents.callback(epilog="Example: whoseagent agents list")
def agents_(context: typer.Context) -> None:
    """Keep the registry of agents and sanctioned apps.

    Without a verb: the registry. What it says of an app stands in known_apps after the next run; where the settings
    register the same app, they win.
    """
    if context.invoked_subcommand is None:
        from pipelines.cli import agents as registry

        registry.show_list(settings_of(context), as_json=False)


@agents.command("list", epilog="Example: whoseagent agents list --json")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List what is registered, here and in the settings."""
    from pipelines.cli import agents as registry

    registry.show_list(settings_of(context), as_json=as_json)


@agents.command(
    epilog="Example: whoseagent agents register 3b0f9c5e-3d0b-4f0e-9d53-0c8f6f7f2a11 --name 'Mail helper' "
    "--owner 'Messaging team' --sanctioned --reason 'Approved by the board' --until 2026-12-31"
)
def register(
    context: typer.Context,
    app_id: AppId,
    owner: Annotated[str, typer.Option(metavar="NAME", help="Who answers for it.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it is registered.")],
    until: Annotated[str, typer.Option(metavar="DAY", help="Last day (UTC) on which it holds; within a year.")],
    name: Annotated[str | None, typer.Option(metavar="NAME", help="What it is called.")] = None,
    agent: Annotated[bool, typer.Option("--agent/--no-agent", help="Whether it is an agent.")] = True,
    sanctioned: Annotated[
        bool | None, typer.Option("--sanctioned/--not-sanctioned", help="Whether it is allowed; else nobody said.")
    ] = None,
    ticket: Annotated[str | None, typer.Option(metavar="TEXT", help="Where it was decided.")] = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Say of an app what it is, until a day.

    Again for the same app, it says so instead. The settings win where they register it too.
    """
    from pipelines.cases.triage import Review
    from pipelines.cli import agents as registry
    from pipelines.cli.suppressing import expiry

    review = Review(owner, reason, ticket, expiry(day_of(until, "--until")))
    app = registry.App(str(app_id), name, agent, sanctioned)
    registry.register(settings_of(context), app, review, by, as_json=as_json)


@agents.command(epilog="Example: whoseagent agents unregister 3b0f9c5e-3d0b-4f0e-9d53-0c8f6f7f2a11 --reason 'Retired'")
def unregister(
    context: typer.Context,
    app_id: AppId,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it is taken out.")],
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Take an app out of the registry.

    Exit code 1 when it is not in it.
    """
    from pipelines.cli import agents as registry

    registry.unregister(settings_of(context), str(app_id), reason, by, as_json=as_json)
