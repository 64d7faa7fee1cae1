"""Ad hoc SQL by people: one question at a time over the published file, that reads nothing else and writes nothing.

DuckDB's own lock does not suffice. The lake and the event log of cases must stay readable for the views, and DuckDB
then also writes there: with `COPY … TO`, with EXPLAIN ANALYZE of that, with a COPY inside a WITH of what calls itself a
SELECT, and with such a query hidden in the text that json_execute_serialized_sql runs. So the syntax tree is looked at,
and only what is known to read is let through.
"""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb
import orjson

from pipelines.cases.entry import NAMES as CASES
from pipelines.warehouse.publish import warehouse_path

if TYPE_CHECKING:
    from pyarrow import RecordBatchReader

MEMORY_LIMIT = "2GB"
TIMEOUT_SECONDS = 300.0
_BATCH_ROWS = 10_000

_READING_NODES = {"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"}
_READING_TABLE_FUNCTIONS = re.compile(
    r"range|generate_series|unnest|repeat|glob|summary|read_(parquet|text|blob|csv|json)|parquet_\w+|json_(each|tree)"
    r"|who_did|acts_of_(user|agent)"
    r"|duckdb_(columns|constraints|databases|functions|keywords|schemas|tables|types|views)|pragma_(table_info|version)"
)
_EXPLAIN = re.compile(r"((?:\s|--[^\n]*\n|/\*.*?\*/)*)explain(\s+analyze)?\b", re.IGNORECASE | re.DOTALL)
_ADVICE = "only questions are answered here: one SELECT, WITH, FROM, VALUES, DESCRIBE, SHOW, SUMMARIZE or EXPLAIN"

_Result = TypeVar("_Result")


class AskError(ValueError):
    """The question is wrong, or took too long; the message says what to do."""


class NotPublishedError(AskError):
    """There is no warehouse to ask yet."""


@dataclass(frozen=True)
class Column:
    """A column of an answer, with its DuckDB type."""

    name: str
    type: str


class Rows:
    """An answer. Read it once: by `batches`, or by `arrow`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, query: str, timeout_seconds: float) -> None:
        self._connection = connection
        self._query = query
        self._timeout_seconds = timeout_seconds
        self._deadline = monotonic() + timeout_seconds
        self._pool = ThreadPoolExecutor(max_workers=1)

    def batches(self) -> tuple[tuple[Column, ...], Iterator[list[tuple[Any, ...]]]]:
        """The columns, and the rows as Python values, as they come."""
        result = self._in_time(lambda: self._connection.execute(self._query))
        columns = tuple(Column(str(name), str(type_)) for name, type_, *_ in result.description or ())
        return columns, self._fetch(result)

    def _fetch(self, result: duckdb.DuckDBPyConnection) -> Iterator[list[tuple[Any, ...]]]:
        while batch := self._in_time(lambda: result.fetchmany(_BATCH_ROWS)):
            yield batch

    def arrow(self) -> "tuple[Any, Iterator[Any]]":
        """The pyarrow schema, and the rows as pyarrow record batches, as they come."""
        reader: RecordBatchReader = self._in_time(
            lambda: self._connection.sql(self._query).to_arrow_reader(_BATCH_ROWS)
        )
        return reader.schema, iter(lambda: self._in_time(lambda: next(reader, None)), None)

    def close(self) -> None:
        """Stops what is still at work."""
        self._connection.interrupt()
        self._pool.shutdown()

    def _in_time(self, work: Callable[[], _Result]) -> _Result:
        """What the work gives. It is done in a thread, because Ctrl-C does not reach a thread that waits in DuckDB."""
        future: Future[_Result] = self._pool.submit(work)
        try:
            return future.result(timeout=max(0.0, self._deadline - monotonic()))
        except TimeoutError:
            message = f"stopped after {self._timeout_seconds:g} seconds; ask for fewer days, or allow more time"
            raise AskError(message) from None


def check_query(text: str) -> str:
    """The query, when it is one that only reads. Raises AskError that says what is wrong with it."""
    explain = _EXPLAIN.match(text)
    if explain is None:
        return _check_select(text)
    inner = _check_select(text[explain.end() :])
    return f"explain{explain[2] or ''} {inner}"


def _check_select(text: str) -> str:
    try:
        kinds = [statement.type for statement in duckdb.extract_statements(text)]
    except duckdb.Error as error:
        raise AskError(_in_words(error)) from error
    except ValueError as error:  # a kind of statement that the Python client has no name for
        raise AskError(_ADVICE) from error
    if not kinds:
        raise AskError("there is no question in that; try: show tables")
    if len(kinds) > 1:
        raise AskError(f"that is {len(kinds)} statements; ask one question at a time")
    if kinds[0] == duckdb.StatementType.MULTI:
        raise AskError("a PIVOT needs its values listed: PIVOT … ON column IN ('a', 'b')")
    if kinds[0] != duckdb.StatementType.SELECT:
        raise AskError(f"{kinds[0].name} is not possible; {_ADVICE}")
    _check_tree(_syntax_tree(text))
    return text.strip()


def _syntax_tree(text: str) -> Any:
    with duckdb.connect() as connection:
        (serialized,) = connection.execute("select json_serialize_sql($text)", {"text": text}).fetchone() or ("{}",)
    tree = orjson.loads(serialized)
    if tree.get("error", True) or len(tree["statements"]) != 1:
        raise AskError(f"this cannot be answered here; {_ADVICE}")
    return tree["statements"]


def _check_tree(tree: Any) -> None:
    """Raises AskError for a part that writes, and for a table function that is not known to only read."""
    if isinstance(tree, list):
        for part in tree:
            _check_tree(part)
    if not isinstance(tree, dict):
        return
    kind = tree.get("type")
    if isinstance(kind, str) and kind.endswith("_NODE") and kind not in _READING_NODES:
        raise AskError(f"{kind.removesuffix('_QUERY_NODE').removesuffix('_NODE')} is not possible; {_ADVICE}")
    if kind == "TABLE_FUNCTION":
        name = str(tree["function"].get("function_name", "")).casefold()
        if not _READING_TABLE_FUNCTIONS.fullmatch(name):
            raise AskError(f"the table function {name} is not available here; try: show tables")
    for part in tree.values():
        _check_tree(part)


@contextmanager
def open_reader(data_folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that sees the published file and can read the lake, the events of cases, and nothing else.

    It does not keep SQL from writing there: `check_query` does. Each reader has its own copy of the file, which
    is small: DuckDB would give a second connection of the process what was published when the first was opened, and
    does not attach a file twice. Raises NotPublishedError where nothing is published.
    """
    path = warehouse_path(data_folder)
    if not path.exists():
        raise NotPublishedError(f"nothing is published in {data_folder} yet: run `whoseagent run` first")
    with tempfile.TemporaryDirectory(prefix="whoseagent-") as scratch, _connect(scratch) as connection:
        connection.execute("set global timezone = 'UTC'")  # of its cursors too
        copy = Path(scratch) / path.name
        shutil.copyfile(path, copy)
        connection.execute(f"attach {_quoted(copy)} as warehouse (read_only)")
        connection.execute("use warehouse")
        connection.execute(f"set allowed_directories = [{_quoted(path.parent / 'lake')}]")
        connection.execute(f"set allowed_paths = [{_quoted(path.parent / CASES.file)}]")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield connection


def _connect(scratch: str) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        config={
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": scratch,
            "python_enable_replacements": "false",  # names in SQL never mean variables of this program
            "allow_persistent_secrets": "false",
            "allow_community_extensions": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    )


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


@contextmanager
def answer(data_folder: Path, text: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> Iterator[Rows]:
    """The answer to a question over the published file, while the with-block lasts.

    Raises AskError for a question that is wrong, not allowed, or takes longer than the timeout, on entry or while the
    answer is read.
    """
    query = check_query(text)
    with open_reader(data_folder) as connection:
        rows = Rows(connection, query, timeout_seconds)
        try:
            yield rows
        except duckdb.Error as error:
            raise AskError(_in_words(error)) from error
        finally:
            rows.close()


def _in_words(error: duckdb.Error) -> str:
    if isinstance(error, duckdb.PermissionException):
        return "the question reads outside the published tables; if the data folder was moved, run `whoseagent run`"
    if isinstance(error, duckdb.OutOfMemoryException):
        return f"the question needs more than {MEMORY_LIMIT} of memory; ask for fewer days or columns"
    message, _, place = str(error).partition("\n\n")
    line = place.splitlines()[0] if place.startswith("LINE ") else ""
    return "; ".join(part for part in (" ".join(message.split()), " ".join(line.split())) if part)
