"""The YAML header of a SQL model file."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipelines.warehouse.rules import Rule

Kind = Literal["source", "records", "partition", "view", "table", "check", "query", "panel", "macro", "finding"]


class Header(BaseModel):
    """The YAML header of a model file. An unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str
    kind: Kind
    title: str | None = None
    """panel: what stands above it."""
    over: str | None = None
    """panel: another panel of its folder, out of whose rows its own come."""
    grain: tuple[str, ...] = ()
    """Columns that identify a row."""
    not_null: tuple[str, ...] = ()
    severity: Literal["error", "warn"] = "error"
    """check: whether a row is a fault of the tables or something for a person to know."""
    lookback_hours: int = 0
    """How far before its day the model looks."""
    is_stored: bool = False
    """view: whether its rows of each event day are kept as a file too, for readers."""
    argument: str | None = None
    """macro: what its argument is called."""
    table: str | None = None
    """records: the staged table, as the catalog calls it."""
    record_id: str | None = None
    """records: the column that identifies a record."""
    event_at: str | None = None
    """records: the column with the event time, whose day is the partition; none where records are no events."""
    rule: Rule | None = None
    """finding: what it means, why it fires and what to do."""
