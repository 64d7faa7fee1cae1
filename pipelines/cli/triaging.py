"""`whoseagent findings set`, and what every verb that writes events shares."""

import getpass
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from pipelines.cases.entry import Entry, in_words
from pipelines.cases.log import CaseLog, Decide
from pipelines.cases.triage import Change, changing
from pipelines.cli.failure import WRONG_USE, Failure
from pipelines.cli.findings import not_found
from pipelines.cli.show import count, plain, write
from pipelines.outputs.findings import Filter, Row, list_findings
from pipelines.outputs.values import json_bytes


def change(data_folder: Path, wanted: Filter, wish: Change, by: str | None, *, is_sure: bool, as_json: bool) -> None:
    """Writes what is wished of the findings, as far as it is not so already. Raises Failure."""
    if wish.is_nothing:
        raise Failure("say what to set: --status, --assign or --comment", WRONG_USE)
    found = chosen(data_folder, wanted, is_sure=is_sure)
    entries = write_events(data_folder, by, changing([row["finding_id"] for row in found], wish))
    report(entries, f"{count(len(found), 'finding')}", as_json=as_json)


def chosen(data_folder: Path, wanted: Filter, *, is_sure: bool) -> list[Row]:
    """The findings that are named, or that the filters find. Raises Failure where there are none, or nobody is sure."""
    if wanted.ids is None and wanted == Filter():
        raise Failure("name findings, or say by filters which", WRONG_USE)
    found, in_all = list_findings(data_folder, wanted)
    if wanted.ids is not None:
        missing = set(wanted.ids) - {row["finding_id"] for row in found}
        if missing:
            raise not_found(sorted(missing))
    elif not found:
        raise Failure("the filters find nothing; `whoseagent findings list` takes the same", 1)
    elif not is_sure:
        raise Failure(f"the filters find {count(in_all, 'finding')}; add --yes to do it to all of them", WRONG_USE)
    return found


def write_events(data_folder: Path, by: str | None, decide: Decide) -> list[Entry]:
    """Writes the events that are decided; the entries. Raises Failure for one that cannot be."""
    with in_one_line():
        return CaseLog(data_folder).write(actor(by), decide)


@contextmanager
def in_one_line() -> Iterator[None]:
    """Around making events: says in one line what is wrong with one. Raises Failure."""
    try:
        yield
    except ValidationError as error:
        raise Failure(plain(in_words(error)), WRONG_USE) from error


def actor(by: str | None) -> str:
    """Who does it: who was named, else the user of this system."""
    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        raise Failure("this system does not say who you are; give --by NAME", WRONG_USE) from None


def report(entries: Iterable[Entry], about: str, *, as_json: bool) -> None:
    """Prints what was written."""
    entries = list(entries)
    if as_json:
        events = [
            {
                "event_id": entry.event_id,
                "seq": entry.seq,
                "at": entry.at,
                "actor": entry.actor,
                **entry.what.model_dump(),
            }
            for entry in entries
        ]
        write(json_bytes(events).decode())
    elif entries:
        write(f"{about}: {count(len(entries), 'event')} written")
    else:
        write(f"{about}: nothing to change")
