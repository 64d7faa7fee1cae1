"""What the findings of a day rest on, in parts, so that it can be said why a finding is there no longer."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from math import ceil
from pathlib import Path

import orjson

from pipelines.warehouse.definition import definition
from pipelines.warehouse.lake import Lake
from pipelines.warehouse.models import Model, Models, of_kind, upstream
from pipelines.warehouse.snapshot import Snapshot


@dataclass(frozen=True)
class Basis:
    """Hashes of it."""

    records: Mapping[str, str] = field(default_factory=dict)
    """Event day → what has landed of the day, of the days before that it is read with, and beside it."""
    knowledge: Mapping[str, str] = field(default_factory=dict)
    """Event day → what is known of apps and the directory."""
    rules: Mapping[str, str] = field(default_factory=dict)
    """Rule → its file."""
    sql: str = ""
    """The other queries that the rules rest on."""


def basis_of(snapshot: Snapshot, rules: list[Model], records: Mapping[str, str], knowledge: Mapping[str, str]) -> Basis:
    """The basis of the days in `records` and `knowledge`, which hash what Python knows of each."""
    landed = _landed_by_day(snapshot)
    reach = days_looked_back(snapshot.models, rules)
    return Basis(
        {day: _hash([found, *_landed(landed, day, reach)]) for day, found in records.items()},
        dict(knowledge),
        {rule.name: _hash([str(rule.header), definition(rule)]) for rule in rules},
        _hash(
            definition(model)
            for model in upstream(snapshot.models, {name for rule in rules for name in rule.depends_on})
        ),
    )


def read_basis(path: Path) -> Basis:
    """The basis that a file keeps; an empty one where there is none, or it cannot be read."""
    try:
        return Basis(**orjson.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return Basis()


def basis_bytes(basis: Basis) -> bytes:
    """The basis as the content of a file."""
    return orjson.dumps(asdict(basis), option=orjson.OPT_SORT_KEYS)


def basis_path(lake: Lake) -> Path:
    """Where the basis of the current findings stands."""
    return lake.folder / "rule_findings" / "basis.json"


def _landed_by_day(snapshot: Snapshot) -> Mapping[str, set[str]]:
    daily = {model.name for model in of_kind(snapshot.models, "records") if model.is_daily}
    found: dict[str, set[str]] = {}
    for entry in snapshot.entries:
        if entry.model in daily:
            for day in entry.days:
                found.setdefault(day, set()).add(entry.landed_file)
    return found


def _landed(landed: Mapping[str, set[str]], day: str, reach: int) -> Iterable[str]:
    last = date.fromisoformat(day)
    days = [(last - timedelta(days=back)).isoformat() for back in range(reach + 1)]
    return sorted({f"{each} {file}" for each in days for file in landed.get(each, ())})


def days_looked_back(models: Models, rules: list[Model]) -> int:
    """Days before a day that its findings may rest on, through everything that the rules read."""
    reach: dict[str, int] = {}
    for model in [*upstream(models, {name for rule in rules for name in rule.depends_on}), *rules]:
        behind = max((reach.get(name, 0) for name in model.depends_on), default=0)
        reach[model.name] = behind + ceil(model.header.lookback_hours / 24)
    return max((reach[rule.name] for rule in rules), default=0)


def _hash(parts: Iterable[str]) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()[:16]
