"""What collectors bring lands in front of the pipeline, and one that fails keeps nothing else back."""

from collections.abc import Iterator

import dagster as dg
import orjson
import pytest

from pipelines.defs import collected
from pipelines.defs.assemble import build_definitions
from pipelines.defs.collected import CHECK, collect_key, collected_assets
from pipelines.defs.keys import IMPORTED_FILES
from pipelines.defs.workplace import Workplace
from pipelines.landing.manifest import Source, entries
from pipelines.probes import Probe
from pipelines.settings import Settings
from pipelines.sources.items import Item, Record
from pipelines.sources.slices import CollectError, Cursors, Period, Remark, Slice
from pipelines.warehouse.models import Models
from tests.defs.conftest import QUIET, TENANT, sign_in


class Shelf:
    """A source of one record, which may be out of reach for some tries."""

    def __init__(self, name: str, failing_tries: int = 0) -> None:
        self.name = name
        self.tenant_id = TENANT
        self.failures: list[Remark] = []
        self.notes: list[Remark] = []
        self._failing_tries = failing_tries

    def plan(self, _cursors: Cursors, _period: Period | None) -> list[str]:
        return []

    def check(self) -> Iterator[Probe]:
        raise NotImplementedError

    def slices(self, _cursors: Cursors, _period: Period | None) -> Iterator[Slice]:
        yield Slice(Source("graph", self.name, TENANT), "signIns", self._records(), lambda: {"signIns": {"at": 1}})

    def _records(self) -> Iterator[Item]:
        if self._failing_tries:
            self._failing_tries -= 1
            raise CollectError("the source is away")
        line = sign_in(len(self.name), "2026-03-09T08:00:00Z")
        yield Record(line, orjson.loads(line))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries again without waiting."""
    monkeypatch.setattr(collected, "_SECONDS_BETWEEN", 0)


def materialize(settings: Settings, models: Models, *shelves: Shelf) -> dg.ExecuteInProcessResult:
    resources = {"workplace": Workplace(settings.data, models)}
    return dg.materialize(collected_assets([*shelves]), resources=resources, run_config=QUIET, raise_on_error=False)


def passed(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    return {
        "/".join(check.asset_key.path): check.passed
        for check in result.get_asset_check_evaluations()
        if check.check_name == CHECK
    }


def test_what_a_collector_brings_lands(settings: Settings, models: Models) -> None:
    result = materialize(settings, models, Shelf("graph/contoso"))
    assert result.success
    assert [(entry.log, entry.rows) for entry in entries(settings.data)] == [("SigninLogs", 1)]


def test_one_source_that_fails_is_said_and_keeps_no_other_back(settings: Settings, models: Models) -> None:
    result = materialize(settings, models, Shelf("graph/contoso", failing_tries=9), Shelf("graph/fabrikam"))
    assert result.success
    assert passed(result) == {"collect/graph/contoso": False, "collect/graph/fabrikam": True}
    assert len(entries(settings.data)) == 1


def test_a_source_that_was_away_for_a_moment_is_tried_again(settings: Settings, models: Models) -> None:
    result = materialize(settings, models, Shelf("graph/contoso", failing_tries=2))
    assert passed(result) == {"collect/graph/contoso": True}
    assert len(entries(settings.data)) == 1


def test_configured_sources_stand_in_front_of_the_evidence_and_only_the_daily_job_collects(settings: Settings) -> None:
    tenant = {"tenant_id": TENANT, "name": "contoso", "storage": ["https://contosologs.blob.core.windows.net"]}
    configured = Settings(data=settings.data, first_day=settings.first_day, tenants=[tenant])
    definitions = build_definitions(configured)
    graph = definitions.resolve_asset_graph()
    (collect_asset,) = [key for key in graph.get_all_asset_keys() if key.path[0] == "collect"]
    assert collect_asset in graph.get(IMPORTED_FILES).parent_keys
    selected = {job: definitions.resolve_job_def(job).asset_layer.selected_asset_keys for job in ("daily", "days")}
    assert collect_asset in selected["daily"]
    assert collect_asset not in selected["days"]


def test_a_collectors_asset_is_named_for_it() -> None:
    assert collect_key(Shelf("storage/contosologs/archive")).path == ["collect", "storage", "contosologs", "archive"]
