"""Text from logs, as pages show it: whoever makes a request chooses its names, and Streamlit reads Markdown.

Tables, `st.text`, `st.code` and charts show text as it stands: `plain` suffices there. Headings, captions, labels of
buttons, radios and expanders, `st.markdown` and `st.metric` read Markdown: there it has to be `markdown_safe`.
"""

import re
import string

from pipelines.alerts.text import cut

LONGEST = 500
"""What no cell and no sentence goes beyond. The whole text stands in the originals."""

_JOINERS = "\u200c\u200d"  # part of how some scripts are written
_PUNCTUATION = re.compile(f"[{re.escape(string.punctuation)}]")
# Streamlit makes links and emoji out of finished text too, where a backslash says nothing any more.
_STARTS_SOMETHING = re.compile(r"(\\[:@]|www)", re.IGNORECASE)
_WORD_JOINER = "\u2060"
_SPELT = re.compile(r"\b(?:api|ip|mfa|upn|uri|sign in)\b")


def plain(text: str, longest: int = LONGEST) -> str:
    """The text on one line, at most so long; what could turn text around, hide in it or steer is spelt out."""
    return cut("".join(map(_visible, text[: longest + 1])), longest)


def markdown_safe(text: str, longest: int = LONGEST) -> str:
    """The text so that Markdown shows it as it is: no link, picture, formula, emoji, colour or HTML comes of it."""
    escaped = _PUNCTUATION.sub(lambda found: f"\\{found[0]}", plain(text, longest))
    return _STARTS_SOMETHING.sub(lambda found: found[0] + _WORD_JOINER, escaped)


def number(value: float | None) -> str:
    """A count for people: `12,345`."""
    return "–" if value is None else f"{value:,.0f}"


def percent(share: float | None) -> str:
    """A share between 0 and 1 for people: `97.3 %`. Only what is all of it reads 100 %, and only nothing 0 %."""
    if share is None:
        return "–"
    rounded = round(share * 100, 1)
    if 0 < share < 1:
        rounded = min(max(rounded, 0.1), 99.9)
    return f"{rounded:g} %" if rounded in (0, 100) else f"{rounded:.1f} %"


def words(value: str) -> str:
    """A value of a column as words: `request_only` → `request only`."""
    return value.replace("_", " ")


def column_label(column: str) -> str:
    """A column's name as a person writes it: `sign_in_ip_address` → `Sign-in IP address`."""
    spelt = _SPELT.sub(lambda found: "sign-in" if found[0] == "sign in" else found[0].upper(), words(column))
    return spelt[:1].upper() + spelt[1:]


def _visible(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    return " " if character.isspace() else ascii(character)[1:-1]
