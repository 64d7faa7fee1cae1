"""What was asked of each log and pulled, and when: the completeness ledger, kept with the cursors of collectors."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from pipelines.landing.folder import CURSORS, landing_folder
from pipelines.landing.stretches import Stretch, merged, without

PREFIX = "collected "
"""What the keys in cursor files begin with under which this is kept; no cursor's key does."""
UNKNOWN = "unknown"
"""In place of the log, while a source cannot be read at all."""


@dataclass(frozen=True)
class LogCollection:
    """How a log was collected from one place."""

    tenant_id: str | None
    source: str
    """As `collect --source` names it."""
    source_name: str
    """The query, table or container."""
    log: str
    asked: tuple[Stretch, ...] = ()
    """Of the log's time, what was asked for, in order."""
    pulled: tuple[Stretch, ...] = ()
    """What of it came, whether or not there were records."""
    asked_at: datetime | None = None
    """When the source was asked last, for what is new."""
    succeeded_at: datetime | None = None
    """When it was asked last and all of it came."""

    @property
    def has_failed(self) -> bool:
        """Whether not all of it came when it was asked last, or the source cannot be read at all."""
        return self.log == UNKNOWN or self.asked_at != self.succeeded_at

    @property
    def stretches(self) -> list[tuple[Stretch, bool]]:
        """The stretches asked for, in order, each with whether it was pulled."""
        missing = [(stretch, False) for stretch in without(self.asked, self.pulled)]
        return sorted([*((stretch, True) for stretch in merged(self.pulled)), *missing])


def key_of(name: str) -> str:
    """The key under which a collection of this name is kept."""
    return PREFIX + name


def decode(kept: Mapping[str, Any]) -> LogCollection:
    """The collection as a cursor file keeps it. Raises KeyError, TypeError or ValueError for what is none."""
    return LogCollection(
        kept["tenant_id"],
        kept["source"],
        kept["source_name"],
        kept["log"],
        _stretches(kept["asked"]),
        _stretches(kept["pulled"]),
        _time(kept["asked_at"]),
        _time(kept["succeeded_at"]),
    )


def collections(data_folder: Path) -> list[LogCollection]:
    """What all collectors keep, by source and name; [] where nobody collected. What cannot be read is passed over."""
    folder = landing_folder(data_folder) / CURSORS
    found = [each for file in sorted(folder.rglob("*.ndjson")) for each in _read(file)]
    return sorted(found, key=lambda each: (each.source, each.source_name, each.log, each.tenant_id or ""))


def _read(file: Path) -> Iterator[LogCollection]:
    kept: dict[str, dict[str, Any]] = {}
    begins = orjson.dumps({"key": PREFIX})[:-2]
    with file.open("rb") as lines:
        for line in lines:
            if line.startswith(begins):  # of a storage archive, nearly all lines are cursors of blobs
                with suppress(orjson.JSONDecodeError, KeyError, TypeError):
                    found = orjson.loads(line)
                    kept[found["key"]] = found["cursor"]
    for each in kept.values():
        with suppress(KeyError, TypeError, ValueError):
            yield decode(each)


def _stretches(kept: list[list[str]]) -> tuple[Stretch, ...]:
    return tuple((datetime.fromisoformat(first), datetime.fromisoformat(last)) for first, last in kept)


def _time(kept: str | None) -> datetime | None:
    return datetime.fromisoformat(kept) if kept else None
