"""What landed files are called: by kind and content, and never by a name that has not been checked."""

import re

from pipelines.landing.manifest import Kind

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def folder_name(kind: Kind) -> str:
    """Where below landing/ the files of this kind are. ValueError for a name that must not become a path."""
    match kind.log:
        case "unsupported":
            parts: tuple[str, ...] = (kind.log,)
        case "unreadable":
            parts = (kind.log, kind.reason)
        case _:
            parts = (kind.log, kind.shape)
    for part in parts:
        if not _NAME.fullmatch(part):
            raise ValueError(f"{part!r} cannot be the name of a log, a shape or a reason")
    return "/".join(parts)


def free_name(kind: Kind, content_sha256: str, *taken: set[str]) -> str:
    """A name for a landed file that no entry has: other content, or another spelling, never replaces evidence."""
    stem = f"{folder_name(kind)}/{content_sha256[:16]}"
    suffix = ".zst" if kind.log == "unreadable" else ".ndjson.zst"
    name, number = stem + suffix, 2
    while any(name in names for names in taken):
        name, number = f"{stem}_{number}{suffix}", number + 1
    return name
