"""Values of a report as text for people: one line, and nothing that turns text around or hides in it."""

from datetime import date, datetime
from typing import Any, NamedTuple

NOTHING = "–"
_LONGEST = 500
_LONGEST_WORD = 32


class Cell(NamedTuple):
    """A value as it is shown."""

    text: str
    is_number: bool = False
    is_time: bool = False

    @property
    def is_long(self) -> bool:
        """Whether it has a word that is too long for a column."""
        return max(map(len, self.text.replace("-", " ").split()), default=0) > _LONGEST_WORD


def cell(column: str, value: Any) -> Cell:
    """The value of a column: shares in percent, numbers with separators, times in UTC without fractions."""
    if value is None or value == "":
        return Cell(NOTHING)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Cell(_number(column, value), is_number=True)
    return Cell(_text(value), is_time=isinstance(value, date))


def _number(column: str, value: float) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.1%}" if column.endswith("share") else f"{value:,.1f}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return value.isoformat() if isinstance(value, date) else harmless(str(value))


def harmless(text: str) -> str:
    """The text on one line, with characters that cannot be seen as escapes, and cut where it is very long."""
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text[: _LONGEST + 1])
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def heading(column: str) -> str:
    """What stands above a column: `target_user_id` becomes `Target user id`."""
    words = column.removesuffix("_upn").replace("_", " ") if column != "user_upn" else "user"
    return words[:1].upper() + words[1:]
