"""The stretch of a Log Analytics table that one query asks for, and the smaller ones it falls into."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

Clock = Literal["ingestion_time()", "TimeGenerated"]
"""By which time rows are asked for: `ingestion_time()` finds late ones, `TimeGenerated` a period (domain fact T21)."""

SHORTEST = timedelta(seconds=1)
MOST_SHARES = 64


@dataclass(frozen=True)
class Window:
    """The rows of one table in a half-open stretch of time, or one of so many equal shares of them.

    Tables are never joined by `union`, which splits columns of two types into `X_dynamic` and `X_string` (domain
    fact T28), and no column is left out, `Type` neither.
    """

    table: str
    clock: Clock
    first: datetime
    last: datetime
    share: int = 0
    shares: int = 1

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.last - self.first

    @property
    def query(self) -> str:
        """The KQL that gives its rows."""
        first, last = iso(self.first), iso(self.last)
        lines = [
            self.table,
            f"| where {self.clock} >= datetime({first}) and {self.clock} < datetime({last})",
        ]
        if self.shares > 1:
            lines.append(f"| where hash(TimeGenerated, {self.shares}) == {self.share}")
        return "\n".join(lines)

    @property
    def count_query(self) -> str:
        """The KQL that counts its rows."""
        return f"{self.query}\n| summarize Rows = count()"

    @property
    def newest_query(self) -> str:
        """The KQL that gives the time of the newest event among its rows, null where there are none."""
        return f"{self.query}\n| summarize Newest = max(TimeGenerated)"

    def halves(self) -> "tuple[Window, Window] | None":
        """Two windows that hold each of its rows once; None where it is as small as it gets.

        Rows that came in together have the same ingestion time: below a second they are told apart by a hash of
        their event time.
        """
        if self.length > SHORTEST:
            middle = self.first + max(SHORTEST, timedelta(seconds=self.length // timedelta(seconds=2)))
            return replace(self, last=middle), replace(self, first=middle)
        if self.shares < MOST_SHARES:
            shares = self.shares * 2
            return replace(self, shares=shares), replace(self, share=self.share + self.shares, shares=shares)
        return None

    def __str__(self) -> str:
        rows = "ingested" if self.clock == "ingestion_time()" else "generated"
        part = f", share {self.share + 1} of {self.shares}" if self.shares > 1 else ""
        return f"{self.table} {rows} {iso(self.first)} to {iso(self.last)}{part}"


def iso(at: datetime) -> str:
    """A UTC time as KQL and cursors write it."""
    at = at.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}{f'.{at.microsecond:06}' if at.microsecond else ''}Z"
