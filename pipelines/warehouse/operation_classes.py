"""The relation `operation_classes`: what each kind of Graph request among the declared days does to whose data."""

import duckdb

from pipelines.warehouse.models import OPERATION_CLASSES

_PAIRS = """
    select distinct coalesce(method, '') as method, rough_template
    from staged_graph_activity
    where rough_template is not null
"""


def declare_operation_classes(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the table, for the distinct pairs of method and rough template that `staged_graph_activity` now holds.

    A day of millions of requests has some thousand pairs: only these go through Python.
    """
    import polars as pl  # noqa: PLC0415 - slow to import, and most that declare relations do not need it

    from pipelines.catalog.graph import classify_all  # noqa: PLC0415 - the same

    schema = {"method": pl.String, "rough_template": pl.String}
    classes = classify_all(pl.DataFrame(connection.execute(_PAIRS).fetchall(), schema=schema, orient="row"))
    connection.register("classified_pairs", classes)
    connection.execute(f"create or replace table {OPERATION_CLASSES} as select * from classified_pairs")
    connection.unregister("classified_pairs")
