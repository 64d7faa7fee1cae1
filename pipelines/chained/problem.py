"""What `verify` reports."""

from typing import Literal, NamedTuple


class Problem(NamedTuple):
    """One thing that is not as it was written, and what that means in plain words."""

    kind: Literal[
        "entry", "chain", "head", "torn", "outside", "missing", "changed", "unreadable", "content", "extra", "removal"
    ]
    where: str  # a path below the folder, or an entry of the chain, counted from 0
    message: str
