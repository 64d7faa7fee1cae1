"""The verbs for reviewers: `report`."""

# ruff: noqa: PLC0415, PLR0913, PLR0917 - what a verb does is imported when it runs; an option is an argument

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.call import day_of, settings_of

verbs = typer.Typer()


@verbs.command(epilog="Example: whoseagent report --from 2026-03-01 --to 2026-03-31 --out report-2026-03")
def report(
    context: typer.Context,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="First event day (UTC), as 2026-03-02.")],
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="Last event day (UTC).")],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="New or empty folder; of a pack, a new folder or .zip.")
    ],
    tenant: Annotated[
        str | None, typer.Option("--tenant", metavar="TENANT", help="Of this tenant: id, or name in the settings.")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="Print it as PDF too, by the machine's Chromium.")] = True,
    pack: Annotated[
        bool, typer.Option("--pack", help="Write an evidence pack, a folder or a .zip, with the report in it.")
    ] = False,
    with_files: Annotated[
        bool, typer.Option("--with-files", help="In a pack: whole landed files too, which prove its records offline.")
    ] = False,
) -> None:
    """Write the compliance report of a period.

    Population, completeness, coverage, new and changed agents, app-only writes, findings and their handling, controls,
    evidence, limits, and the query behind every number. The same published data gives the same files. They are written
    whole or not at all. An evidence pack adds every table as CSV and Parquet, the original records behind each
    exception, and hashes of it all. Exit code 1 when nothing of the period is published.
    """
    from pipelines.cli import reporting

    days = reporting.days(day_of(first, "--from"), day_of(last, "--to"))
    form = reporting.Form(with_pdf=pdf, is_pack=pack, with_files=with_files)
    reporting.write_period(settings_of(context), days, tenant, out, form)
