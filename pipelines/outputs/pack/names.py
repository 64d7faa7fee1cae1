"""What the files of a pack are called, and which names a pack may have in it."""

import re

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
README = "README.txt"
CONFIGURATION = "configuration.json"
VERSIONS = "versions.json"
INDEX = "records/index.ndjson"
CHAIN = "landing/manifest.ndjson"
LANDED = "landing"
"""Folder of the whole landed files, below which they have the names that they have in landing."""

LONGEST_NAME = 200
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")


class PackError(Exception):
    """A pack cannot be made, or must not be read; the message says why."""


def check_name(name: str) -> str:
    """The name, where it is one that stays inside the pack. Raises ValueError."""
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise ValueError(f"{name[:LONGEST_NAME]!r} cannot be the name of a file of a pack")
    return name


def records_name(landed_file: str) -> str:
    """The file of the pack that has the records out of this landed file."""
    return f"records/{landed_file.removesuffix('.zst').removesuffix('.ndjson')}.ndjson"
