"""Writes an evidence pack: whole or not at all, for its owner only, and the same bytes for the same published data."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pipelines.durable import create_private_file, sync_folder
from pipelines.outputs.pack.about import configuration, readme, versions
from pipelines.outputs.pack.exceptions import collect_evidence
from pipelines.outputs.pack.heads import LANDING, other_heads
from pipelines.outputs.pack.manifest import ChainHead, Counts, PackedFile, PackManifest, encode_manifest, in_order, sums
from pipelines.outputs.pack.names import CONFIGURATION, MANIFEST, README, SUMS, VERSIONS, PackError, check_name
from pipelines.outputs.pack.records import write_chain, write_records
from pipelines.outputs.pack.tables import write_table
from pipelines.outputs.pack.zipped import zip_folder
from pipelines.outputs.report.content import Report
from pipelines.settings import Settings

MOST_EXCEPTIONS = 10_000
"""Findings and writes of apps alone whose records a pack shows."""


class Pack(NamedTuple):
    """A pack that was written."""

    path: Path
    sha256: str
    """Of its manifest.json. Kept elsewhere, it shows later that the pack is still this one."""
    counts: Counts
    files: int


def write_pack(
    report: Report,
    rendered: Mapping[str, bytes],
    data_folder: Path,
    out: Path,
    *,
    settings: Settings,
    is_zip: bool = False,
    with_files: bool = False,
) -> Pack:
    """Writes the pack of a report to `out`, a folder or a .zip, which must not be there yet.

    `rendered` is the report as files, by name. Raises PackError, NotPublishedError, the errors of the chains, and
    OSError; then nothing stands at `out`.
    """
    data_folder = data_folder.absolute()
    with _placed_whole(out, is_zip=is_zip) as folder:
        for name, content in rendered.items():
            _write(folder, _root_name(name), content)
        for table in report.tables:
            write_table(table, folder)
        counts, chains = _write_evidence(report, data_folder, folder, with_files=with_files)
        _write(folder, CONFIGURATION, configuration(settings))
        _write(folder, VERSIONS, versions())
        _write(folder, README, readme(report, counts))
        manifest = _manifest(report, counts, chains, in_order(_packed_files(folder)))
        content = encode_manifest(manifest)
        sha256 = hashlib.sha256(content).hexdigest()
        _write(folder, MANIFEST, content)
        _write(folder, SUMS, sums(manifest, sha256))
    return Pack(out, sha256, counts, len(manifest.files) + 2)


def _root_name(name: str) -> str:
    if "/" in name or name in (CONFIGURATION, VERSIONS, README, MANIFEST, SUMS):
        raise ValueError(f"{name!r} cannot be the name of a rendered report")
    return check_name(name)


def _write(folder: Path, name: str, content: bytes) -> None:
    with create_private_file(folder / name) as file:
        file.write(content)


def _write_evidence(
    report: Report, data_folder: Path, folder: Path, *, with_files: bool
) -> tuple[Counts, dict[str, ChainHead]]:
    evidence = collect_evidence(report, data_folder, MOST_EXCEPTIONS)
    links = write_chain(data_folder, folder)
    packed = write_records(data_folder, folder, evidence, links, with_files=with_files)
    heads = other_heads(data_folder) | {LANDING: links.end}
    chains = {name: ChainHead(**head._asdict()) for name, head in sorted(heads.items())}
    counts = Counts(exceptions=evidence.exceptions, exceptions_left_out=evidence.left_out, **packed._asdict())
    return counts, chains


def _manifest(
    report: Report, counts: Counts, chains: dict[str, ChainHead], files: tuple[PackedFile, ...]
) -> PackManifest:
    period = report.period
    return PackManifest(
        first_day=period.first_day.isoformat(),
        last_day=period.last_day.isoformat(),
        tenant_id=period.tenant_id,
        tenants=report.tenants,
        data_as_of=report.data_as_of.isoformat() if report.data_as_of else None,
        counts=counts,
        chains=chains,
        files=files,
    )


def _packed_files(folder: Path) -> Iterator[PackedFile]:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            yield PackedFile(path=path.relative_to(folder).as_posix(), bytes=path.stat().st_size, sha256=sha256)


@contextmanager
def _placed_whole(out: Path, *, is_zip: bool) -> Iterator[Path]:
    """A folder beside `out` that becomes it, as a .zip where wanted, once the with-block has ended well."""
    target = out.absolute()
    if target.exists() or target.is_symlink():
        raise PackError(f"{out} is there already; evidence is not written over: name another place with --out")
    working = Path(tempfile.mkdtemp(prefix=f".{target.name[:50]}-", dir=target.parent))
    try:
        folder = working / "pack"
        folder.mkdir(mode=0o700)
        yield folder
        finished = folder
        if is_zip:
            finished = working / "pack.zip"
            zip_folder(folder, finished)
        else:
            _sync_all(folder)
        finished.rename(target)
        sync_folder(target.parent)
    finally:
        shutil.rmtree(working, ignore_errors=True)


def _sync_all(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        sync_folder(path)
