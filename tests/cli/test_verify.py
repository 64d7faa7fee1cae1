import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Whoseagent
from tests.cli.test_import import AUDIT, write


@pytest.fixture
def landing(whoseagent: Whoseagent, tmp_path: Path) -> Path:
    """Two landed files."""
    for number in range(2):
        whoseagent("import", write(tmp_path / "in.json", AUDIT | {"correlationId": str(number)}))
    return tmp_path / "data" / "landing"


def head_of(out: str) -> str:
    found = re.search(r"head sha256 ([0-9a-f]{64})", out)
    assert found
    return found[1]


def test_intact_evidence(whoseagent: Whoseagent, landing: Path) -> None:
    ended = whoseagent("verify")
    assert (ended.code, ended.err) == (0, "")
    assert "2 entries, 2 files, 2 rows: intact" in ended.out
    assert landing.is_dir()
    assert head_of(ended.out)


def test_one_changed_byte_is_exit_1(whoseagent: Whoseagent, landing: Path) -> None:
    file = next(landing.rglob("*.ndjson.zst"))
    content = bytearray(file.read_bytes())
    content[-5] ^= 1
    file.write_bytes(content)
    ended = whoseagent("verify")
    assert ended.code == 1
    assert file.name in ended.out
    assert "NOT intact: 1 problem that no interrupted import leaves" in ended.err


def test_what_an_interrupted_import_leaves_is_told_apart(whoseagent: Whoseagent, landing: Path) -> None:
    with (landing / "manifest.ndjson").open("ab") as manifest:
        manifest.write(b'{"seq": 2')
    ended = whoseagent("verify")
    assert ended.code == 1
    assert "torn: the last line of manifest.ndjson is incomplete" in ended.out
    assert "as an interrupted import leaves" in ended.err
    assert "NOT intact" not in ended.err


def test_a_head_kept_elsewhere_notices_a_manifest_rewritten_as_a_whole(
    whoseagent: Whoseagent, landing: Path, tmp_path: Path
) -> None:
    kept = head_of(whoseagent("verify").out)
    whoseagent("import", write(tmp_path / "in.json", AUDIT | {"correlationId": "later"}))
    later = whoseagent("verify", "--head", kept.upper())
    assert later.code == 0
    assert "1 entries were added since" in later.out
    for path in [*landing.rglob("*.zst"), landing / "manifest.ndjson", landing / "head.json"]:
        path.unlink()
    whoseagent("import", tmp_path / "in.json")
    assert whoseagent("verify").code == 0
    rewritten = whoseagent("verify", "--head", kept)
    assert rewritten.code == 1
    assert "the manifest was rewritten" in rewritten.err


def test_a_manifest_that_was_tampered_with_stops_an_import(
    whoseagent: Whoseagent, landing: Path, tmp_path: Path
) -> None:
    manifest = landing / "manifest.ndjson"
    first, second = manifest.read_text().splitlines()
    changed = json.dumps(json.loads(first) | {"rows": 2})
    manifest.write_text(f"{changed}\n{second}\n")
    assert whoseagent("verify").code == 1
    manifest.write_text(f"{first}\n")
    ended = whoseagent("import", tmp_path / "in.json")
    assert ended.code == 1
    assert len(ended.err.splitlines()) == 1
    assert "whoseagent verify" in ended.err
