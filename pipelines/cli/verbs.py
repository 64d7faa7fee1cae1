"""The verbs and their options. What they do is imported when they run, so that the command starts at once."""

# ruff: noqa: PLC0415, PLR0913, PLR0917 - imports inside functions, for the reason above; an option is an argument

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast
from uuid import UUID

import typer

from pipelines import __version__
from pipelines.catalog.fields import Shape
from pipelines.cli.failure import WRONG_USE, Failure

if TYPE_CHECKING:
    from pipelines.settings import Settings

app = typer.Typer(
    name="whoseagent",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


class SourceName(StrEnum):
    """Where `collect` pulls from."""

    GRAPH = "graph"
    INVENTORY = "inventory"
    LOG_ANALYTICS = "log_analytics"
    STORAGE = "storage"


@dataclass(frozen=True)
class Call:
    """What was given before the verb."""

    data: Path | None
    config: Path | None

    @cached_property
    def settings(self) -> "Settings":
        """The settings of this call. Raises SettingsError."""
        from pipelines.settings import load_settings

        return load_settings(self.config, data=self.data)


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


def _settings(context: typer.Context) -> "Settings":
    return cast(Call, context.obj).settings


@app.command(
    "import", epilog="Example: whoseagent import exports/ signins.json.gz --tenant 11111111-2222-3333-4444-555555555555"
)
def import_(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files and folders.")],
    tenant: Annotated[
        UUID | None,
        typer.Option(metavar="GUID", help="Entra tenant of records that do not name theirs, such as Graph objects."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Land exported files and folders.

    They hold NDJSON, JSON arrays, Graph pages or portal CSV, plain or as .gz, .zst or .zip. Log and shape are
    recognised record by record. The same content a second time changes nothing. Exit code 1 when something in a
    file could not be read, 2 when a path is not there; the rest is imported.
    """
    from pipelines.cli import imports

    settings = _settings(context)
    found = imports.import_paths(settings.data, paths, tenant or settings.tenant_id)
    raise typer.Exit(imports.report(found, as_json=as_json))


@app.command("collect", epilog="Example: whoseagent collect --source storage --from 2026-03-02 --to 2026-03-04")
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

    settings = _settings(context)
    period = collecting.period_of(_day(first, "--from"), _day(last, "--to"))
    collectors = collecting.chosen_collectors(settings, tenant, source.value if source else None)
    do = collecting.show_plan if dry_run else collecting.collect_and_report
    raise typer.Exit(do(settings.data, collectors, period, as_json=as_json))


@app.command(epilog="Example: whoseagent doctor --tenant Contoso")
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

    raise typer.Exit(examine(_settings(context), tenant, as_json=as_json))


@app.command("run", epilog="Example: whoseagent run --from 2026-03-02 --to 2026-03-04")
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

    days = _day(first, "--from"), _day(last, "--to")
    if days[0] and days[1] and days[0] > days[1]:
        raise Failure("--from is after --to; give the earlier day first", WRONG_USE)
    raise typer.Exit(running.run_and_report(_settings(context), *days, as_json=as_json))


def _day(text: str | None, option: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date() if text else None  # noqa: DTZ007 - a day, not a time
    except ValueError:
        raise Failure(f"{option} takes a day such as 2026-03-02", WRONG_USE) from None


@app.command(epilog="Example: whoseagent demo --days 2 --scale 0.2 --keep demo-export")
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
    raise typer.Exit(demonstration.demonstrate(_settings(context), plan))


@app.command(epilog='Example: whoseagent sql "select category, count(*) from sign_ins group by category" --format csv')
def sql(
    context: typer.Context,
    query: Annotated[
        str | None, typer.Argument(metavar="[QUERY]", help="The question, or - to read it from standard input.")
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="How to write the answer.")] = Format.TABLE,
    file: Annotated[Path | None, typer.Option(metavar="F", help="Read the question from a file.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="F", help="Write the answer to a file, whole or not at all.")
    ] = None,
    saved: Annotated[str | None, typer.Option(metavar="NAME", help="Ask a saved question.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the saved questions.")] = False,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Most rows that a table shows.")] = 1000,
    timeout: Annotated[float, typer.Option(min=0.1, max=86_400, metavar="SECONDS", help="Stop after this time.")] = 300,
) -> None:
    """Ask the published tables, read-only.

    One SELECT at a time; nothing else on this machine can be read, and nothing written.

    json is one array with an object a line. In csv, a text that a spreadsheet would run as a formula (it begins
    with = + - @ tab or a line break, and is no number) gets an apostrophe before it. parquet needs --out.
    """
    from pipelines.cli import asking

    if list_:
        asking.list_saved()
        return
    text = asking.query_text(query, file, saved)
    asking.ask(_settings(context).data, text, format_.value, out, limit=limit, timeout=timeout)


@app.command(epilog="Example: whoseagent who 7102ee2f-97ce-4a12-adca-166a440013f6 --evidence")
def who(
    context: typer.Context,
    id_: Annotated[str, typer.Argument(metavar="ID", help="Of a request, token, sign-in, correlation or session.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as one JSON object.")] = False,
    evidence: Annotated[bool, typer.Option("--evidence", help="Print the original records too.")] = False,
) -> None:
    """Say whose agent did it.

    Takes a Graph request id, a token id as GUID or in its 22-character form, a sign-in id, or the correlation or
    session id of sign-ins. Shows the chain from the human's sign-in to the request, how sure each hop is and why, and
    the records it rests on. Put -- before an id that begins with a hyphen. Exit code 1 when the id is not found.
    """
    from pipelines.cli import attribution

    data = _settings(context).data
    raise typer.Exit(attribution.answer_who(data, id_, as_json=as_json, with_originals=evidence))


@app.command(epilog="Example: whoseagent --data /srv/whoseagent verify")
def verify(
    context: typer.Context,
    head: Annotated[
        str | None, typer.Option(metavar="HASH", help="A head hash printed earlier and kept elsewhere.")
    ] = None,
) -> None:
    """Check that the evidence is what was imported.

    Checks every landed file and the chain of the manifest, and prints its head. Exit code 1 when something was
    changed, is missing or was left over, or when nothing has landed.
    """
    from pipelines.cli import verification

    raise typer.Exit(verification.verify_and_report(_settings(context).data, head))


@app.command(epilog="Example: whoseagent dictionary --check")
def dictionary(
    check: Annotated[bool, typer.Option("--check", help="Only say whether the file is up to date.")] = False,
) -> None:
    """Renew sql/DICTIONARY.md from the model files."""
    from pipelines.cli import documenting

    raise typer.Exit(documenting.check() if check else documenting.renew())


@app.command(epilog="Example: whoseagent operations --permissions permissions.json")
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
