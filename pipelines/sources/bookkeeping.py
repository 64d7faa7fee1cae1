"""Keeps, beside the cursors, what a collect asked for of each log and how much of it came."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from pipelines.landing.log_collections import UNKNOWN, LogCollection, decode, key_of
from pipelines.landing.stretches import Stretch, merged, without
from pipelines.sources.slices import Ask, Collector, Cursors, Period, Slice

Lines = Mapping[str, Mapping[str, Any]]
"""Key → what is to be kept under it."""


@dataclass
class _Open:
    """What is asked for in this collect, and how much of it has come."""

    ask: Ask
    came: list[Stretch] = field(default_factory=list)
    has_landed: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether all of it came."""
        period = self.ask.period
        return not without([_stretch(period)], self.came) if period else self.has_landed


class Bookkeeper:
    """The completeness ledger of one collector, while it collects."""

    def __init__(self, collector: Collector, cursors: Cursors) -> None:
        self._tenant_id = collector.tenant_id
        self._source, _, self._name = collector.name.partition("/")
        self._cursors = cursors
        self._open: dict[str, _Open] = {}

    def begin(self, slice_: Slice) -> None:
        """Notes what the slice is a part of."""
        if slice_.ask:
            self._open.setdefault(slice_.ask.name, _Open(slice_.ask))

    def landed(self, slice_: Slice) -> Lines:
        """What to keep before the cursors of a slice that has landed, lest a kill leave a hole that is none."""
        if slice_.ask is None or slice_.ask.is_absent:
            return {}
        came = self._open[slice_.ask.name]
        came.has_landed = True
        if slice_.covers is None:
            return {}
        stretch = _stretch(slice_.covers)
        came.came = merged([*came.came, stretch])
        kept = self._kept(slice_.ask)
        return self._lines(replace(kept, asked=_with(kept.asked, stretch), pulled=_with(kept.pulled, stretch)))

    def end(self, *, could_be_read: bool) -> Lines:
        """What to keep when a collect is over; `could_be_read` is false where the source as a whole could not."""
        closed = [self._closed(each) for each in self._open.values() if not each.ask.is_absent]
        lines = {key: line for each in closed for key, line in self._lines(each).items()}
        unknown = key_of(UNKNOWN)
        if not could_be_read:
            lines |= self._lines(LogCollection(self._tenant_id, self._source, self._name, UNKNOWN), unknown)
        elif self._cursors.get(unknown):
            lines[unknown] = {}
        return lines

    def _closed(self, each: _Open) -> LogCollection:
        ask, kept = each.ask, self._kept(each.ask)
        asked = [_stretch(period) for period in (ask.lost, ask.period) if period]
        kept = replace(kept, asked=_with(kept.asked, *asked))
        if ask.at is None:
            return kept
        return replace(kept, asked_at=ask.at, succeeded_at=ask.at if each.is_whole else kept.succeeded_at)

    def _kept(self, ask: Ask) -> LogCollection:
        kept = self._cursors.get(key_of(ask.name))
        with suppress(KeyError, TypeError, ValueError):
            return decode(kept or {})
        return LogCollection(self._tenant_id, self._source, ask.name, ask.log)

    @staticmethod
    def _lines(collection: LogCollection, key: str = "") -> dict[str, dict[str, Any]]:
        return {key or key_of(collection.source_name): asdict(collection)}


def _stretch(period: Period) -> Stretch:
    return period.first, period.last


def _with(stretches: tuple[Stretch, ...], *more: Stretch) -> tuple[Stretch, ...]:
    return tuple(merged([*stretches, *more]))
