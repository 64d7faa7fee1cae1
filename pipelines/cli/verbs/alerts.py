"""The verbs of alerts: `alert test`, `alert send`, `alert status`."""

# ruff: noqa: PLC0415 - what a verb does is imported when it runs

from typing import Annotated

import typer

from pipelines.cli.call import settings_of

verbs = typer.Typer()
alert = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
verbs.add_typer(alert, name="alert", help="Send new and reopened findings to the routes of the settings.")

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@alert.command("test", epilog="Example: whoseagent alert test soc")
def test_(
    context: typer.Context,
    route: Annotated[str, typer.Argument(metavar="ROUTE", help="A name of the settings.")],
) -> None:
    """Send an alert that says that it is none.

    One attempt, whatever severities and rules the route wants. Exit code 1 when the receiver did not take it.
    """
    from pipelines.cli import alerting

    raise typer.Exit(alerting.test_and_report(settings_of(context), route))


@alert.command(epilog="Example: whoseagent alert send")
def send(context: typer.Context, as_json: Json = False) -> None:
    """Send what is due, as `whoseagent run` does at its end.

    Each route gets what it wants and does not have yet, once. Exit code 1 when a receiver did not take something; the
    next time tries again.
    """
    from pipelines.cli import alerting

    raise typer.Exit(alerting.send_and_report(settings_of(context), as_json=as_json))


@alert.command(epilog="Example: whoseagent alert status --json")
def status(context: typer.Context, as_json: Json = False) -> None:
    """Show for each route its last delivery, what waits, and its last failure."""
    from pipelines.cli import alerting

    raise typer.Exit(alerting.show_status(settings_of(context), as_json=as_json))
