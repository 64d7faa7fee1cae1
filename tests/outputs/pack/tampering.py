"""What somebody does to a pack."""

import hashlib
import json
from pathlib import Path
from typing import Any

from pipelines.outputs.pack.manifest import PackedFile, decode_manifest, encode_manifest, in_order, sums


def flip(path: Path, offset: int) -> None:
    """Changes one byte."""
    content = bytearray(path.read_bytes())
    content[offset] ^= 1
    path.write_bytes(content)


def names(pack: Path) -> set[str]:
    return {path.relative_to(pack).as_posix() for path in pack.rglob("*") if path.is_file()}


def make_anew(pack: Path, **changed: Any) -> None:
    """Puts every hash of the pack right, as somebody does who knows how a pack is made."""
    manifest = decode_manifest((pack / "manifest.json").read_bytes())
    files = []
    for name in names(pack) - {"manifest.json", "SHA256SUMS"}:
        content = (pack / name).read_bytes()
        files.append(PackedFile(path=name, bytes=len(content), sha256=hashlib.sha256(content).hexdigest()))
    manifest = manifest.model_copy(update={"files": in_order(files), **changed})
    content = encode_manifest(manifest)
    (pack / "manifest.json").write_bytes(content)
    (pack / "SHA256SUMS").write_bytes(sums(manifest, hashlib.sha256(content).hexdigest()))


def index(pack: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (pack / "records" / "index.ndjson").read_text().splitlines()]


def change_a_record(pack: Path) -> str:
    """Changes a record, its hash in the index, and every hash over these; the file of the pack that it is in."""
    entries = index(pack)
    entry = entries[0]
    path = pack / entry["packed_file"]
    lines = path.read_bytes().split(b"\n")
    line = lines[0].replace(b'"', b"'", 1)
    lines[0] = line
    path.write_bytes(b"\n".join(lines))
    for each in entries:
        for place in each["lines"]:
            if each["packed_file"] == entry["packed_file"] and place["packed_line"] == 1:
                place.update(sha256=hashlib.sha256(line).hexdigest(), bytes=len(line))
    text = "".join(json.dumps(each) + "\n" for each in entries)
    (pack / "records" / "index.ndjson").write_text(text)
    make_anew(pack)
    return str(entry["packed_file"])
