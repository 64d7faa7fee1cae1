"""`manifest.json` of a pack: every other file with its hash, the heads of the chains, and a hash over itself."""

import hashlib
import re
from collections.abc import Iterable
from typing import Annotated, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError, model_validator

from pipelines.outputs.pack.heads import LANDING
from pipelines.outputs.pack.names import MANIFEST, SUMS, PackError, check_name

_ZEROS = "0" * 64
_OWN_HASH = re.compile(rb'("own_sha256": ")([0-9a-f]{64})(")')

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PackedFile(_Part):
    """A file of the pack, other than the manifest and the list of hashes."""

    path: str
    bytes: NonNegativeInt
    sha256: Sha256


class ChainHead(_Part):
    """How far a chain of the data folder went when the pack was made."""

    entries: NonNegativeInt
    sha256: Sha256


class Counts(_Part):
    """How much evidence is in the pack, and how much is not."""

    exceptions: NonNegativeInt
    """Findings, writes of apps alone, and rows of the report, that name records."""
    exceptions_left_out: NonNegativeInt
    """The same, beyond the limit of a pack."""
    records: NonNegativeInt
    """Original records in the pack."""
    missing: NonNegativeInt
    """Records that are named and could not be found in landing."""
    landed_files: NonNegativeInt
    """Whole landed files in the pack."""


class PackManifest(_Part):
    """What a pack holds."""

    version: Literal[1] = 1
    first_day: str
    last_day: str
    tenant_id: str | None
    tenants: tuple[str, ...]
    data_as_of: str | None
    counts: Counts
    chains: dict[str, ChainHead]
    """By name: landing, and cases and access where the data folder has them."""
    files: tuple[PackedFile, ...]
    own_sha256: Sha256 = _ZEROS
    """Of this file, with 64 zeros in this place."""

    @model_validator(mode="after")
    def _check_files(self) -> "PackManifest":
        paths = [file.path for file in self.files]
        for path in paths:
            check_name(path)
        if len({path.casefold() for path in [*paths, MANIFEST, SUMS]}) != len(paths) + 2:
            raise ValueError("names a file twice")
        if LANDING not in self.chains:
            raise ValueError("does not say where the chain of landing ends")
        return self


def encode_manifest(manifest: PackManifest) -> bytes:
    """The manifest as its file, with the hash over itself put right."""
    draft = manifest.model_copy(update={"own_sha256": _ZEROS}).model_dump(mode="json")
    content = orjson.dumps(draft, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return _with_own_hash(content, hashlib.sha256(content).hexdigest())


def decode_manifest(content: bytes) -> PackManifest:
    """The manifest in its file. Raises PackError when a byte of it was changed, or it was never one."""
    found = _OWN_HASH.findall(content)
    if len(found) != 1:
        raise PackError(f"{MANIFEST} is not as whoseagent writes it")
    if hashlib.sha256(_with_own_hash(content, _ZEROS)).hexdigest() != found[0][1].decode():
        raise PackError(f"{MANIFEST} was changed: the hash over itself is another")
    try:
        return PackManifest.model_validate_json(content)
    except ValidationError as error:
        raise PackError(f"{MANIFEST} is not as whoseagent writes it: {_in_words(error)}") from None


def _with_own_hash(content: bytes, sha256: str) -> bytes:
    return _OWN_HASH.sub(rb"\g<1>" + sha256.encode() + rb"\g<3>", content)


def _in_words(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place} {first['msg'].removeprefix('Value error, ')}".strip()


def sums(manifest: PackManifest, manifest_sha256: str) -> bytes:
    """The list of hashes for `sha256sum -c`: of every file of the pack but itself."""
    hashes = {file.path: file.sha256 for file in manifest.files} | {MANIFEST: manifest_sha256}
    return "".join(f"{hashes[path]}  {path}\n" for path in sorted(hashes)).encode()


def in_order(files: Iterable[PackedFile]) -> tuple[PackedFile, ...]:
    """The files by name."""
    return tuple(sorted(files, key=lambda file: file.path))
