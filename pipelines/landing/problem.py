"""What `verify` reports."""

from typing import Literal, NamedTuple


class Problem(NamedTuple):
    """One thing that is not as an import left it, and what that means in plain words."""

    kind: Literal["entry", "chain", "head", "torn", "outside", "missing", "changed", "unreadable", "content", "extra"]
    where: str  # a path below landing/, or an entry of the manifest, counted from 0
    message: str
