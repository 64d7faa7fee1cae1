"""What is current in the lake: the files that make up each model's day, and which days must be built again.

A partition's file is named for the fingerprint of everything it was made from: its own query with the macros and
rules it goes by, and the fingerprints of all it reads, down to the landed files. So late data, a changed query, rule
or parser makes exactly the days stale that it touches, and a day whose file exists needs no work.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import cached_property
from hashlib import sha256
from math import ceil
from pathlib import Path

from pipelines.retention.kept import Kept, read_kept
from pipelines.warehouse import quarantine
from pipelines.warehouse.definition import definition
from pipelines.warehouse.lake import UNDATED, Lake, Ledger, Parsed
from pipelines.warehouse.models import Model, Models, of_kind
from pipelines.warehouse.parser import parsers


class Snapshot:
    """The state of the lake at one moment, for one version of the models."""

    def __init__(self, lake: Lake, models: Models, parser_fingerprints: Mapping[str, str] | None = None) -> None:
        self.lake = lake
        self.models = models
        fingerprints = parser_fingerprints or {name: parser.fingerprint for name, parser in parsers(models).items()}
        ledger = lake.ledger()
        self.entries: list[Parsed] = ledger.current(dict(fingerprints))
        self.quarantined: list[Parsed] = ledger.current({quarantine.MODEL: quarantine.PARSER})
        self.kept: Kept = read_kept(lake.data_folder)
        self._fingerprints: dict[tuple[str, str], str] = {}

    @cached_property
    def _records(self) -> Mapping[str, Mapping[str, list[str]]]:
        """Records model → day → file names."""
        names = [model.name for model in of_kind(self.models, "records")]
        return {name: Ledger.files_by_day(self.entries, name) for name in names}

    @cached_property
    def _daily_records(self) -> list[str]:
        return [model.name for model in of_kind(self.models, "records") if model.is_daily]

    @cached_property
    def days(self) -> list[str]:
        """The event days that have records, in order; `undated` last. Records that are no events have no part in it."""
        return sorted({day for name in self._daily_records for day in self._records[name]})

    @property
    def built_days(self) -> list[str]:
        """The event days of which every partition model is built from what is there now.

        Only these are published: of another day readers would see records without what is known of them.
        """
        stale = set(self.stale_days(self.models.values()))
        return [day for day in self.days if day not in stale]

    @property
    def shown_days(self) -> list[str]:
        """The built days that readers see: not those that stay only because days that are kept look back to them."""
        return [day for day in self.built_days if self.kept.shows(day)]

    def files(self, model: Model, day: str) -> list[Path]:
        """The Parquet files of a model's day that stand in the lake."""
        if model.kind == "records":
            names = self._records[model.name].get(day, [])
            return [self.lake.partition(model.name, day, name) for name in names]
        target = self.target(model, day)
        return [target] if target.exists() else []

    def files_by_day(self, model: Model, days: Iterable[str]) -> dict[str, list[Path]]:
        """Day → the model's files in the lake; all its files, whatever the days, where its records are no events."""
        return {day: self.files(model, day) for day in (days if model.is_daily else [UNDATED])}

    def target(self, model: Model, day: str) -> Path:
        """The file that a partition model's day is to be written to."""
        return self.lake.partition(model.name, day, f"{self.fingerprint(model, day)[:16]}.parquet")

    def fingerprint(self, model: Model, day: str) -> str:
        """Hash of all that the model's day is made from."""
        key = (model.name, day)
        if key not in self._fingerprints:
            self._fingerprints[key] = sha256("\0".join(self._inputs(model, day)).encode()).hexdigest()
        return self._fingerprints[key]

    def _inputs(self, model: Model, day: str) -> Iterable[str]:
        if model.kind == "records":
            return self._records[model.name].get(day, [])
        reads = sorted(model.depends_on & self.models.keys())
        inputs = [self.fingerprint(self.models[name], each) for name in reads for each in window(model, day)]
        return [definition(model), str(model.header.lookback_hours), *inputs]

    def stale_days(self, models: Iterable[Model], wanted: Callable[[str], bool] = lambda _: True) -> list[str]:
        """The days with records on which one of these partition models is not built from what is there now."""
        partitions = [model for model in models if model.kind == "partition"]
        return [
            day
            for day in self.days
            if wanted(day) and any(not self.target(model, day).exists() for model in partitions)
        ]


def window(model: Model, day: str) -> list[str]:
    """The days that a model reads for one day: the day itself and those that its lookback reaches into."""
    if day == UNDATED:
        return [day]
    last = date.fromisoformat(day)
    reach = ceil(model.header.lookback_hours / 24)
    return [(last - timedelta(days=back)).isoformat() for back in range(reach, -1, -1)]
