"""Verbs for those who keep it: `verify`, `dictionary`, `operations`."""

# ruff: noqa: PLC0415 - what a verb does is imported when it runs

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.call import settings_of

verbs = typer.Typer()


@verbs.command(epilog="Example: whoseagent --data /srv/whoseagent verify")
def verify(
    context: typer.Context,
    head: Annotated[
        str | None, typer.Option(metavar="HASH", help="A head hash printed earlier and kept elsewhere.")
    ] = None,
) -> None:
    """Check that the evidence is what was imported.

    Checks every landed file, the chain of the manifest, and that of the events of cases, and prints their heads. Exit
    code 1 when something was changed, is missing or was left over, or when nothing has landed.
    """
    from pipelines.cli import verification

    raise typer.Exit(verification.verify_and_report(settings_of(context).data, head))


@verbs.command(epilog="Example: whoseagent dictionary --check")
def dictionary(
    check: Annotated[bool, typer.Option("--check", help="Only say whether the file is up to date.")] = False,
) -> None:
    """Renew sql/DICTIONARY.md from the model files."""
    from pipelines.cli import documenting

    raise typer.Exit(documenting.check() if check else documenting.renew())


@verbs.command(epilog="Example: whoseagent operations --permissions permissions.json")
def operations(
    permissions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The permissions.json of microsoft-graph-devx-content to count over."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Show how Graph operations are classified.

    Counts the operations of Microsoft's permission map by whose data they touch, and those writes on user data that
    an app may do without a user; without a map, the operations of the installed msgraph-sdk.
    """
    from pipelines.cli import operations as reports

    if permissions is None:
        reports.report_sdk(as_json=as_json)
    else:
        reports.report_permission_map(permissions, as_json=as_json)
