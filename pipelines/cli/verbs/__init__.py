"""The verbs and their options, a module for each group. What a verb does is imported when it runs."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines import __version__
from pipelines.cli.call import Call
from pipelines.cli.verbs import (
    access,
    agents,
    alerts,
    answers,
    building,
    dashboards,
    findings,
    reports,
    retention,
    sources,
    upkeep,
)

GROUPS = (sources, building, answers, findings, reports, alerts, agents, dashboards, access, retention, upkeep)
"""Modules with the verbs of a group, in the order of `whoseagent --help`. A new group is a module and a name here."""

app = typer.Typer(
    name="whoseagent",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"whoseagent {__version__}")
        raise typer.Exit


@app.callback(epilog='Example: whoseagent import exports/ && whoseagent run && whoseagent sql "show tables"')
def options(
    context: typer.Context,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The data folder (else WHOSEAGENT_DATA, else data/).")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings (else whoseagent.toml, where it is).")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")] = False,  # noqa: ARG001 - read in start.py
    version: Annotated[  # noqa: ARG001 - its callback has done it
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Says which user's agent made each Microsoft Graph request, out of Microsoft 365 audit logs."""
    context.obj = Call(data, config)


for group in GROUPS:
    app.add_typer(group.verbs)
