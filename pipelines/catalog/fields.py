"""Raw fields of a record, as declared: which are read, which are only known, which are objects."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Shape = Literal["diagnostic", "log_analytics", "csv", "graph"]
"""How a record reached us: in which envelope, under which field names."""

Spelling = Mapping[str, str]
"""Declared path of a field (`properties.C_Sid`) → its name as these records spell it, where the two differ."""


@dataclass(frozen=True)
class Fields:
    """The fields of one shape of one table.

    `read` are read as text. `objects` are read as STRUCTs of text, because a STRUCT costs a fraction of taking JSON
    text apart per row. `known` are Microsoft's, but nothing needs them.
    """

    read: tuple[str, ...]
    objects: Mapping[str, "Fields"] = field(default_factory=dict)
    known: frozenset[str] = frozenset()

    @property
    def all_known(self) -> frozenset[str]:
        """Every name that is no surprise."""
        return frozenset(self.read) | frozenset(self.objects) | self.known

    def columns(self, spelling: Spelling, inside: str = "") -> dict[str, str]:
        """Column name → DuckDB type, for `read_json(columns = …)`, in the spelling of the records to be read."""
        texts = {spelling.get(inside + name, name): "VARCHAR" for name in self.read}
        structs = {
            spelling.get(inside + name, name): fields.struct(spelling, f"{inside}{name}.")
            for name, fields in self.objects.items()
        }
        return texts | structs

    def struct(self, spelling: Spelling, inside: str = "") -> str:
        """The DuckDB STRUCT type of these fields. STRUCT access ignores case, so SQL finds every spelling."""
        members = self.columns(spelling, inside).items()
        return f"STRUCT({', '.join(f'{quoted(name)} {kind}' for name, kind in members)})"

    def renamed(self, spelling: Spelling) -> str:
        """The select list that gives top-level columns their declared names back."""
        names = (*self.read, *self.objects)
        return ", ".join(f"{quoted(spelling.get(name, name))} as {quoted(name)}" for name in names)


def names(*lists: str) -> tuple[str, ...]:
    """Field names out of white-space separated lists."""
    return tuple(name for text in lists for name in text.split())


def known(*lists: str) -> frozenset[str]:
    """The same as a set, for fields that are known and not read."""
    return frozenset(names(*lists))


def quoted(name: str) -> str:
    """The name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def with_variants(columns: Iterable[str]) -> tuple[str, ...]:
    """Log Analytics columns as a `union` query splits them: `X_dynamic` and `X_string` (domain fact T28)."""
    return tuple(f"{column}_{suffix}" for column in columns for suffix in ("dynamic", "string"))
