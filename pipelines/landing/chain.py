"""The manifest as one process knows it, and adding to it. The landing lock must be held for every call."""

from pathlib import Path

from pipelines.catalog.logs import DIRECTORY_OBJECTS
from pipelines.chained.lines import Head
from pipelines.chained.log import ChainedLog
from pipelines.landing.folder import WORKING
from pipelines.landing.manifest import NAMES, Entry, Kind, Line, Source, decode_line, encode_line
from pipelines.landing.removal import Removal

Identity = tuple[Kind, str | None, str, str]
"""What makes landed content the same: its kind, the tenant that its source names, when a directory was observed, and
the hash of its lines."""

_DIRECTORY = {log.name for log in DIRECTORY_OBJECTS}


def identity(kind: Kind, source: Source, content_sha256: str) -> Identity:
    """The identity of content. Records that do not name their tenant are another tenant's when the source is.

    A directory that was collected says what was true at a time, so the same content at another time is another
    observation: without it, a return to an earlier state would be lost. A file does not say when it was observed.
    """
    observed = source.window[0] if source.window and kind.log in _DIRECTORY else ""
    return kind, source.tenant_id, observed, content_sha256


class Chain(ChainedLog[Line]):
    """Knows every line of the manifest."""

    known: dict[Identity, Entry]
    files: set[str]
    removals: list[Removal]
    removed: set[str]
    """Landed files that were removed by policy."""

    def __init__(self, landing: Path) -> None:
        super().__init__(landing, NAMES, landing / WORKING)

    def decode(self, line: bytes, number: int) -> Line:
        """What a line of the manifest says. Raises ManifestError."""
        return decode_line(line, number)

    def encode(self, draft: Line, end: Head) -> bytes:
        """The draft as the line that follows on this end, without the newline."""
        return encode_line(draft.model_copy(update={"seq": end.entries, "previous": end.sha256}))

    def take(self, entry: Line) -> None:
        """Keeps what has landed, and what was removed."""
        if isinstance(entry, Removal):
            self.removals.append(entry)
            self.removed.update(removed.file for removed in entry.removed)
            return
        self.known[identity(entry.kind, entry.source, entry.content_sha256)] = entry
        self.files.add(entry.file)

    def forget(self) -> None:
        """Forgets what has landed."""
        self.known, self.files, self.removals, self.removed = {}, set(), [], set()
