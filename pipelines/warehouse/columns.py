"""The types of the published columns, as DuckDB derives them from the queries."""

from pathlib import Path
from tempfile import TemporaryDirectory

from pipelines.warehouse.lake import Lake
from pipelines.warehouse.models import Models, of_kind
from pipelines.warehouse.parser import connect
from pipelines.warehouse.relations import Relations
from pipelines.warehouse.snapshot import Snapshot


def column_types(models: Models) -> dict[str, dict[str, str]]:
    """Model → column → DuckDB type, for every model that is published. Raises duckdb.Error for a query that fails."""
    published = of_kind(models, "records", "partition", "view", "table")
    with TemporaryDirectory() as nowhere, connect() as connection:
        snapshot = Snapshot(Lake(Path(nowhere)), models)
        Relations(snapshot, connection).declare([model.name for model in published], [])
        return {
            model.name: {
                name: str(type_) for name, type_, *_ in connection.execute(f"describe {model.name}").fetchall()
            }
            for model in published
        }
