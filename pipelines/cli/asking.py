"""`whoseagent sql`."""

import io
import sys
from pathlib import Path
from typing import Any, Literal, TextIO

from pipelines.cli import formats
from pipelines.cli.failure import WRONG_USE, Failure
from pipelines.cli.show import count, plain, say
from pipelines.cli.tables import write_table
from pipelines.warehouse.ask import Rows, answer
from pipelines.warehouse.models import Model, load_models, of_kind

Format = Literal["table", "csv", "json", "parquet"]


def query_text(query: str | None, file: Path | None, saved: str | None) -> str:
    """The question, from the one place that the user gave."""
    given = [place for place in (query, file, saved) if place is not None]
    if len(given) != 1:
        raise Failure(
            "give one question: as QUERY, as - for standard input, by --file F, or by --saved NAME", WRONG_USE
        )
    if saved is not None:
        return _saved_question(saved).sql
    if query == "-":
        return sys.stdin.read()
    if file is None:
        return str(query)
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{plain(str(file))} cannot be read as text; --file names a file with SQL", WRONG_USE) from error


def _saved_question(name: str) -> Model:
    questions = {model.name: model for model in of_kind(load_models(), "query")}
    if name not in questions:
        raise Failure(f"there is no saved question {plain(name)}; the names are {', '.join(questions)}", WRONG_USE)
    return questions[name]


def list_saved() -> None:
    """Prints the saved questions."""
    rows = [(model.name, " ".join(model.header.description.split())) for model in of_kind(load_models(), "query")]
    write_table(["name", "question"], sorted(rows), always_grid=True)


def ask(data_folder: Path, query: str, format_: Format, out: Path | None, *, limit: int, timeout: float) -> None:
    """Prints the answer, or writes it to `out`."""
    if format_ == "parquet" and out is None:
        raise Failure("Parquet is no text: name a file with --out F", WRONG_USE)
    if format_ == "table" and out is not None:
        raise Failure("--out needs --format csv, json or parquet", WRONG_USE)
    if out is not None and not out.resolve().parent.is_dir():
        raise Failure(f"the folder of {plain(str(out))} is not there; create it first", WRONG_USE)
    with answer(data_folder, query, timeout_seconds=timeout) as rows:
        if format_ == "table":
            _print_table(rows, limit)
        elif out is None:
            _write_text(rows, format_, sys.stdout)
        else:
            _write_file(rows, format_, out)


def _print_table(rows: Rows, limit: int) -> None:
    columns, batches = rows.batches()
    names = [column.name for column in columns]
    shown: list[tuple[Any, ...]] = []
    for batch in batches:
        shown += batch
        if len(shown) > limit:
            break
    if names[-1:] == ["explain_value"]:
        for row in shown:
            sys.stdout.write(f"{row[-1]}\n")
        return
    numbers = [column.name for column in columns if column.type.endswith(("INT", "INTEGER", "DOUBLE"))]
    write_table(names, shown[:limit], right=numbers)
    if len(shown) > limit:
        say(f"only the first {count(limit, 'row')} are shown; --limit N shows more, --format csv gives all")


def _write_text(rows: Rows, format_: Format, stream: TextIO) -> None:
    columns, batches = rows.batches()
    write = formats.write_csv if format_ == "csv" else formats.write_json_rows
    write([column.name for column in columns], batches, stream)


def _write_file(rows: Rows, format_: Format, out: Path) -> None:
    with formats.written_whole(out) as stream:
        if format_ == "parquet":
            formats.write_parquet(*rows.arrow(), stream)  # type: ignore[arg-type]
        else:
            text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
            _write_text(rows, format_, text)
            text.detach()
