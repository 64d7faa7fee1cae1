"""`whoseagent hold`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from pipelines.cases.events import HoldPlaced, HoldReleased, What
from pipelines.cases.log import read_cases
from pipelines.cases.state import Cases
from pipelines.cli.failure import NEGATIVE, Failure
from pipelines.cli.show import plain, write
from pipelines.cli.tables import write_table
from pipelines.cli.triaging import in_one_line, report, write_events
from pipelines.outputs.values import json_bytes

_COLUMNS = ("name", "first_day", "last_day", "tenant_id", "app_id", "user_id", "owner", "ticket", "reason")


def place(data_folder: Path, hold: Mapping[str, object], by: str | None, *, as_json: bool) -> None:
    """Writes a hold. Raises Failure where it cannot be, or one of its name is in force."""
    with in_one_line():
        event = HoldPlaced.model_validate(hold)

    def decide(cases: Cases, _: datetime) -> Iterable[What]:
        if event.name in cases.holds:
            raise Failure(f"the hold {plain(event.name)} is in force already; take another name", NEGATIVE)
        return [event]

    entries = write_events(data_folder, by, decide)
    report(entries, f"holds {event.first_day} to {event.last_day}: {plain(event.name)}", as_json=as_json)


def release(data_folder: Path, name: str, reason: str, by: str | None, *, as_json: bool) -> None:
    """Ends a hold. Raises Failure where none of that name is in force."""
    with in_one_line():
        event = HoldReleased(name=name, reason=reason)

    def decide(cases: Cases, _: datetime) -> Iterable[What]:
        if name not in cases.holds:
            raise Failure(f"no hold {plain(name)} is in force; `whoseagent hold list` shows those that are", NEGATIVE)
        return [event]

    report(write_events(data_folder, by, decide), f"released {plain(name)}", as_json=as_json)


def show_list(data_folder: Path, *, as_json: bool) -> None:
    """Lists the holds in force."""
    holds = [hold for _, hold in sorted(read_cases(data_folder).holds.items())]
    if as_json:
        listed = [{**hold.what.model_dump(), "placed_by": hold.made_by, "placed_at": hold.made_at} for hold in holds]
        write(json_bytes(listed).decode())
    elif holds:
        rows = [[plain(str(getattr(hold.what, name) or "")) for name in _COLUMNS] for hold in holds]
        write_table(_COLUMNS, rows, always_grid=True)
    else:
        write('no hold is in force; `whoseagent sql "from legal_holds"` shows those that were')
