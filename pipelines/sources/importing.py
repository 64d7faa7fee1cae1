"""Import of exported files: every record is recognised and landed, and what could not be read is said per file."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.catalog.detect import Detector
from pipelines.landing.manifest import Entry
from pipelines.landing.writer import Landing, Source
from pipelines.sources.files import InputFile, Problem, find_files, read_file
from pipelines.sources.taking import take


@dataclass
class ImportedFile:
    """What became of one input file (or one member of an archive)."""

    name: str
    landed: list[Entry] = field(default_factory=list)
    """Landed files that are new."""
    known: list[Entry] = field(default_factory=list)
    """Landed files with the same content, there since an earlier import."""
    removed: list[Entry] = field(default_factory=list)
    """Landed files with the same content that were removed by policy, and so did not land."""
    problems: list[Problem] = field(default_factory=list)
    secrets: int = 0
    """Records that held a secret, which did not land."""

    @property
    def rows(self) -> Counter[str]:
        """New lines by log (`unsupported` and `unreadable` among them)."""
        return sum((Counter({entry.log: entry.rows}) for entry in self.landed), Counter())


def import_files(
    data_folder: Path,
    paths: Sequence[Path],
    *,
    tenant_id: str | None = None,
    again: bool = False,
    on_file: Callable[[str], None] = lambda _: None,
) -> Iterator[ImportedFile]:
    """Lands all records of the files and folders; yields what became of each file, in order.

    `tenant_id` is the Entra tenant of records that do not name theirs, such as Graph objects; `again` lands also what
    was removed by policy. Raises OSError when the data folder cannot be written, ManifestError when the evidence in it
    was tampered with.
    """
    landing = Landing(data_folder, again=again)
    detector = Detector()
    for found in find_files(paths):
        if isinstance(found, Problem):
            yield ImportedFile(found.name, problems=[found])
            continue
        on_file(found.name)
        yield from _import_file(landing, detector, found, tenant_id)


def _import_file(
    landing: Landing, detector: Detector, file: InputFile, tenant_id: str | None
) -> Iterator[ImportedFile]:
    """One batch for each archive member: a member lands whole or not at all."""
    items = read_file(file.path, name=file.name)
    waiting = next(items, None)
    while waiting is not None:
        name = waiting[0]
        imported = ImportedFile(name)
        with landing.batch(Source("file", name, tenant_id)) as batch:
            while waiting is not None and waiting[0] == name:
                if isinstance(waiting[1], Problem):
                    imported.problems.append(waiting[1])
                else:
                    imported.secrets += take(batch, detector, waiting[1])
                waiting = next(items, None)
        if imported.secrets:
            imported.problems.append(_held_secrets(name, imported.secrets))
        imported.landed = [landed.entry for landed in batch.landed if landed.is_new]
        imported.known = [landed.entry for landed in batch.landed if not landed.is_new and not landed.was_removed]
        imported.removed = [landed.entry for landed in batch.landed if landed.was_removed]
        yield imported


def _held_secrets(name: str, records: int) -> Problem:
    held = "1 record of it held a secret" if records == 1 else f"{records:,} records of it held secrets"
    return Problem(name, f"{name}: {held}, removed before landing; the file still has what was removed", "secret")
