"""Verbs for those who keep it: `verify`, `dictionary`, `operations`."""

# ruff: noqa: PLC0415 - what a verb does is imported when it runs

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.call import given_data, settings_of

verbs = typer.Typer()


@verbs.command(epilog="Example: whoseagent --data /srv/whoseagent verify")
def verify(
    context: typer.Context,
    pack: Annotated[
        Path | None,
        typer.Argument(metavar="PACK", help="An evidence pack, a folder or a .zip, to check in place of the data."),
    ] = None,
    head: Annotated[
        str | None, typer.Option(metavar="HASH", help="A head hash printed earlier and kept elsewhere.")
    ] = None,
) -> None:
    """Check that the evidence is what was imported, or that an evidence pack is what was made.

    Checks every landed file, the chains of the manifest, of the events of cases and of the access log. Exit
    code 1 when something was changed, is missing or was left over, or when nothing has landed.

    With PACK, checks that alone, on any machine; with --data before the verb, also its records against what landed
    there.
    """
    from pipelines.cli import packs, verification

    if pack is not None:
        raise typer.Exit(packs.verify_pack_and_report(pack, given_data(context), head))
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
