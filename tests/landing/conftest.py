"""Landing a few lines, and reading a landed file back."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from pipelines.chained.lines import FIRST_PREVIOUS, line_sha256
from pipelines.compression import zstd
from pipelines.landing.manifest import Entry, encode_entry, entries
from pipelines.landing.writer import Kind, Landed, Landing, Source

REQUESTS = Kind("MicrosoftGraphActivityLogs", "diagnostic")

Land = Callable[..., list[Landed]]


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def land(data_folder: Path) -> Land:
    """Lands lines of one kind as one batch."""

    def land_lines(kind: Kind, *lines: bytes, name: str = "export.ndjson") -> list[Landed]:
        with Landing(data_folder).batch(Source("file", name)) as batch:
            for line in lines:
                batch.add(kind, line)
        return batch.landed

    return land_lines


@pytest.fixture
def content(data_folder: Path) -> Callable[[Entry], bytes]:
    """The decompressed content of a landed file."""
    return lambda entry: zstd.decompress((data_folder / "landing" / entry.file).read_bytes())


@pytest.fixture
def landing(land: Land, data_folder: Path) -> Path:
    """A landing folder with four entries, 0 to 3."""
    for number in range(4):
        land(REQUESTS, b'{"number": %d}' % number, b"{}")
    return data_folder / "landing"


@pytest.fixture
def forge(landing: Path) -> Callable[..., None]:
    """Changes an entry, given its number, as somebody would who also recomputes the chain and head.json."""

    def forge_entry(number: int, **changes: object) -> None:
        lines = []
        previous = FIRST_PREVIOUS
        for entry in entries(landing.parent):
            update = {"previous": previous, **(changes if entry.seq == number else {})}
            lines.append(encode_entry(entry.model_copy(update=update)))
            previous = line_sha256(lines[-1])
        (landing / "manifest.ndjson").write_bytes(b"".join(line + b"\n" for line in lines))
        (landing / "head.json").write_bytes(orjson.dumps({"entries": len(lines), "sha256": previous}))

    return forge_entry


@pytest.fixture(scope="session")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a few small files, which each example changes and puts back."""
    data_folder = tmp_path_factory.mktemp("evidence")
    for number in range(3):
        with Landing(data_folder).batch(Source("file", "export.ndjson")) as batch:
            batch.add(REQUESTS, b'{"number": %d}' % number)
            batch.add(Kind("unreadable", "", reason="invalid_json"), b"no record %d" % number)
    return data_folder
