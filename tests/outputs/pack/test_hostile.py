import hashlib
import json
import os
import stat
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipelines.outputs.pack.names import PackError
from pipelines.outputs.pack.verify import verify_pack
from tests.outputs.pack.tampering import make_anew

Member = tuple[str | zipfile.ZipInfo, bytes]


@contextmanager
def refused(because: str, folder: Path) -> Iterator[None]:
    """Nothing is written meanwhile."""
    before = sorted(folder.rglob("*"))
    with pytest.raises(PackError, match=because):
        yield
    assert sorted(folder.rglob("*")) == before


def zip_of(path: Path, *members: Member) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore", UserWarning)  # a name that is in it twice
        for name, content in members:
            archive.writestr(name, content)
    return path


def link(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return member


@pytest.mark.parametrize(
    ("members", "because"),
    [
        ([("../manifest.json", b"{}")], "cannot be the name of a file"),
        ([("manifest.json", b"{}"), ("records/../../x", b"")], "cannot be the name of a file"),
        ([("/etc/passwd", b"")], "cannot be the name of a file"),
        ([("C:\\x", b"")], "cannot be the name of a file"),
        ([("a\\..\\b", b"")], "cannot be the name of a file"),
        ([("report.html\x1b[2J", b"")], "cannot be the name of a file"),
        ([("x" * 300, b"")], "cannot be the name of a file"),
        ([("manifest.json", b"{}"), ("manifest.json", b"{}")], "is in it twice"),
        ([(link("report.html"), b"/etc/passwd")], "is a link"),
        ([("manifest.json", b"{}"), ("report.html", bytes(80 * 2**20))], "unreasonably large"),
        ([("report.html", b"")], "has no manifest.json"),
        ([], "has no manifest.json"),
    ],
)
def test_a_hostile_zip_is_refused(members: list[Member], because: str, tmp_path: Path) -> None:
    path = zip_of(tmp_path / "pack.zip", *members)
    with refused(because, tmp_path):
        verify_pack(path)


def test_a_name_cut_by_a_null_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "pack.zip", ("manifest.json#x", b"{}"))
    path.write_bytes(path.read_bytes().replace(b"json#x", b"json\0x"))
    with refused("cannot be", tmp_path):
        verify_pack(path)


def test_sizes_that_are_declared_and_not_true_are_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "pack.zip", ("manifest.json", b"{}"))
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02") + 24
    content[at : at + 4] = b"\xff\xff\xff\x7f"
    path.write_bytes(content)
    with refused("unreasonably large", tmp_path):
        verify_pack(path)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06", b"PK\x03\x04" + bytes(100)])
def test_what_is_no_zip_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "pack.zip").write_bytes(content)
    with refused("no evidence pack", tmp_path):
        verify_pack(tmp_path / "pack.zip")


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "pack.zip", ("manifest.json", b"{}"))
    content = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + flags] |= 1
    path.write_bytes(content)
    with refused("encrypted", tmp_path):
        verify_pack(path)


def test_a_folder_with_a_link_or_a_pipe_is_refused(pack: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    for name, target in (("report.html", secret), ("sql", Path("/"))):
        (pack / name).rename(tmp_path / f"kept-{name}")
        (pack / name).symlink_to(target)
        with refused("is a link", tmp_path):
            verify_pack(pack)
        (pack / name).unlink()
        (tmp_path / f"kept-{name}").rename(pack / name)
    os.mkfifo(pack / "pipe")
    with refused("no file", tmp_path):
        verify_pack(pack)


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "a/../../b", "a//b", "", ".", "records/.hidden", "a\\b", "a\nb", "x" * 300]
)
def test_a_manifest_that_names_what_is_outside_counts_for_nothing(pack: Path, name: str) -> None:
    add_to_manifest(pack, name)
    (problem,) = verify_pack(pack).problems
    assert problem.where == "manifest.json"
    assert "cannot be the name of a file" in problem.message


@pytest.mark.parametrize("path", ["manifest.json", "report.html", "REPORT.html"])
def test_a_manifest_that_names_a_file_twice_counts_for_nothing(pack: Path, path: str) -> None:
    add_to_manifest(pack, path)
    (problem,) = verify_pack(pack).problems
    assert "names a file twice" in problem.message


def add_to_manifest(pack: Path, name: str) -> None:
    """Adds a file to the manifest, and puts its hash over itself right."""
    content = json.loads((pack / "manifest.json").read_bytes())
    content["files"].append({"path": name, "bytes": 1, "sha256": "0" * 64})
    text = json.dumps(content | {"own_sha256": "0" * 64})
    own = hashlib.sha256(text.encode()).hexdigest()
    (pack / "manifest.json").write_text(json.dumps(content | {"own_sha256": own}))


def test_malformed_content_under_right_hashes_is_named(pack: Path) -> None:
    (pack / "records" / "index.ndjson").write_bytes(b'{"record_id": 1}\n')
    make_anew(pack)
    assert where(pack) == {"records/index.ndjson"}
    (pack / "records" / "index.ndjson").write_bytes(b"[" * 100_000 + b"\n")
    make_anew(pack)
    assert where(pack) == {"records/index.ndjson"}
    (pack / "records" / "index.ndjson").unlink()
    make_anew(pack)
    assert where(pack) == {"records/index.ndjson"}
    (pack / "landing" / "manifest.ndjson").write_bytes(b"no json\n")
    make_anew(pack)
    assert where(pack) == {"landing/manifest.ndjson"}
    (pack / "landing" / "manifest.ndjson").write_bytes(b"{}")
    make_anew(pack)
    assert where(pack) == {"landing/manifest.ndjson"}


def test_a_chain_that_names_a_landed_file_outside_is_not_followed(pack: Path) -> None:
    line = {"seq": 0, "previous": "0" * 64, "file": "../../secret", "sha256": "0" * 64}
    (pack / "landing" / "manifest.ndjson").write_text(json.dumps(line) + "\n")
    make_anew(pack)
    (problem,) = verify_pack(pack).problems
    assert "cannot be the name of a file" in problem.message


def test_a_landed_file_that_decompresses_to_too_much_is_not_read_to_its_end(
    pack_with_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.outputs.pack.verify_records.LARGEST_CONTENT", 10)
    assert "decompresses to an unreasonable size" in str(verify_pack(pack_with_files).problems)


def where(pack: Path) -> set[str]:
    return {problem.where for problem in verify_pack(pack).problems}
