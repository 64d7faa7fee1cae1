"""Sentences: answers to standard output, messages to standard error, and nothing that steers a terminal."""

import sys
from collections.abc import Mapping


def plain(text: str) -> str:
    """The text on one line, without what could steer a terminal or hide in it: such characters become escapes."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def say(message: str) -> None:
    """Writes a line for the person, beside the answer."""
    print(f"whoseagent: {message}", file=sys.stderr)  # noqa: T201


def write(line: str = "") -> None:
    """Writes a line of the answer. The text in it has to be plain."""
    print(line)  # noqa: T201


def count(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: `1 line`, `2,000 lines`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def named(counts: Mapping[str, int], most: int = 20) -> str:
    """Names with their counts, most frequent first: `OfficeActivity (266)`."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rest = f", and {len(ordered) - most} more" if len(ordered) > most else ""
    return ", ".join(f"{plain(name)} ({number:,})" for name, number in ordered[:most]) + rest
