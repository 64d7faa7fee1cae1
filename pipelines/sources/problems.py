"""What is said of an input that cannot be read as it should."""

from typing import Literal, NamedTuple

ProblemKind = Literal["missing", "unreadable", "truncated", "skipped", "empty", "secret"]


class Problem(NamedTuple):
    """One sentence about an input, for the user: which one, what is wrong, what to do."""

    name: str
    message: str
    kind: ProblemKind


def printable(name: str) -> str:
    """Give a file's name without what could steer a terminal or break a line: such characters become escapes."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in name)
