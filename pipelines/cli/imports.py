"""`whoseagent import`."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from pipelines.cli.failure import NEGATIVE, WRONG_USE
from pipelines.cli.landed import landed_as_json, lines_by_log, print_set_aside
from pipelines.cli.show import count, named, plain, say, write
from pipelines.cli.tables import progress, write_json
from pipelines.landing.manifest import Entry
from pipelines.sources.importing import ImportedFile, import_files
from pipelines.sources.landed_lines import LandedLines

_SHOWN_FILES = 30
_SHOWN_PROBLEMS = 50
_NOTES = {"empty", "secret", "skipped"}


@dataclass
class Totals(LandedLines):
    """What an import brought, over all files."""

    files: int = 0
    """Files and archive members with content."""
    inputs: int = 0
    """Files, whatever is in them."""
    removed: int = 0
    """Lines that had landed before and were removed by policy, and so did not land."""
    without_tenant: int = 0
    """New Graph records for which nobody named the tenant."""
    problems: Counter[str] = field(default_factory=Counter)
    """Inputs that could not be read as they should, by kind."""
    _last_archive: str | None = None

    @property
    def exit_code(self) -> int:
        """2 when a path is not there, 1 when something could not be read, else 0."""
        if self.problems["missing"]:
            return WRONG_USE
        return NEGATIVE if set(self.problems) - _NOTES else 0

    def add(self, file: ImportedFile) -> None:
        """Counts a file in."""
        self.files += bool(file.landed or file.known or file.removed) or not file.problems
        self.known += sum(entry.rows for entry in file.known)
        self.removed += sum(entry.rows for entry in file.removed)
        archive = file.name.partition("!")[0]
        self.inputs += archive != self._last_archive
        self._last_archive = archive
        self.problems.update(problem.kind for problem in file.problems)
        for entry in file.landed:
            self.add_entry(entry)

    def add_entry(self, entry: Entry) -> None:
        """Counts a new landed file in, and records that nobody named the tenant of."""
        super().add_entry(entry)
        if entry.shape == "graph" and entry.source.tenant_id is None:
            self.without_tenant += entry.rows


def import_paths(
    data_folder: Path, paths: Sequence[Path], tenant_id: UUID | None, *, again: bool = False
) -> list[ImportedFile]:
    """Lands what is at the paths, with a progress display; what became of each file."""
    with progress() as display:
        task = display.add_task("importing", total=None)
        tenant = str(tenant_id) if tenant_id else None
        files = import_files(
            data_folder,
            paths,
            tenant_id=tenant,
            again=again,
            on_file=lambda name: display.update(task, description=f"importing {plain(name)[-80:]}"),
        )
        return list(files)


def report(files: list[ImportedFile], *, as_json: bool = False) -> int:
    """Prints what became of the files, problems on standard error; the exit code."""
    totals = totals_of(files)
    if as_json:
        write_json({"files": [_file_as_json(file) for file in files], "total": totals_as_json(totals)})
    else:
        for file in files[:_SHOWN_FILES]:
            _print_file(file)
        if len(files) > _SHOWN_FILES:
            write(f"… and {count(len(files) - _SHOWN_FILES, 'more file')}; all are in the totals")
        print_totals(totals)
    _say_problems(files, totals)
    return totals.exit_code


def totals_of(files: Iterable[ImportedFile]) -> Totals:
    """The totals of the files."""
    totals = Totals()
    for file in files:
        totals.add(file)
    return totals


def _print_file(file: ImportedFile) -> None:
    known = sum(entry.rows for entry in file.known)
    if not file.landed and not known:
        return
    write(plain(file.name))
    if not file.landed:
        write(f"  nothing new: all {count(known, 'line')} had landed before")
        return
    for entry in file.landed:
        write(f"  {_kind(entry)}: {count(entry.rows, 'new line')}{_details(entry)}")
    if known:
        write(f"  {count(known, 'line')} had landed before")


def _kind(entry: Entry) -> str:
    return f"{entry.log} ({entry.shape})" if entry.shape else entry.log


def _details(entry: Entry) -> str:
    details = entry.reason or named(entry.labels)
    unknown = f"; fields never seen before: {named(entry.unknown_fields)}" if entry.unknown_fields else ""
    return (f": {plain(details)}" if details else "") + unknown


def print_totals(totals: Totals) -> None:
    """Prints what all files together brought."""
    write(f"{count(totals.files, 'file')}: {count(sum(totals.lines.values()), 'new line')} landed")
    for log, shape, lines in lines_by_log(totals):
        write(f"  {log} ({shape}): {lines:,}")
    print_set_aside(totals)
    if totals.unknown_fields:
        write(f"  fields never seen before: {named(totals.unknown_fields)}")
    if totals.known:
        write(f"  already landed: {count(totals.known, 'line')}")


def _say_problems(files: list[ImportedFile], totals: Totals) -> None:
    problems = [problem for file in files for problem in file.problems]
    problems.sort(key=lambda problem: problem.kind in _NOTES)
    for problem in problems[:_SHOWN_PROBLEMS]:
        say(plain(problem.message))
    if len(problems) > _SHOWN_PROBLEMS:
        say(f"… and {len(problems) - _SHOWN_PROBLEMS:,} more: {named(totals.problems)} in all")
    if totals.removed:
        which = count(totals.removed, "line")
        say(f"{which} had landed before and went by `whoseagent retain`, so did not land; --again lands them")
    if totals.without_tenant:
        which = count(totals.without_tenant, "Graph record")
        say(f"{which} landed without a tenant; import with --tenant GUID, or set tenant_id in whoseagent.toml")


def _file_as_json(file: ImportedFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "landed": [_entry_as_json(entry) for entry in file.landed],
        "already_landed": [_entry_as_json(entry) for entry in file.known],
        "removed_by_policy": [_entry_as_json(entry) for entry in file.removed],
        "problems": [{"kind": problem.kind, "message": problem.message} for problem in file.problems],
    }


def _entry_as_json(entry: Entry) -> dict[str, Any]:
    keys = ("file", "log", "shape", "reason", "rows", "bytes", "labels", "unknown_fields", "sha256")
    return {key: getattr(entry, key) for key in keys}


def totals_as_json(totals: Totals) -> dict[str, Any]:
    """The totals as plain values."""
    return {
        "files": totals.files,
        **landed_as_json(totals),
        "removed_by_policy_lines": totals.removed,
        "graph_records_without_tenant": totals.without_tenant,
        "problems": totals.problems,
    }
