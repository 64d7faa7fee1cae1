"""`whoseagent access`."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.access.entry import Entry, flat
from pipelines.access.log import read_access
from pipelines.cli.show import plain, write
from pipelines.cli.tables import write_table
from pipelines.outputs.values import json_bytes, text_of

_COLUMNS = ("at", "actor", "role", "what", "details")
_ENVELOPE = {"version", "seq", "event_id", "at", "actor", "actor_id", "role", "kind", "previous"}


def show(data_folder: Path, first: date | None, last: date | None, actor: str | None, *, as_json: bool) -> None:
    """Prints who looked at what, oldest first, the first and last day included. Raises AccessLogError."""
    entries = _chosen(data_folder, first, last, actor)
    if as_json:
        write(json_bytes([flat(entry) for entry in entries]).decode())
        return
    rows = [_row(flat(entry)) for entry in entries]
    if rows:
        write_table(_COLUMNS, rows)
    else:
        write("nobody looked at anything, as far as the access log says")


def _chosen(data_folder: Path, first: date | None, last: date | None, actor: str | None) -> Iterator[Entry]:
    for entry in read_access(data_folder):
        day = entry.at.date()
        is_in_time = (first is None or day >= first) and (last is None or day <= last)
        if is_in_time and (actor is None or actor.casefold() in (entry.actor.casefold(), entry.actor_id)):
            yield entry


def _row(fields: dict[str, Any]) -> list[str]:
    details = ", ".join(f"{name} {text_of(value)}" for name, value in fields.items() if name not in _ENVELOPE and value)
    at = f"{fields['at']:%Y-%m-%d %H:%M:%S}"
    return [at, plain(fields["actor"]), fields["role"] or "", fields["kind"], plain(details)]
