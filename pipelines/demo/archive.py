"""What diagnostic settings deliver: an append blob per category and hour (T22), or batches through an Event Hub."""

import gzip
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import orjson

from pipelines.compression import zstd
from pipelines.demo.clock import SECOND, iso, moment
from pipelines.demo.diagnostic import CATEGORIES, envelope
from pipelines.demo.events import LOGS, Event, SignIn
from pipelines.demo.oddities import without_time
from pipelines.demo.summary import Tally
from pipelines.demo.world import World

SHAPE = "diagnostic"
_REDELIVERED_SHARE = 0.025
_CAPTURES = "event-hub/"
_BATCH_SIZE = 20
_INVALID = b'{"category":"MicrosoftGraphActivityLogs","properties":{oops}}'


@dataclass
class Archive:
    """The blobs and captures of one tenant, filled record by record; `files` packs them for the disk."""

    world: World
    rng: Random
    tally: Tally
    late: Mapping[str, int] = field(default_factory=dict)  # event id → ticks that its delivery takes on top
    archived: Container[str] = LOGS  # the logs that go to the archive; the others go through an Event Hub
    blobs: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)  # path → (delivered at, line)

    def add(self, event: Event, record: dict[str, Any]) -> None:
        """Add a record built by `record_of`, and now and then a second delivery of it, all but the time the same."""
        self._append(event, record, delivered_at=self._delivery(event))
        self.tally.add(event, SHAPE)
        if self.rng.random() < _REDELIVERED_SHARE:
            again = event.at + self.rng.randrange(60 * SECOND, 1800 * SECOND)
            self._append(event, record, delivered_at=again)
            self.tally.add_again(event, SHAPE)

    def add_timeless(self, event: Event, fields: dict[str, Any]) -> None:
        """Add a sign-in that has lost every time."""
        record = without_time(self.record_of(event, fields))
        self._blob(event, event.at).append((event.at, orjson.dumps(record)))
        self.tally.add_timeless(event, SHAPE)

    def record_of(self, event: Event, fields: dict[str, Any]) -> dict[str, Any]:
        """Give the event's envelope; delivery sets its time."""
        return envelope(event, self.world, properties=fields)

    def files(self) -> dict[str, bytes]:
        """Give path → content: CRLF lines in order of delivery; one blob has a bad line, one ends in half a line."""
        blobs = {path: [line for _, line in sorted(lines)] for path, lines in self.blobs.items()}
        return self._captures(blobs) | self._archive({path: blobs[path] for path in blobs if not _is_capture(path)})

    def _captures(self, blobs: Mapping[str, list[bytes]]) -> dict[str, bytes]:
        return {path: _in_batches(lines) for path, lines in blobs.items() if _is_capture(path)}

    def _archive(self, blobs: dict[str, list[bytes]]) -> dict[str, bytes]:
        graph = [path for path in blobs if "microsoftgraphactivity" in path]
        if len(graph) < 3:
            return {path: _joined(lines) for path, lines in blobs.items()}
        blobs[graph[0]].insert(1, _INVALID)
        contents = {path: _joined(lines) for path, lines in blobs.items()}
        contents[graph[1]] += blobs[graph[1]][-1][:900]
        self.tally.bad_lines += 2
        return dict(self._packed(path, content, graph) for path, content in contents.items())

    def _packed(self, path: str, content: bytes, graph: list[str]) -> tuple[str, bytes]:
        """People compress what they keep: some blobs as gzip, one as Zstandard."""
        if path == graph[2]:
            return f"{path}.zst", zstd.compress(content)
        if path not in graph[:2] and self.rng.random() < 0.1:
            return f"{path}.gz", gzip.compress(content, mtime=0)
        return path, content

    def _delivery(self, event: Event) -> int:
        """A sign-in's envelope is 28 to 1077 s late; the other logs' carry the event's own time (T21)."""
        at = event.at + self.late.get(event.id, 0)
        return at + self.rng.randrange(28 * SECOND, 1077 * SECOND) if isinstance(event, SignIn) else at

    def _append(self, event: Event, record: dict[str, Any], *, delivered_at: int) -> None:
        line = orjson.dumps(record | {"time": iso(delivered_at)})
        self._blob(event, delivered_at).append((delivered_at, line))

    def _blob(self, event: Event, delivered_at: int) -> list[tuple[int, bytes]]:
        container = f"insights-logs-{CATEGORIES[event.log].lower()}"
        if event.log not in self.archived:
            return self.blobs.setdefault(f"{_CAPTURES}{moment(delivered_at):%Y-%m-%d}/{container}.json", [])
        hour = f"{moment(delivered_at):y=%Y/m=%m/d=%d/h=%H}"
        path = f"archive/{container}/tenantId={self.world.tenant_id}/{hour}/m=00/PT1H.json"
        return self.blobs.setdefault(path, [])


def _joined(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\r\n" for line in lines)


def _is_capture(path: str) -> bool:
    return path.startswith(_CAPTURES)


def _in_batches(lines: list[bytes]) -> bytes:
    """Give what a consumer of an Event Hub saves: one message a line, each with a batch of records."""
    batches = (lines[at : at + _BATCH_SIZE] for at in range(0, len(lines), _BATCH_SIZE))
    return b"".join(b'{"records":[' + b",".join(batch) + b"]}\n" for batch in batches)
