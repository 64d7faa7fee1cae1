"""What every collector gives: the records of a tenant in slices, each of which lands as one batch.

A slice may say which log it is a part of (`ask`), and which stretch of its time has been looked at once it has landed
(`covers`): the completeness ledger is made of that.

A slice may carry several cursors, for a source of many small things (blobs) that land together: `cursors` says, once
the records have landed, what to keep under which key. A collector of tables or event types has one key in it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from pipelines.landing.manifest import Source
from pipelines.probes import Probe
from pipelines.sources.items import AlikeRecords, Item

Cursor = dict[str, Any]
"""How far something has been pulled: what JSON can hold."""


class CollectError(Exception):
    """A slice could not be pulled whole, so nothing of it lands; the message says what is wrong and what to do."""


class RefusedError(CollectError):
    """The source answers, and refuses; the message names the role to grant."""


@dataclass(frozen=True)
class Period:
    """A stretch of time: UTC, half-open."""

    first: datetime
    last: datetime


@dataclass
class Ask:
    """What one collect asks for of one log in one place; all slices of it share it."""

    log: str
    """As the Log Analytics table is called; a kind of directory objects by its name in the catalog."""
    name: str
    """The query, table or container, as its `Source` is called; unique within a collector."""
    at: datetime | None
    """When it is asked; None for a period, which says nothing of how new it is what was pulled."""
    period: Period | None
    """All of the log's time that is asked for; None for a directory, which has no past."""
    lost: Period | None = None
    """What would have to be asked for too, but the source keeps it no more."""
    is_absent: bool = False
    """Whether the source turned out not to have the log: then nothing can be expected of it."""


@dataclass(frozen=True)
class Slice:
    """Records that land together or not at all, and how far their source has been pulled with them."""

    source: Source
    """Provenance of the batch."""
    key: str
    """What is pulled, for progress and failures: a table, an event type, a container and day. Once a slice has failed,
    later ones of the same key are passed over, so that no cursor leaps over a gap."""
    records: Iterator[Item | AlikeRecords]
    """Read once; may raise CollectError."""
    cursors: Callable[[], Mapping[str, Cursor | None]]
    """Key → cursor, kept once the records have landed, None to forget it; asked after they are exhausted."""
    ask: Ask | None = None
    """What it is a part of, for the completeness ledger."""
    covers: Period | None = None
    """The part of the log's time that has been looked at once it has landed; None where it is not that of a whole."""


class Remark(NamedTuple):
    """One sentence about one key of a collector: what is wrong with it, or was noticed, and what to do."""

    key: str
    message: str


class Cursors(Protocol):
    """How far everything has been pulled."""

    def get(self, key: str) -> Cursor | None:
        """The cursor kept last under this key, None where there is none."""

    def under(self, prefix: str) -> Iterable[str]:
        """The keys that begin so under which a cursor is kept."""


class Collector(Protocol):
    """Pulls one kind of data of one tenant."""

    failures: list[Remark]
    """What could not be pulled while the others went on; filled while slices are read."""
    notes: list[Remark]
    """What else is worth saying, and no failure; filled while slices are read."""

    @property
    def name(self) -> str:
        """Stable, unique, and safe as a path, such as `log_analytics/<workspace>`: names its cursors and its report."""

    @property
    def tenant_id(self) -> str | None:
        """The Entra tenant, None where each record names its own."""

    def plan(self, cursors: Cursors, period: Period | None) -> list[str]:
        """What it would pull, in words. Raises CollectError."""

    def check(self) -> Iterator[Probe]:
        """Whether each thing that it would pull can be read, by one cheap request each. Raises CollectError."""

    def slices(self, cursors: Cursors, period: Period | None) -> Iterator[Slice]:
        """What there is to pull, slice after slice; a cursor kept meanwhile may be asked for. Raises CollectError."""
