"""Few models: what some rest on, or a made-up house of records with and without event days and what rests on both."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from pipelines.warehouse import models as model_files
from pipelines.warehouse.models import Models, load_models, of_kind, upstream

DAYLESS = "directory_audit_records"
"""Records without event_at here, as those of directory objects are."""

_RECORDS = {"directory_audits": DAYLESS, "graph_activity": "graph_activity_records"}
_MODELS = {
    "requests": """
        /*
        description: Requests, a file a day.
        kind: partition
        grain: [request_id]
        */
        select request_id -- request
        from graph_activity_records
        """,
    "objects": """
        /*
        description: Objects without event days.
        kind: view
        grain: [object_id]
        not_null: [object_id]
        */
        select audit_id as object_id -- object
        from directory_audit_records
        """,
    "files": """
        /*
        description: Landed files.
        kind: table
        grain: [landed_file]
        */
        select
            manifest.landed_file, -- file
            manifest.landed, -- lines
            ledger.parsed -- rows
        from manifest
        left join ledger on manifest.landed_file = ledger.landed_file
        """,
    "object_count": """
        /*
        description: A table over the view.
        kind: table
        */
        select count(*) as objects -- objects
        from objects
        """,
    "requests_and_objects": """
        /*
        description: A view with days, over what has days and over tables.
        kind: view
        grain: [request_id]
        not_null: [objects]
        */
        select
            requests.request_id, -- request
            requests.day, -- event day
            object_count.objects, -- all objects
            (select count(*) from files) as files -- all files
        from requests
        cross join object_count
        """,
}


def small_models(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Models:
    """The models, read from files in the folder, which stands for `sql/` from now on."""
    real, sql = model_files.sql_folder(), folder / "sql"
    (sql / "staging" / "diagnostic").mkdir(parents=True)
    (sql / "marts").mkdir()
    for table, records in _RECORDS.items():
        shutil.copy(real / "staging" / "diagnostic" / f"{table}.sql", sql / "staging" / "diagnostic")
        shutil.copy(real / "staging" / f"{records}.sql", sql / "staging")
    dayless = sql / "staging" / f"{DAYLESS}.sql"
    lines = dayless.read_text(encoding="utf-8").splitlines(keepends=True)
    dayless.write_text("".join(line for line in lines if not line.startswith("event_at:")), encoding="utf-8")
    for name, text in _MODELS.items():
        (sql / "marts" / f"{name}.sql").write_text(text.strip(), encoding="utf-8")
    monkeypatch.setattr(model_files, "sql_folder", lambda: sql)
    return load_models()


def resting_on(models: Models, names: Iterable[str]) -> Models:
    """The models with these names, what they rest on, and every source: a run over few models takes a moment."""
    wanted = {model.name for model in (*of_kind(models, "source"), *upstream(models, names))}
    return {name: model for name, model in models.items() if name in wanted}
