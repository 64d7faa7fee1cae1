"""What is fed with hostile input, and what must hold whatever it is given."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import strategies as st

from pipelines.cases.entry import NAMES
from pipelines.cases.log import read_cases
from pipelines.cases.verify import verify_cases
from pipelines.catalog.detect import Detector
from pipelines.catalog.graph import classify, normalise
from pipelines.catalog.token_ids import decode_token_id, encode_token_id, is_guid
from pipelines.chained.lines import ChainError
from pipelines.landing.verify import verify
from pipelines.outputs.who import find_in
from pipelines.settings import SettingsError, load_settings
from pipelines.sources.importing import import_files
from pipelines.warehouse.ask import AskError, answer, open_reader
from pipelines.warehouse.models import ModelError, read_model
from pipelines.warehouse.warehouse import Warehouse
from tests.fuzz import inputs

UNSEEN = "what no question may show"


@dataclass(frozen=True)
class Target:
    """A parser or a guard: what it is given, and a function that raises where it does not withstand that."""

    given: st.SearchStrategy[Any]
    take: Callable[[Any], None]


@contextmanager
def targets(folder: Path) -> Iterator[Mapping[str, Target]]:
    """Name → target; all that they write is in the folder."""
    published = folder / "published"
    Warehouse(published).run()
    secret = folder / "secret.txt"
    secret.write_text(UNSEEN)
    with open_reader(published) as reader:
        yield {
            "kind of a record": Target(inputs.records, _detect),
            "imported file": Target(inputs.files, lambda file: _import(folder / "import", file)),
            "tenant of an import": Target(inputs.texts, lambda tenant: _import_for(folder / "import", tenant)),
            "Graph URI": Target(st.tuples(inputs.texts, inputs.texts), _normalise),
            "token id": Target(inputs.texts, _decode),
            "argument of who": Target(inputs.texts, lambda text: _find(reader, text)),
            "ad hoc SQL": Target(inputs.queries, lambda query: _ask(published, secret, query)),
            "SQL model file": Target(inputs.models, lambda text: _read_model(folder / "model.sql", text)),
            "settings": Target(inputs.settings, lambda text: _read_settings(folder / "settings.toml", text)),
            "triage events": Target(st.binary(max_size=200), lambda line: _read_cases(folder / "cases", line)),
        }


def _detect(record: dict[str, Any]) -> None:
    detector = Detector()
    assert detector.detect(record) == detector.detect(record)


def _import(work: Path, file: tuple[str, bytes], tenant_id: str | None = None) -> None:
    """All that is written is evidence in the data folder, and verifies; the file and what is beside it stay."""
    name, content = file
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    (work / name).write_bytes(content)
    results = list(import_files(work / "data", [work / name], tenant_id=tenant_id))
    assert results
    assert {path.name for path in work.iterdir()} <= {name, "data"}
    assert (work / name).read_bytes() == content
    assert not verify(work / "data").problems


def _import_for(work: Path, tenant_id: str) -> None:
    line = b'{"category":"MicrosoftGraphActivityLogs","properties":{"requestId":"r"}}'
    _import(work, ("a.json", line), tenant_id)


def _normalise(request: tuple[str, str]) -> None:
    uri, method = request
    path = normalise(uri, method)
    assert classify(method, path.rough_template).path_template == path.path_template


def _decode(text: str) -> None:
    found = decode_token_id(text)
    assert found is None or (is_guid(found) and decode_token_id(encode_token_id(found)) == found)


def _find(reader: duckdb.DuckDBPyConnection, text: str) -> None:
    try:
        assert not find_in(reader, text)  # nothing has landed there
    except AskError:
        return


def _ask(published: Path, secret: Path, query: list[tuple[str, str, str]]) -> None:
    """The question is refused or answered, and neither shows nor changes anything but the published tables."""
    parts = (statement.replace("{}", read, 1) + glue for statement, read, glue in query)
    text = "".join(parts).replace("{}", str(secret))
    before = sorted(path for path in secret.parent.rglob("*"))
    try:
        with answer(published, text, timeout_seconds=5) as rows:
            _, batches = rows.batches()
            shown = [row for batch in batches for row in batch[:1000]]
    except AskError as error:
        shown = [(str(error),)]
    assert UNSEEN not in repr(shown)
    assert secret.read_text() == UNSEEN
    assert sorted(path for path in secret.parent.rglob("*")) == before


def _read_model(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", "replace")
    try:
        model = read_model(path)
        assert model.tree is not None
    except ModelError:
        return


def _read_settings(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", "replace")
    try:
        assert load_settings(path) is not None
    except SettingsError:
        return


def _read_cases(data: Path, line: bytes) -> None:
    """A log of any bytes is refused, or found to be none; never taken for a chain that holds."""
    (data / NAMES.file).parent.mkdir(parents=True, exist_ok=True)
    (data / NAMES.file).write_bytes(line + b"\n")
    try:
        assert read_cases(data) is not None
    except ChainError:
        return
    finally:
        assert verify_cases(data).problems
