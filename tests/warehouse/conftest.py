"""A data folder to land synthetic records in, and what came of them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest

from pipelines.catalog.detect import Detector
from pipelines.landing.manifest import Entry, Kind
from pipelines.landing.writer import Landing, Source
from pipelines.warehouse.models import Models, load_models, read_model
from pipelines.warehouse.warehouse import Warehouse

Json = dict[str, Any]


class Folder:
    """A data folder, and its warehouse."""

    def __init__(self, path: Path, models: Models) -> None:
        self.path = path
        self.warehouse = Warehouse(path, models)

    def land(self, *records: Json | bytes, name: str = "export.ndjson", tenant_id: str | None = None) -> list[Entry]:
        """Lands records, or lines that are records already, as one batch; the entries that are new."""
        detector = Detector()
        with Landing(self.path).batch(Source("file", name, tenant_id)) as batch:
            for record in records:
                line = record if isinstance(record, bytes) else orjson.dumps(record)
                batch.add(detector.detect(orjson.loads(line)).kind, line)
        return [landed.entry for landed in batch.landed if landed.is_new]

    def land_unreadable(self, *lines: bytes, reason: str = "invalid_json") -> Entry:
        """Lands lines that are no records."""
        with Landing(self.path).batch(Source("file", "broken.ndjson")) as batch:
            for line in lines:
                batch.add(Kind("unreadable", "", reason=reason), line)
        return batch.landed[0].entry

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query over the published file."""
        with duckdb.connect(str(self.warehouse.path), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def lake_files(self) -> set[str]:
        """All Parquet files of the lake, below it."""
        folder = self.warehouse.lake.folder
        return {str(path.relative_to(folder)) for path in folder.rglob("*.parquet")}


@pytest.fixture(scope="session")
def models() -> Models:
    """The models of this checkout."""
    return load_models()


@pytest.fixture(scope="session")
def make_folder(models: Models) -> Callable[[Path], Folder]:
    """Makes a data folder of a path."""
    return lambda path: Folder(path, models)


@pytest.fixture
def folder(tmp_path: Path, models: Models) -> Folder:
    """An empty data folder."""
    return Folder(tmp_path / "data", models)


@pytest.fixture
def folder_with(tmp_path: Path, models: Models) -> Callable[..., Folder]:
    """An empty data folder with one more model, given as the text of its file."""

    def make(name: str, text: str) -> Folder:
        path = tmp_path / f"{name}.sql"
        path.write_text(text)
        return Folder(tmp_path / "data", {**models, name: read_model(path)})

    return make


@pytest.fixture
def changed(models: Models) -> Callable[[str], Models]:
    """The models with another query, of the same meaning, in one of them."""

    def change(name: str) -> Models:
        model = models[name]
        return {**models, name: replace(model, sql=model.sql + "\n-- changed")}

    return change


@pytest.fixture
def request_record() -> Callable[..., Json]:
    """A Graph request in its envelope, on a day."""

    def make(request_id: str | None = "r", day: str = "2026-03-02", **properties: Any) -> Json:
        fields = {"requestId": request_id, "timeGenerated": f"{day}T08:00:00Z", "tenantId": "t", **properties}
        return {"category": "MicrosoftGraphActivityLogs", "time": f"{day}T08:00:00Z", "properties": fields}

    return make


@pytest.fixture
def sign_in_record() -> Callable[..., Json]:
    """A sign-in in its envelope, on a day."""

    def make(sign_in_id: str | None = "s", day: str = "2026-03-02", **properties: Any) -> Json:
        fields = {"id": sign_in_id, "createdDateTime": f"{day}T08:00:00Z", **properties}
        return {"category": "SignInLogs", "tenantId": "t", "time": f"{day}T08:10:00Z", "properties": fields}

    return make
