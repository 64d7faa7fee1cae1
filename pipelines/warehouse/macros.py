"""The SQL macros of this installation: files called macros*.sql, which every connection that builds knows."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pipelines.warehouse.models import sql_folder

_STAGING = "staging"
_DEFINITION = re.compile(r"create\s+or\s+replace\s+macro\s+(\w+)\s*\(", re.IGNORECASE)


@cache
def _texts() -> Mapping[Path, str]:
    """File → its text, those of staging first: others may use theirs. What is run is what was fingerprinted."""
    folder = sql_folder()
    found = sorted(folder.rglob("macros*.sql"), key=lambda path: (path.relative_to(folder).parts[0] != _STAGING, path))
    return {path.relative_to(folder): path.read_text(encoding="utf-8") for path in found}


def all_macros() -> str:
    """The statements that define every macro."""
    return "\n".join(_texts().values())


def staging_macros() -> str:
    """The statements that define the macros for reading raw records."""
    return "\n".join(text for path, text in _texts().items() if path.parts[0] == _STAGING)


@cache
def macro_names() -> frozenset[str]:
    """The names of all macros, in lower case."""
    return frozenset(name.lower() for text in _texts().values() for name in _DEFINITION.findall(text))


@cache
def shared_macros() -> Mapping[str, str]:
    """Macro → the text of its file, for those outside staging.

    These may stand in queries that have to run on other engines: each engine brings its own in their place.
    """
    texts = [text for path, text in _texts().items() if path.parts[0] != _STAGING]
    return {name.lower(): text for text in texts for name in _DEFINITION.findall(text)}
