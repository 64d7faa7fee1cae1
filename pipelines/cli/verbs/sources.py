"""Verbs that bring records in: `import`, `collect`, `doctor`."""

# ruff: noqa: PLC0415, PLR0917 - what a verb does is imported when it runs; an option is an argument

from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from pipelines.cli.call import day_of, settings_of

verbs = typer.Typer()


class SourceName(StrEnum):
    """Where `collect` pulls from."""

    GRAPH = "graph"
    INVENTORY = "inventory"
    LOG_ANALYTICS = "log_analytics"
    STORAGE = "storage"


@verbs.command(
    "import", epilog="Example: whoseagent import exports/ signins.json.gz --tenant 11111111-2222-3333-4444-555555555555"
)
def import_(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files and folders.")],
    tenant: Annotated[
        UUID | None,
        typer.Option(metavar="GUID", help="Entra tenant of records that do not name theirs, such as Graph objects."),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Land also what `retain` has removed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Land exported files and folders.

    They hold NDJSON, JSON arrays, Graph pages or portal CSV, plain or as .gz, .zst or .zip. Log and shape are
    recognised record by record. The same content a second time changes nothing. Exit code 1 when something in a
    file could not be read, 2 when a path is not there; the rest is imported.
    """
    from pipelines.cli import imports

    settings = settings_of(context)
    found = imports.import_paths(settings.data, paths, tenant or settings.tenant_id, again=again)
    raise typer.Exit(imports.report(found, as_json=as_json))


@verbs.command("collect", epilog="Example: whoseagent collect --source storage --from 2026-03-02 --to 2026-03-04")
def collect_(
    context: typer.Context,
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="DAY", help="Pull the days from this one on, as 2026-03-02."),
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last day to pull; else today.")] = None,
    tenant: Annotated[str | None, typer.Option(metavar="NAME_OR_ID", help="Only this tenant.")] = None,
    source: Annotated[SourceName | None, typer.Option(help="Only this source.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be pulled.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Pull what is new from the sources that the settings name.

    Each goes on from where it was; a source or tenant that fails stops no other. Killed at any instant, the next call
    pulls what did not land. Exit code 1 when something could not be pulled; the rest has landed.
    """
    from pipelines.cli import collecting

    settings = settings_of(context)
    period = collecting.period_of(day_of(first, "--from"), day_of(last, "--to"))
    collectors = collecting.chosen_collectors(settings, tenant, source.value if source else None)
    do = collecting.show_plan if dry_run else collecting.collect_and_report
    raise typer.Exit(do(settings.data, collectors, period, as_json=as_json))


@verbs.command(epilog="Example: whoseagent doctor --tenant Contoso")
def doctor(
    context: typer.Context,
    tenant: Annotated[str | None, typer.Option(metavar="NAME_OR_ID", help="Only this tenant.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Check configuration, permissions and lag.

    Looks at the data folder and what is published, and asks each source that the settings name for a token, and
    once for everything that is pulled from it. Pulls nothing. Says what to grant, least privilege first; without
    settings, how to connect a tenant. Exit code 1 when something was refused or failed, or nothing is configured.
    """
    from pipelines.cli.doctor import examine

    raise typer.Exit(examine(settings_of(context), tenant, as_json=as_json))
