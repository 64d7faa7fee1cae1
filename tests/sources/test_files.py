"""Finding exported files and reading what is in them."""

import gzip
import io
import os
import socket
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.compression import zstd
from pipelines.sources import contents
from pipelines.sources.files import InputFile, Problem, find_files, read_file
from pipelines.sources.records import BadLine, Record

ROWS = [{"id": str(number), "text": "é" * 20} for number in range(50)]
LINES = [f'{{"id":"{number}","text":"{"é" * 20}"}}'.encode() for number in range(50)]
FORMATS = {
    "ndjson": b"\n".join(LINES),
    "ndjson_crlf_bom": b"\xef\xbb\xbf" + b"\r\n".join(LINES) + b"\r\n",
    "array": b"[" + b",".join(LINES) + b"]",
    "graph_page": b'{"@odata.context":"https://example.com","value":[' + b",\n".join(LINES) + b"]}",
    "event_hub": b'{"records":[' + b",".join(LINES) + b"]}",
    "utf_16": b"\n".join(LINES).decode().encode("utf-16"),
    "csv": "\r\n".join(["id,text,Category", *(f"{number},{'é' * 20},x" for number in range(50))]).encode(),
}


def zipped(content: bytes, name: str = "export.json", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    return zip_of({name: content}, method)


def zip_of(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def incompressible(count: int) -> bytes:
    noise = (sha256(str(number).encode()).hexdigest() for number in range(count))
    return "\n".join(f'{{"number":{number},"noise":"{text}"}}' for number, text in enumerate(noise)).encode()


CHECKSUM: dict[int, int] = {zstd.CompressionParameter.checksum_flag: 1}
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda content: content,
    "gzip": gzip.compress,
    "gzip_members": lambda content: gzip.compress(content[:1000], mtime=0) + gzip.compress(content[1000:]),
    "zstd": zstd.compress,
    "zstd_frames": lambda content: zstd.compress(content[:1000]) + zstd.compress(content[1000:]),
    "zip": zipped,
    "zip_stored": lambda content: zipped(content, method=zipfile.ZIP_STORED),
    "zip_bzip2": lambda content: zipped(content, method=zipfile.ZIP_BZIP2),
    "zip_lzma": lambda content: zipped(content, method=zipfile.ZIP_LZMA),
    "zip_of_gzip": lambda content: zipped(gzip.compress(content, mtime=0), "export.json.gz"),
    "gzip_of_zip": lambda content: gzip.compress(zipped(content)),
    "zip_of_zip_of_zstd": lambda content: zipped(zipped(zstd.compress(content), "a.zst"), "a.zip"),
}


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., list[tuple[str, Record | BadLine | Problem]]]:
    def read_content(content: bytes, name: str = "export.json") -> list[tuple[str, Record | BadLine | Problem]]:
        file = tmp_path / name
        file.write_bytes(content)
        return list(read_file(file, name=name))

    return read_content


Read = Callable[..., list[tuple[str, Record | BadLine | Problem]]]


def problems(found: list[tuple[str, Record | BadLine | Problem]]) -> list[Problem]:
    assert all(item.name == name for name, item in found if isinstance(item, Problem))
    return [item for _, item in found if isinstance(item, Problem)]


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("layout", FORMATS)
@pytest.mark.parametrize("name", ["export", "export.json", "misnamed.gz", "misnamed.pdf"])
def test_every_format_is_read_however_it_is_packed_and_named(read: Read, packer: str, layout: str, name: str) -> None:
    found = read(PACKERS[packer](FORMATS[layout]), name)
    rows = [item.fields for _, item in found if isinstance(item, Record)]
    assert len(found) == len(rows)
    assert [{key: row[key] for key in ("id", "text")} for row in rows] == ROWS
    assert all(source.split("!")[0] == name for source, _ in found)


def test_each_member_of_an_archive_has_its_name(read: Read) -> None:
    inner = zip_of({"d.json": b'{"d":1}'})
    members = {"a/b.json": b'{"b":1}', "c.json.gz": gzip.compress(b'{"c":1}', mtime=0), "inner.zip": inner, "e/": b""}
    found = read(zip_of(members), "all.zip")
    assert [(name, item.line) for name, item in found if not isinstance(item, Problem)] == [
        ("all.zip!a/b.json", b'{"b":1}'),
        ("all.zip!c.json.gz", b'{"c":1}'),
        ("all.zip!inner.zip!d.json", b'{"d":1}'),
    ]
    assert problems(found) == []


def test_members_with_names_that_point_elsewhere_are_read_and_write_nothing(read: Read, tmp_path: Path) -> None:
    names = ["../../evil.json", "/absolute.json", "..\\windows.json"]
    found = read(zip_of(dict.fromkeys(names, b'{"a":1}')), "all.zip")
    assert [name for name, _ in found] == [f"all.zip!{name}" for name in names]
    assert [path.name for path in tmp_path.rglob("*")] == ["all.zip"]
    assert not (tmp_path.parent.parent / "evil.json").exists()


def test_hidden_members_are_passed_over_quietly(read: Read) -> None:
    members = {"__MACOSX/._a.json": b"\0\1", ".DS_Store": b"\0", "a.json": b'{"a":1}'}
    assert [name for name, _ in read(zip_of(members), "all.zip")] == ["all.zip!a.json"]


def test_more_than_three_layers_are_not_unpacked(read: Read) -> None:
    content = b'{"a":1}'
    for _ in range(3):
        content = gzip.compress(content, mtime=0)
    assert problems(read(content)) == []
    (problem,) = problems(read(gzip.compress(content, mtime=0), "deep.gz"))
    assert (problem.kind, problem.name) == ("skipped", "deep.gz")
    assert "more than 3 times" in problem.message


def test_an_encrypted_member_is_named_and_the_others_are_read(read: Read) -> None:
    content = bytearray(zip_of({"secret.json": b'{"a":1}', "open.json": b'{"b":1}'}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    found = read(bytes(content), "all.zip")
    assert [item.kind for item in problems(found)] == ["unreadable"]
    assert problems(found)[0].message.startswith("all.zip!secret.json is encrypted")
    assert [name for name, item in found if isinstance(item, Record)] == ["all.zip!open.json"]


def test_a_member_packed_in_an_unknown_way_is_named(read: Read) -> None:
    content = bytearray(zip_of({"new.json": b'{"a":1}', "open.json": b'{"b":1}'}))
    content[content.index(b"PK\x01\x02") + 10] = 97
    found = read(bytes(content), "all.zip")
    assert [(item.name, item.kind) for item in problems(found)] == [("all.zip!new.json", "unreadable")]
    assert len(found) == 2


@pytest.mark.parametrize("packer", ["gzip", "gzip_members", "zstd", "zstd_frames", "zip", "zip_stored", "gzip_of_zip"])
@given(data=st.data())
def test_a_cut_archive_gives_what_came_before_and_says_so(
    tmp_path_factory: pytest.TempPathFactory, packer: str, data: st.DataObject
) -> None:
    packed = PACKERS[packer](FORMATS["ndjson"])
    size = data.draw(st.integers(5, len(packed) - 1))
    file = tmp_path_factory.mktemp("cut") / "export.json"
    file.write_bytes(packed[:size])
    found = list(read_file(file, name="export.json"))
    records = [item.line for _, item in found if isinstance(item, Record)]
    assert records == LINES[: len(records)]
    assert found[-1][1] == problems(found)[-1]
    kept = f"{len(records)} record" + "s" * (len(records) != 1)
    if problems(found)[-1].kind == "truncated":
        assert f": {kept} before the damage were kept; fetch the file again" in problems(found)[-1].message
    else:  # cut where one member of two had just ended
        assert packer == "gzip_members"


def test_all_that_a_cut_gzip_still_holds_is_kept(read: Read) -> None:
    content = incompressible(4812)
    packed = gzip.compress(content, mtime=0)
    found = read(packed[:-4], "signins.json.gz")
    assert len(found) == 4812 + 1
    expected = (
        "signins.json.gz is cut off: 4,812 records before the damage were kept; fetch the file again to get the rest"
    )
    assert problems(found) == [Problem("signins.json.gz", expected, "truncated")]
    half = read(packed[: len(packed) // 2], "signins.json.gz")
    assert 2300 < sum(isinstance(item, Record) for _, item in half) < 2500
    assert sum(item.reason == "truncated" for _, item in half if isinstance(item, BadLine)) == 1


def test_a_zip_without_its_end_gives_its_members_to_the_damage(read: Read) -> None:
    # What a zip writer does that cannot go back: sizes come after each member.
    file = io.BytesIO()
    unseekable = io.BytesIO()
    unseekable.seekable = lambda: False  # type: ignore[method-assign] # makes zipfile write it that way
    for target in (file, unseekable):
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in ("a.json", "b.json", "README.md", "c.json"):
                archive.writestr(name, FORMATS["array"] if name.endswith("json") else b"no log\n" * 99)
    for content in (file.getvalue(), unseekable.getvalue()):
        found = read(content[: content.rindex(b"c.json", 0, content.index(b"PK\x01\x02")) + 60], "all.zip")
        names = [name for name, item in found if isinstance(item, Record)]
        assert names.count("all.zip!a.json") == names.count("all.zip!b.json") == 50
        assert ("all.zip!README.md", "skipped") in [(item.name, item.kind) for item in problems(found)]
        assert problems(found)[-1].kind == "truncated"
        assert f"{len(names)} records before the damage" in problems(found)[-1].message


@pytest.mark.parametrize("packer", ["gzip", "zstd", "zip"])
def test_damage_within_an_archive_is_said(read: Read, packer: str) -> None:
    packers: dict[str, Callable[[bytes], bytes]] = {
        **PACKERS,
        "zstd": lambda content: zstd.compress(content, options=CHECKSUM),
    }
    packed = bytearray(packers[packer](incompressible(9000)))
    packed[len(packed) * 3 // 4] ^= 0xFF
    found = read(bytes(packed))
    records = [item.line for _, item in found if isinstance(item, Record)]
    (problem,) = problems(found)
    assert problem.kind == "truncated"
    assert f"{len(records):,} records before the damage were kept" in problem.message
    assert len(records) > 5000


def test_a_cut_plain_file_is_said_even_where_no_element_is_cut(read: Read) -> None:
    found = read(b'[{"a":1},\n{"b":2},', "signins.json")
    assert [item.line for _, item in found if isinstance(item, Record)] == [b'{"a":1}', b'{"b":2}']
    expected = "signins.json is cut off: 2 records before the damage were kept; fetch the file again to get the rest"
    assert problems(found) == [Problem("signins.json", expected, "truncated")]
    assert len(found) == 3


@pytest.mark.parametrize(
    "content", [b"", gzip.compress(b"", mtime=0), zstd.compress(b""), zip_of({}), b" \n", b"[]", b"\xef\xbb\xbf"]
)
def test_an_empty_file_is_said(read: Read, content: bytes) -> None:
    ((name, problem),) = read(content)
    assert isinstance(problem, Problem)
    assert (name, problem.kind) == ("export.json", "empty")


README = b"# Title, with [brackets] {and} 'quotes'\n\n- one\n- two\n"
OTHERS = {
    "README.md": README,
    "report.pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" * 50,
    "picture.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 50,
    "notes.docx": zip_of({"[Content_Types].xml": b"<xml/>", "word/document.xml": b"<xml/>"}),
    "README.md.gz": gzip.compress(README, mtime=0),
    "table.txt": b"a,b\n1,2\n",
    "blank.txt": b"\n",
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_of_another_kind_is_skipped_with_one_sentence(read: Read, name: str) -> None:
    expected = f"{name} is no log export (no JSON or CSV records in it), skipped"
    assert read(OTHERS[name], name) == [(name, Problem(name, expected, "skipped"))]


@pytest.mark.parametrize("content", [b"BZh91AY&SY", b"\xfd7zXZ\0\0", b"7z\xbc\xaf\x27\x1c\0", b"Rar!\x1a\x07\0"])
def test_other_packers_are_named(read: Read, content: bytes) -> None:
    (problem,) = problems(read(content + b"\0\1\2" * 99, "export.json"))
    assert problem.kind == "skipped"
    assert "unpack it first" in problem.message


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.log", b"damaged\n"),
        ("a.json.gz", gzip.compress(b"damaged\n", mtime=0)),
        ("a.CSV", b"x;y\n"),
        ("a", b"{damaged\n"),
    ],
)
def test_a_damaged_log_is_kept_as_bad_lines(read: Read, name: str, content: bytes) -> None:
    found = read(content, name)
    assert any(isinstance(item, BadLine) for _, item in found)
    assert not any(item.kind == "skipped" for item in problems(found))


def test_records_after_pages_of_other_text_are_found_and_the_text_is_kept(read: Read) -> None:
    found = read(b"some tool said this\n" * 2000 + b'{"a":1}\n', "output.txt")
    assert sum(isinstance(item, BadLine) for _, item in found) == 2000
    assert sum(isinstance(item, Record) for _, item in found) == 1


def test_a_file_that_cannot_be_opened_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # a mode would not stop the superuser
    ((_, problem),) = read_file(tmp_path / "a.json", name="a.json")
    expected = "a.json cannot be read (permission denied); check that it may be read and try again"
    assert problem == Problem("a.json", expected, "unreadable")


def test_a_disk_that_fails_while_reading_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(io.BytesIO):
        def read1(self, size: int | None = -1) -> bytes:
            if not (piece := super().read1(size)):
                raise OSError(5, "Input/output error")
            return piece

    monkeypatch.setattr(Path, "open", lambda *_: Failing(b'{"a":1}\n{"b":'))
    found = list(read_file(tmp_path / "a.json", name="a.json"))
    assert [type(item) for _, item in found] == [Record, BadLine, Problem]
    assert "a.json is damaged: 1 record before" in problems(found)[0].message


def test_folders_give_their_files_in_order_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.json", "a/z.json", "a/b/c.json", ".hidden.json", ".git/x.json", "a.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = list(find_files([tmp_path / "b.json", tmp_path, tmp_path / ".hidden.json"]))
    names = ["b.json", "a/b/c.json", "a/z.json", "a.json", "b.json", ".hidden.json"]
    assert found == [InputFile(tmp_path / name, str(tmp_path / name)) for name in names]


def test_links_to_folders_are_followed_once(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.json").touch()
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "a")
    (tmp_path / "itself.json").symlink_to(tmp_path / "itself.json")
    (tmp_path / "nowhere.json").symlink_to(tmp_path / "gone.json")
    found = list(find_files([tmp_path]))
    assert [item.path.name for item in found if isinstance(item, InputFile)] == ["x.json"]
    said = [(Path(item.name).name, item.kind) for item in found if isinstance(item, Problem)]
    assert said == [("itself.json", "unreadable"), ("nowhere.json", "missing")]


def test_what_is_not_there_or_no_file_is_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "socket"))
        found = list(find_files([tmp_path / "gone.json", tmp_path / "pipe", tmp_path / "socket", Path("/dev/null")]))
    assert [item.kind for item in found if isinstance(item, Problem)] == ["missing", "skipped", "skipped", "skipped"]
    assert found[0] == Problem(
        str(tmp_path / "gone.json"), f"{tmp_path / 'gone.json'} is not there; check the path", "missing"
    )


def test_names_cannot_steer_the_terminal(read: Read, tmp_path: Path) -> None:
    (tmp_path / "\x1b[2Ja\nb\u202e.json").touch()
    (tmp_path / os.fsdecode(b"\xff.json")).touch()
    found = list(find_files([tmp_path, tmp_path / "no\r.json"]))
    assert [Path(item.name).name for item in found] == ["\\x1b[2Ja\\nb\\u202e.json", "\\udcff.json", "no\\r.json"]
    messages = [item.message for item in found if isinstance(item, Problem)]
    for file in found:
        if isinstance(file, InputFile):
            messages += [item.message for item in problems(list(read_file(file.path, name=file.path.name)))]
    messages += [item.message for item in problems(read(zip_of({"\x1b[2J.md": b"text", "c\u202e.md": b""}), "a.zip"))]
    assert len(messages) == 5
    assert all(message.isprintable() for message in messages)


def test_a_large_archive_is_never_whole_in_memory(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    read_member = zipfile.ZipExtFile.read1

    def counting(self: zipfile.ZipExtFile, n: int | None = -1) -> bytes:
        asked.append(n or -1)
        return read_member(self, n)

    monkeypatch.setattr(zipfile.ZipExtFile, "read1", counting)
    assert len(read(zipped(b'{"a":1}\n' * 500_000), "all.zip")) == 500_000
    assert len(asked) > 10
    assert max(asked) <= 65536
    assert min(asked) > 0


def test_layers_are_counted_in_archives_too(read: Read) -> None:
    content = b'{"a":1}'
    for _ in range(contents.MAX_LAYERS + 1):
        content = zipped(content, "a.zip")
    (problem,) = problems(read(content, "a.zip"))
    assert (problem.kind, problem.name) == ("skipped", "a.zip!a.zip!a.zip!a.zip")
