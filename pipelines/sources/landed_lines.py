"""What landed, counted: for an import and for a collector alike."""

from collections import Counter
from dataclasses import dataclass, field

from pipelines.catalog.detect import UNREADABLE, UNSUPPORTED
from pipelines.landing.manifest import Entry


@dataclass(kw_only=True)
class LandedLines:
    """Counts of landed lines, new ones by what they are."""

    lines: Counter[tuple[str, str]] = field(default_factory=Counter)
    """New lines by log and shape (`unsupported` and `unreadable` among the logs)."""
    known: int = 0
    """Lines of landed files that had landed before, to the byte."""
    looks_like: Counter[str] = field(default_factory=Counter)
    """New records of a kind not read yet, by what they look like."""
    bad_lines: Counter[str] = field(default_factory=Counter)
    """New lines that are no records, by reason."""
    unknown_fields: Counter[str] = field(default_factory=Counter)

    def add_entry(self, entry: Entry) -> None:
        """Counts a new landed file in."""
        self.lines[entry.log, entry.shape] += entry.rows
        self.unknown_fields.update(entry.unknown_fields)
        if entry.log == UNSUPPORTED:
            self.looks_like.update(entry.labels)
        if entry.log == UNREADABLE:
            self.bad_lines[entry.reason] += entry.rows
