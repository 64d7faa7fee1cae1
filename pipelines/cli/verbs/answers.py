"""Verbs that answer from the published tables: `sql`, `who`."""

# ruff: noqa: PLC0415, PLR0913, PLR0917 - what a verb does is imported when it runs; an option is an argument

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.call import settings_of

verbs = typer.Typer()


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


@verbs.command(
    epilog='Example: whoseagent sql "select category, count(*) from sign_ins group by category" --format csv'
)
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
    asking.ask(settings_of(context).data, text, format_.value, out, limit=limit, timeout=timeout)


@verbs.command(epilog="Example: whoseagent who 7102ee2f-97ce-4a12-adca-166a440013f6 --evidence")
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

    data = settings_of(context).data
    raise typer.Exit(attribution.answer_who(data, id_, as_json=as_json, with_originals=evidence))
