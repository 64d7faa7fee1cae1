"""The heart: whatever order, number and size of the files that records come in, the tables are the same."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import duckdb
import orjson
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipelines.catalog.token_ids import encode_token_id
from tests.small_models import resting_on
from tests.warehouse.conftest import Folder

if TYPE_CHECKING:
    from pipelines.warehouse.models import Models
    from tests.warehouse.conftest import Json

TENANTS = ["5a1c3c6e-8f0b-4a6e-9d55-2f1f8f3d7b01", "5a1c3c6e-8f0b-4a6e-9d55-2f1f8f3d7b02"]
IDS = [f"0f1e2d3c-4b5a-4697-8899-aabbccddee{number:02x}" for number in range(4)]
TABLES = ("staged_sign_ins", "staged_directory_audits", "staged_graph_activity", "sign_ins", "completeness")
WHERE_IT_STANDS = ("landed_file", "records_file", "row_number")

ids = st.sampled_from([*IDS, None, "00000000-0000-0000-0000-000000000000"])
times = st.sampled_from(["2026-03-02T23:59:59.9999999Z", "2026-03-03T00:00:00Z", "2026-03-02T08:00:00Z", None, "never"])
tenants = st.sampled_from([*TENANTS, None])
users = st.sampled_from(["user-1", "User-2", "", None])


def envelope(category: str, tenant: str | None, properties: Json) -> Json:
    return {"category": category, "tenantId": tenant, "time": "2026-03-03T01:00:00Z", "properties": properties}


def redelivered(record: Json) -> Json:
    """T22: the same record again, the envelope's time fresh; elsewhere only the bytes differ."""
    if "properties" in record:
        return {**record, "time": "2026-03-03T02:00:00Z"}
    return dict(reversed(record.items()))


def sign_in(identifier: str | None, time: str | None, tenant: str | None, user: str | None) -> Iterator[Json]:
    """One sign-in in every shape."""
    token = encode_token_id(identifier) if identifier else None
    status = {"errorCode": 0, "failureReason": "Other."}
    properties = {"id": identifier, "createdDateTime": time, "userId": user, "uniqueTokenIdentifier": token}
    yield envelope("SignInLogs", tenant, {**properties, "status": status, "ipAddress": "192.0.2.1"})
    row = {"Type": "SigninLogs", "Id": identifier, "CreatedDateTime": time, "UserId": user, "AADTenantId": tenant}
    yield {**row, "ResultType": "0", "IsInteractive": True}
    yield {name: value or "" for name, value in row.items()} | {"UniqueTokenIdentifier": token or ""}
    graph = {"signInEventTypes": ["interactiveUser"], "appId": None, "ipAddress": "192.0.2.1", "status": status}
    yield {**properties, **graph}


def audit(identifier: str | None, time: str | None, tenant: str | None, user: str | None) -> Iterator[Json]:
    """One directory audit event in every shape."""
    initiator = {"user": {"id": user}, "app": None}
    properties = {"id": identifier, "activityDateTime": time, "initiatedBy": initiator, "result": "success"}
    yield envelope("AuditLogs", tenant, properties)
    row = {"Type": "AuditLogs", "Id": identifier, "ActivityDateTime": time, "AADTenantId": tenant, "Result": "success"}
    yield {**row, "InitiatedBy": initiator}
    yield {name: value or "" for name, value in row.items()}
    yield properties


def request(identifier: str | None, time: str | None, tenant: str | None, user: str | None) -> Iterator[Json]:
    """One Graph request in every shape that there is."""
    properties = {"requestId": identifier, "timeGenerated": time, "tenantId": tenant, "userId": user, "c_Sid": "s"}
    yield envelope("MicrosoftGraphActivityLogs", None, properties)
    row = {"Type": "MicrosoftGraphActivityLogs", "RequestId": identifier, "TimeGenerated": time, "UserId": user}
    yield {**row, "AadTenantId": tenant, "ResponseStatusCode": 200}
    yield {name: value or "" for name, value in row.items()}


@st.composite
def deliveries(draw: st.DrawFn) -> list[bytes]:
    """Lines that a few events were delivered as. No two are equal: a line that is, lands once if it comes alone."""
    lines: list[bytes] = []
    for _ in range(draw(st.integers(1, 4))):
        make = draw(st.sampled_from([sign_in, audit, request]))
        shapes = list(make(draw(ids), draw(times), draw(tenants), draw(users)))
        for shape in draw(st.lists(st.sampled_from(shapes), min_size=1, max_size=3)):
            lines += [orjson.dumps(each) for each in ([shape, redelivered(shape)] if draw(st.booleans()) else [shape])]
    return list(dict.fromkeys(lines))


@pytest.fixture(scope="module")
def few_models(models: Models) -> Models:
    return resting_on(models, (*TABLES, "landed_files"))


def splits(lines: list[bytes]) -> st.SearchStrategy[list[list[bytes]]]:
    """The lines in some order, cut into files."""

    def cut(pair: tuple[list[bytes], list[int]]) -> list[list[bytes]]:
        numbered = zip(*pair, strict=True)
        return [[line for line, _ in part] for _, part in groupby(numbered, key=lambda item: item[1])]

    numbers = st.lists(st.integers(0, 3), min_size=len(lines), max_size=len(lines)).map(sorted)
    return st.tuples(st.permutations(lines), numbers).map(cut)


def tables(folder: Folder) -> dict[str, list[tuple[Any, ...]]]:
    """The published rows, without what only says where they stand."""
    with duckdb.connect(str(folder.warehouse.path), read_only=True) as connection:
        contents = {}
        for table in TABLES:
            names = [row[0] for row in connection.execute(f"describe {table}").fetchall()]
            columns = ", ".join(name for name in names if name not in WHERE_IT_STANDS)
            contents[table] = connection.execute(f"select {columns} from {table} order by all").fetchall()
        return contents


@given(deliveries(), st.data())
@settings(max_examples=8, phases=[Phase.explicit, Phase.generate])  # shrinking takes minutes
def test_any_order_and_split_and_repetition_gives_the_same_tables(
    few_models: Models, lines: list[bytes], data: st.DataObject
) -> None:
    parts = data.draw(splits(lines))
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        together, scattered = Folder(Path(one), few_models), Folder(Path(other), few_models)
        together.land(*lines)
        together.warehouse.run()
        run_after = data.draw(st.sampled_from([None, *range(len(parts) - 1)]))
        for number, part in enumerate(parts):
            scattered.land(*part)
            if number == run_after:
                scattered.warehouse.run()
        assert [scattered.land(*part) for part in reversed(parts)] == [[]] * len(parts)
        scattered.warehouse.run()
        assert tables(scattered) == tables(together)
        assert scattered.ask("select sum(landed) = sum(typed + duplicates) from landed_files") == [(True,)]
