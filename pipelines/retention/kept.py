"""Which event days are kept: those that readers see."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.cases.holds import active_holds
from pipelines.landing.manifest import read_removals

UNDATED = "undated"
ALWAYS = ("0001-01-01", "9999-12-31")


@dataclass(frozen=True)
class Kept:
    """The days that the last retention has left, and those that a hold keeps. Days are ISO dates."""

    first_day: str | None = None
    """First day that is kept without a hold; None where nothing was ever retained."""
    held: tuple[tuple[str, str, str], ...] = ()
    """First day, last day and name of each hold in force."""

    def shows(self, day: str) -> bool:
        """Whether readers see the day; always, of records without a usable time."""
        if day == UNDATED or self.first_day is None or day >= self.first_day:
            return True
        return any(first <= day <= last for first, last, _ in self.held)

    def stretches(self) -> Iterator[tuple[str, str, str | None]]:
        """First day, last day, and the name of the hold, None for what is kept without one."""
        yield self.first_day or ALWAYS[0], ALWAYS[1], None
        yield from self.held


def read_kept(data_folder: Path) -> Kept:
    """The days that are kept in a data folder. Raises ManifestError or CaseError for a line that was changed."""
    removals = read_removals(data_folder)
    if not removals:
        return Kept()
    held = ((f"{hold.first_day}", f"{hold.last_day}", hold.name) for hold in active_holds(data_folder))
    return Kept(max(removal.kept_from for removal in removals), tuple(held))
