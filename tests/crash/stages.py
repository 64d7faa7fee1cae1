"""The life of a small data folder, stage by stage. Each stage may be done again: that is how a killed one goes on."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.cases.follow import follow
from pipelines.cases.log import read_cases
from pipelines.cli.start import run
from pipelines.warehouse import state
from pipelines.warehouse.models import of_kind
from pipelines.warehouse.warehouse import Warehouse

RULE = "app_only_user_write"


@dataclass(frozen=True)
class Place:
    """Where it happens, as text."""

    data: str
    exported: str
    """Folder of the files that are imported."""
    late: str
    """Folder of the files that come after the first publication."""
    config: str
    """Settings that name the storage account to collect from."""
    tenant_id: str


def _command(place: Place, *arguments: str) -> int:
    return run(["--data", place.data, "--config", place.config, *arguments])


def _import(place: Place) -> int:
    return _command(place, "import", place.exported, "--tenant", place.tenant_id)


def _import_late(place: Place) -> int:
    return _command(place, "import", place.late)


def _collect(place: Place) -> int:
    return _command(place, "collect")


@contextmanager
def _working(place: Place) -> Iterator[Warehouse]:
    warehouse = Warehouse(Path(place.data))
    with warehouse.only_run():
        yield warehouse


def _staging(place: Place) -> int:
    with _working(place) as warehouse:
        warehouse.set_aside()
        warehouse.stage()
    return 0


def _marts(place: Place) -> int:
    with _working(place) as warehouse:
        for model in of_kind(warehouse.models, "partition"):
            warehouse.build(model.name, warehouse.snapshot().stale_days([model]))
    return 0


def _findings(place: Place) -> int:
    with _working(place) as warehouse:
        warehouse.evaluate()
    return 0


def _publish(place: Place) -> int:
    with _working(place) as warehouse:
        if not state.is_published(warehouse):
            state.publish(warehouse)
    return 0


def _follow_up(place: Place) -> int:
    with _working(place) as warehouse:
        follow(warehouse.data_folder)
    return 0


def _triage(place: Place) -> int:
    return _command(place, "findings", "set", "--rule", RULE, "--status", "in_progress", "--assign", "kim", "--yes")


def _suppress(place: Place) -> int:
    """Who does not know whether it was written looks first; the next run then mends what the kill left."""
    if read_cases(Path(place.data)).suppressions:
        return _follow_up(place)
    scope = ("--rule", RULE, "--owner", "Messaging team", "--reason", "Migration", "--until")
    return _command(place, "findings", "suppress", *scope, "2027-02-01", "--yes")


def _run(place: Place) -> int:
    return _command(place, "run")


def _retain(place: Place) -> int:
    return _command(place, "retain", "--days", "1", "--force", "--yes", "--by", "kim")


COMMANDS = ("import", "collect", "triage", "suppress", "import late", "run", "retain")
"""Those that are a whole command; the others are what `whoseagent run` does, one after the other."""

STAGES: Mapping[str, Callable[[Place], int]] = {
    "import": _import,
    "collect": _collect,
    "staging": _staging,
    "marts": _marts,
    "findings": _findings,
    "publish": _publish,
    "follow up": _follow_up,
    "triage": _triage,
    "suppress": _suppress,
    "import late": _import_late,
    "run": _run,
    "retain": _retain,
}
"""In this order; `run` is the whole command over a published folder into which late data came."""
