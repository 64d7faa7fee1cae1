from pathlib import Path

import pytest

from pipelines.cli.start import run
from pipelines.outputs.pack.verify import verify_pack
from tests.outputs.pack.tampering import change_a_record, flip

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _without_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_an_intact_pack_is_exit_0_and_says_what_it_does_not_show(pack: Path, data: Path, capsys: Capture) -> None:
    assert run(["verify", str(pack)]) == 0
    out = capsys.readouterr().out
    assert f"pack sha256 {verify_pack(pack).sha256}" in out
    assert "to be found in the landing folder only" in out
    assert run(["--data", str(data), "verify", str(pack)]) == 0
    out = capsys.readouterr().out
    assert "found in their landed files" in out
    assert "landing folder only" not in out


def test_a_changed_file_is_exit_1_and_named(pack: Path, capsys: Capture) -> None:
    flip(pack / "report.html", 0)
    (pack / "new\x1b[2J").write_text("")
    assert run(["verify", str(pack)]) == 1
    ended = capsys.readouterr()
    assert "changed: report.html was changed" in ended.out
    assert r"extra: new\x1b[2J does not belong" in ended.out
    assert "NOT intact: 2 problems" in ended.err


def test_a_pack_made_anew_is_told_apart_by_the_hash_kept_elsewhere(pack: Path, capsys: Capture) -> None:
    before = verify_pack(pack)
    assert before.landing
    assert run(["verify", str(pack), "--head", before.sha256.upper()]) == 0
    assert "is that of this pack" in capsys.readouterr().out
    change_a_record(pack)
    assert run(["verify", str(pack)]) == 0
    assert run(["verify", str(pack), "--head", before.landing.sha256]) == 0
    assert "does not say that the rest of the pack is" in capsys.readouterr().out
    assert run(["verify", str(pack), "--head", before.sha256]) == 1
    assert "made anew" in capsys.readouterr().err


def test_wrong_use_is_one_line(pack: Path, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "pack.zip").write_text("no zip")
    for arguments, code in ((["absent"], 2), ([str(pack), "--head", "12"], 2), (["pack.zip"], 1)):
        assert run(["verify", *arguments]) == code
        assert len(capsys.readouterr().err.splitlines()) == 1
