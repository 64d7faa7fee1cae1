"""Checks that the evidence is what was landed: every entry of the manifest, every landed file, and nothing else.

What a policy removed has to be gone, and its entry and removal to stand; a file that is gone without one is missing.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pipelines.chained.check import check_chain
from pipelines.chained.lines import Head
from pipelines.chained.problem import Problem
from pipelines.landing.folder import CURSORS, HEAD, LOCK, MANIFEST, WORKING, landing_folder, landing_lock
from pipelines.landing.manifest import NAMES, Entry, ManifestError, decode_line, read_head
from pipelines.landing.removal import Removal
from pipelines.landing.verify_file import check_file

__all__ = ["Problem", "Report", "verify"]


@dataclass(frozen=True)
class Report:
    """What was checked; `rows` and `bytes` count only the landed files that are as they were landed."""

    entries: int
    files: int  # how many entries have a landed file that could be read
    rows: int
    bytes: int  # uncompressed
    problems: list[Problem]
    head: Head | None  # where the manifest really ends; kept elsewhere, it proves later that nothing before it changed
    removed: int = 0  # files that were removed by policy, and are gone


class _Snapshot(NamedTuple):
    manifest_bytes: int
    head: Head | ManifestError | None
    files: set[str]  # below landing/, without the names that are no evidence


def verify(data_folder: Path, progress: Callable[[int, int], None] | None = None) -> Report:
    """Checks the manifest and every landed file against each other; no problem where nothing has landed.

    `progress` is called after each landed file with the compressed bytes checked so far and those of all.
    An import that runs at the same time is waited for or not looked at.
    """
    landing = landing_folder(data_folder)
    if not landing.is_dir():
        return Report(0, 0, 0, 0, [], None)
    snapshot = _snapshot(landing)
    check = check_chain(landing / MANIFEST, snapshot.manifest_bytes, snapshot.head, NAMES, decode_line)
    landed = [line for line in check.entries if isinstance(line, Entry)]
    removals = [line for line in check.entries if isinstance(line, Removal)]
    removed = {each.file for removal in removals for each in removal.removed}
    entries = [entry for entry in landed if entry.file not in removed]
    problems = [*check.problems, *_removal_problems(landed, removals, snapshot.files)]
    files = rows = size = done = 0
    total = sum(entry.compressed_bytes for entry in entries)
    for entry in entries:
        found = check_file(landing, entry)
        files, rows, size = files + found.was_read, rows + found.rows, size + found.bytes
        problems += [found.problem] if found.problem else []
        done += entry.compressed_bytes
        if progress:
            progress(done, total)
    problems += _extra_files(snapshot.files - {entry.file for entry in landed})
    return Report(check.end.entries, files, rows, size, problems, check.end, len(removed - snapshot.files))


def _removal_problems(landed: list[Entry], removals: list[Removal], files: set[str]) -> Iterator[Problem]:
    """What was removed and is still there, and removals of what never landed as they say."""
    by_file = {entry.file: entry for entry in landed}
    for removal in removals:
        for each in removal.removed:
            entry = by_file.get(each.file)
            said = (each.sha256, each.rows, each.bytes, each.log)
            if entry is None or entry.seq > removal.seq or said != (entry.sha256, entry.rows, entry.bytes, entry.log):
                message = f"entry {removal.seq} removes {each.file!r}, which did not land before as it says"
                yield Problem("entry", f"{MANIFEST} entry {removal.seq}", message)
            elif each.file in files:
                message = f"{each.file} is still there: entry {removal.seq} removed it, and `retain` was interrupted"
                yield Problem("removal", each.file, message)


def _snapshot(landing: Path) -> _Snapshot:
    """What there is between two imports."""
    try:
        with landing_lock(landing):
            return _look(landing)
    except OSError:
        return _look(landing)  # a copy that cannot be written to: nobody imports into it either


def _look(landing: Path) -> _Snapshot:
    manifest = landing / MANIFEST
    head: Head | ManifestError | None
    try:
        head = read_head(landing)
    except ManifestError as error:
        head = error
    return _Snapshot(manifest.stat().st_size if manifest.exists() else 0, head, _files_below(landing))


def _files_below(landing: Path) -> set[str]:
    found: set[str] = set()
    for folder, subfolders, files in os.walk(landing):
        below = Path(folder).relative_to(landing)
        links = [name for name in subfolders if (Path(folder) / name).is_symlink()]
        found.update((below / name).as_posix() for name in [*files, *links])
        if folder == str(landing):
            # What is being written is no evidence yet, and how far collectors have pulled is none at all.
            subfolders[:] = [name for name in subfolders if name not in (WORKING, CURSORS)]
    return found - {MANIFEST, HEAD, LOCK}


def _extra_files(files: set[str]) -> list[Problem]:
    reason = "is not in the manifest: left by an interrupted import, or its entry was removed"
    return [Problem("extra", file, f"{file} {reason}") for file in sorted(files)]
