import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.chained.lines import Head, line_sha256
from pipelines.outputs.pack.heads import foreign_heads, other_heads
from pipelines.outputs.pack.manifest import ChainHead, decode_manifest
from pipelines.outputs.pack.names import PackError
from pipelines.outputs.pack.verify import verify_pack
from pipelines.outputs.pack.zipped import zip_folder
from tests.outputs.pack.tampering import change_a_record, flip, index, make_anew, names

OWN = {"manifest.json", "SHA256SUMS"}


def wrong(pack: Path, data_folder: Path | None = None) -> set[tuple[str, str]]:
    return {(problem.kind, problem.where) for problem in verify_pack(pack, data_folder).problems}


@pytest.fixture
def zipped(made: Path, tmp_path: Path) -> Path:
    zip_folder(made / "lines", tmp_path / "pack.zip")
    return tmp_path / "pack.zip"


def test_an_untouched_pack_is_intact_as_folder_and_as_zip(made: Path, zipped: Path) -> None:
    folder = verify_pack(made / "lines")
    assert folder == verify_pack(zipped)
    assert folder.problems == []
    assert folder.counts
    assert folder.counts.records > 5
    assert folder.in_landed_files == 0


def test_records_are_found_in_landed_files_in_the_pack_or_in_the_data_folder(made: Path, data: Path) -> None:
    for check in (verify_pack(made / "files"), verify_pack(made / "lines", data)):
        assert check.problems == []
        assert check.counts
        assert check.in_landed_files == check.counts.records


@pytest.mark.parametrize("place", [0, 0.5, 1])
def test_a_changed_byte_in_any_file_is_found_and_named(pack_with_files: Path, place: float) -> None:
    files = names(pack_with_files) - OWN
    for name in files:
        path = pack_with_files / name
        flip(path, round(place * (path.stat().st_size - 1)))
    assert wrong(pack_with_files) == {("changed", name) for name in files}


@given(st.data())
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_byte_anywhere_is_found_and_named(pack: Path, data: st.DataObject) -> None:
    path = pack / data.draw(st.sampled_from(sorted(names(pack))))
    before = path.read_bytes()
    flip(path, data.draw(st.integers(0, len(before) - 1)))
    try:
        assert wrong(pack) == {("changed", path.relative_to(pack).as_posix())}
    finally:
        path.write_bytes(before)


def test_every_byte_of_the_manifest_counts(pack: Path) -> None:
    content = (pack / "manifest.json").read_bytes()
    for offset in range(0, len(content), 41):
        changed = content[:offset] + bytes([content[offset] ^ 1]) + content[offset + 1 :]
        with pytest.raises(PackError, match=r"manifest\.json"):
            decode_manifest(changed)
    for other in (content + b" ", content[:-1], b"", b"[]", b"{", b"\xff"):
        with pytest.raises(PackError, match=r"manifest\.json"):
            decode_manifest(other)


def test_removed_added_and_renamed_files_are_named(pack: Path) -> None:
    (pack / "report.pdf").unlink()
    (pack / "tables" / "more.csv").write_text("a\n")
    (pack / "sql" / "apps.sql").rename(pack / "sql" / "application.sql")
    (pack / "SHA256SUMS").unlink()
    assert wrong(pack) == {
        ("missing", "report.pdf"),
        ("extra", "tables/more.csv"),
        ("missing", "sql/apps.sql"),
        ("extra", "sql/application.sql"),
        ("missing", "SHA256SUMS"),
    }


def test_a_changed_byte_inside_a_zip_is_found_and_named(made: Path, zipped: Path) -> None:
    content = zipped.read_bytes()
    text = (made / "lines" / "report.pdf").read_bytes()  # stored as it is
    changed = content.replace(text, text.replace(b"PDF", b"PDE"))
    assert changed != content
    zipped.write_bytes(changed)
    assert wrong(zipped) == {("changed", "report.pdf")}


@given(st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_zip_has_all_its_content_or_is_not_intact(zipped: Path, data: st.DataObject) -> None:
    before = verify_pack(zipped)
    content = zipped.read_bytes()
    flip(zipped, data.draw(st.integers(0, len(content) - 1)))
    try:
        after = verify_pack(zipped)
    except PackError:
        after = None
    finally:
        zipped.write_bytes(content)
    assert after is None or after.problems or after == before


def test_a_record_changed_with_every_hash_in_the_pack_has_another_pack_hash(made: Path, pack: Path, data: Path) -> None:
    change_a_record(pack)
    assert wrong(pack) == set()
    assert verify_pack(pack).sha256 != verify_pack(made / "lines").sha256
    assert wrong(pack, data) == {("content", index(pack)[0]["landed_file"])}


def test_a_record_changed_with_every_hash_is_found_where_the_landed_file_is_in_the_pack(pack_with_files: Path) -> None:
    change_a_record(pack_with_files)
    landed_file = index(pack_with_files)[0]["landed_file"]
    assert wrong(pack_with_files) == {("content", f"landing/{landed_file}")}


def test_a_landed_file_changed_with_every_hash_is_not_the_one_of_the_chain(pack_with_files: Path) -> None:
    landed_file = index(pack_with_files)[0]["landed_file"]
    flip(pack_with_files / "landing" / landed_file, 30)
    make_anew(pack_with_files)
    assert ("content", f"landing/{landed_file}") in wrong(pack_with_files)


def test_a_record_that_is_not_in_the_index_is_found(pack: Path) -> None:
    entry = index(pack)[0]
    with (pack / entry["packed_file"]).open("ab") as file:
        file.write(b"{}\n")
    (pack / "records" / "more.ndjson").write_text("{}\n")
    make_anew(pack)
    assert wrong(pack) == {("content", entry["packed_file"]), ("content", "records/more.ndjson")}


def test_the_chain_of_landing_in_it_is_followed_and_compared(pack: Path) -> None:
    chain = pack / "landing" / "manifest.ndjson"
    lines = chain.read_text().splitlines(keepends=True)
    chain.write_text("".join(lines[:-1]))
    make_anew(pack)
    assert wrong(pack) == {("head", "landing/manifest.ndjson")}
    chain.write_text("".join([lines[0], *lines[2:]]))
    make_anew(pack)
    assert wrong(pack) == {("chain", "landing/manifest.ndjson")}
    chain.write_text("")
    make_anew(pack, chains={"landing": ChainHead(entries=0, sha256="0" * 64)})
    assert ("content", "records/index.ndjson") in wrong(pack)
    assert verify_pack(pack).chain == frozenset()


def test_a_pack_of_another_data_folder_is_told_apart(pack: Path, data: Path, tmp_path: Path) -> None:
    (tmp_path / "data" / "landing").mkdir(parents=True)
    chain = (data / "landing" / "manifest.ndjson").read_text()
    (tmp_path / "data" / "landing" / "manifest.ndjson").write_text(chain.replace('"rows":', '"rows": '))
    assert wrong(pack, tmp_path / "data") == {("chain", "landing")}


@pytest.mark.parametrize("name", ["access", "cases"])
def test_the_heads_of_other_chains_are_named_and_compared(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "events.ndjson").write_text("one\ntwo\n")
    head = Head(2, line_sha256(b"two"))
    (tmp_path / name / "head.json").write_text(json.dumps(head._asdict()))
    assert other_heads(tmp_path) == {name: head}
    (tmp_path / name / "events.ndjson").write_text("one\ntwo\nthree\n")
    assert list(foreign_heads(tmp_path, {name: head})) == []
    (tmp_path / name / "events.ndjson").write_text("two\none\nthree\n")
    assert list(foreign_heads(tmp_path, {name: head})) == [name]


def test_it_is_checked_without_whoseagent(pack: Path) -> None:
    if not shutil.which("sha256sum"):
        pytest.skip("needs sha256sum")
    check = ["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"]
    assert subprocess.run(check, cwd=pack, check=False, capture_output=True).returncode == 0
    flip(pack / "report.html", 3)
    ended = subprocess.run(check, cwd=pack, check=False, capture_output=True, text=True)
    assert ended.returncode == 1
    assert "report.html: FAILED" in ended.stdout
