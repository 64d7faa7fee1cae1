"""Checks a pack by itself, offline: every file, the chain of landing in it, and that the records are those indexed."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.chained.lines import Head
from pipelines.chained.problem import Problem
from pipelines.landing.folder import landing_folder
from pipelines.outputs.pack.heads import LANDING, foreign_heads
from pipelines.outputs.pack.links import Links, bounded_lines, follow
from pipelines.outputs.pack.manifest import Counts, PackManifest, decode_manifest, sums
from pipelines.outputs.pack.names import CHAIN, LANDED, MANIFEST, SUMS, PackError
from pipelines.outputs.pack.opened import OpenedPack, open_pack, reading
from pipelines.outputs.pack.verify_records import check_records

LARGEST_MANIFEST = 64 * 2**20


@dataclass(frozen=True)
class PackCheck:
    """What was checked, and what is wrong."""

    sha256: str
    """Of manifest.json as it is: the hash to compare with the one kept elsewhere."""
    files: int
    counts: Counts | None
    """What the pack says about itself; None where its manifest was changed."""
    in_landed_files: int
    """Records that were found in whole landed files, in the pack or in the data folder."""
    chain: frozenset[str]
    """Hashes of all lines of the chain of landing in it, where it is whole."""
    landing: Head | None
    """Where that chain ends."""
    problems: list[Problem]


def verify_pack(path: Path, data_folder: Path | None = None) -> PackCheck:
    """Checks the pack, a folder or a .zip; with a data folder, also that its records stand in what landed there.

    Raises PackError for what is no pack, or must not be read.
    """
    with open_pack(path) as pack:
        if MANIFEST not in pack.sizes or pack.sizes[MANIFEST] > LARGEST_MANIFEST:
            raise PackError(f"{path} is no evidence pack: it has no {MANIFEST}, or one of an unreasonable size")
        with reading(pack, MANIFEST) as file:
            content = file.read()
        sha256 = hashlib.sha256(content).hexdigest()
        try:
            manifest = decode_manifest(content)
        except PackError as error:
            message = f"{error}; so nothing that it says about the other files counts"
            return PackCheck(sha256, 1, None, 0, frozenset(), None, [Problem("changed", MANIFEST, message)])
        return _check(pack, manifest, sha256, data_folder)


def _check(pack: OpenedPack, manifest: PackManifest, sha256: str, data_folder: Path | None) -> PackCheck:
    problems = [*_sums_problems(pack, manifest, sha256), *_file_problems(pack, manifest)]
    bad = {problem.where for problem in problems}
    links, found = _chain(pack, manifest) if CHAIN not in bad else (None, [])
    problems += found
    in_landed_files = 0
    if links:
        problems += [*_landed_problems(manifest, links), *_data_folder_problems(data_folder, manifest)]
        checked = check_records(pack, manifest, links, bad, landing_folder(data_folder) if data_folder else None)
        in_landed_files, problems = checked.in_landed_files, [*problems, *checked.problems]
    chain, end = (frozenset(links.hashes), links.end) if links else (frozenset[str](), None)
    return PackCheck(sha256, len(manifest.files) + 2, manifest.counts, in_landed_files, chain, end, problems)


def _sums_problems(pack: OpenedPack, manifest: PackManifest, sha256: str) -> Iterator[Problem]:
    if SUMS not in pack.sizes:
        yield Problem("missing", SUMS, f"{SUMS} is missing")
    elif _sha256(pack, SUMS) != hashlib.sha256(sums(manifest, sha256)).hexdigest():
        yield Problem("changed", SUMS, f"{SUMS} does not say what {MANIFEST} says: one of the two was changed")


def _file_problems(pack: OpenedPack, manifest: PackManifest) -> Iterator[Problem]:
    for declared in manifest.files:
        name = declared.path
        if name not in pack.sizes:
            yield Problem("missing", name, f"{name} is missing")
        elif pack.sizes[name] != declared.bytes:
            size = f"it has {pack.sizes[name]:,} bytes, not {declared.bytes:,}"
            yield Problem("changed", name, f"{name} was changed: {size}")
        elif _sha256(pack, name) != declared.sha256:
            yield Problem("changed", name, f"{name} was changed: its SHA-256 is another")
    for name in sorted(set(pack.sizes) - {file.path for file in manifest.files} - {MANIFEST, SUMS}):
        yield Problem("extra", name, f"{name} does not belong to the pack: it was added")


def _sha256(pack: OpenedPack, name: str) -> str | None:
    """The hash of a file; None where it cannot be read, as after a change inside a .zip."""
    digest = hashlib.sha256()
    try:
        with reading(pack, name) as file:
            while piece := file.read(2**20):
                digest.update(piece)
    except PackError:
        return None
    return digest.hexdigest()


def _chain(pack: OpenedPack, manifest: PackManifest) -> tuple[Links | None, list[Problem]]:
    """The chain of landing in the pack; None, with what is wrong, where it breaks."""
    said = Head(**manifest.chains[LANDING].model_dump())
    try:
        if CHAIN not in pack.sizes:
            raise PackError(f"{CHAIN} is not in the pack")
        with reading(pack, CHAIN) as file:
            links = follow(bounded_lines(file, CHAIN))
    except PackError as error:
        return None, [Problem("chain", CHAIN, str(error))]
    if links.end != said:
        return None, [Problem("head", CHAIN, f"{CHAIN} does not end where {MANIFEST} says that landing ends")]
    return links, []


def _landed_problems(manifest: PackManifest, links: Links) -> Iterator[Problem]:
    """Whether each landed file in the pack is one of the chain."""
    for file in manifest.files:
        landed_file = file.path.removeprefix(f"{LANDED}/")
        if landed_file != file.path != CHAIN:
            link = links.by_file.get(landed_file)
            if link is None or link.sha256 != file.sha256:
                yield Problem("content", file.path, f"{file.path} is not a landed file that {CHAIN} names")


def _data_folder_problems(data_folder: Path | None, manifest: PackManifest) -> Iterator[Problem]:
    """Whether the chains whose heads the pack names are how those of the data folder begin."""
    if data_folder is None:
        return
    heads = {name: Head(**head.model_dump()) for name, head in manifest.chains.items()}
    for name in foreign_heads(data_folder, heads):
        message = (
            f"the chain of {name} in the data folder does not have the entry where it ended when the pack was made"
        )
        yield Problem("chain", name, f"{message}: it is another data folder, or one of the two was rewritten")
