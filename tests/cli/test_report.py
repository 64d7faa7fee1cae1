from pathlib import Path

import pytest

from tests.cli.conftest import Whoseagent
from tests.outputs.tenant import published_tenant


@pytest.fixture(scope="session")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published_tenant(tmp_path_factory) / "data"


def test_a_report_is_written_and_says_what_is_missing(whoseagent: Whoseagent, reported: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    ended = whoseagent(
        "--data", reported, "report", "--from", "2026-03-04", "--to", "2026-03-05", "--out", out, "--no-pdf"
    )
    assert ended.code == 0
    assert ended.out.splitlines()[-1] == str(out / "report.html")
    assert "not published, 2026-03-05" in ended.err
    assert [path.name for path in out.iterdir()] == ["report.html"]


def test_a_tenant_is_named_by_id_or_by_the_name_in_the_settings(
    whoseagent: Whoseagent, reported: Path, tmp_path: Path
) -> None:
    wrong = whoseagent(*_report(reported, "2026-03-04", tmp_path / "a"), "--tenant", "fabrikam")
    assert wrong.code == 2
    known = wrong.err.partition("there are records of ")[2].strip().split(", ")
    assert "there is no record of a tenant fabrikam" in wrong.err
    (tmp_path / "whoseagent.toml").write_text(f'[[tenants]]\ntenant_id = "{known[-1]}"\nname = "fabrikam"\n')
    ended = whoseagent(*_report(reported, "2026-03-04", tmp_path / "b"), "--tenant", "Fabrikam")
    assert (ended.code, ended.err) == (0, "")
    text = (tmp_path / "b" / "report.html").read_text()
    assert known[-1] in text
    assert known[0] not in text
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    ("period", "code", "said"),
    [
        (("2026-03-05", "2026-03-02"), 2, "--from 2026-03-05 is after --to 2026-03-02"),
        (("yesterday", "2026-03-02"), 2, "--from takes a day"),
        (("2031-01-01", "2031-01-02"), 1, "is published; published are days from 2026-03-04 to 2026-03-04"),
    ],
)
def test_a_wrong_period_writes_nothing(
    whoseagent: Whoseagent, reported: Path, period: tuple[str, str], code: int, said: str
) -> None:
    first, last = period
    ended = whoseagent("--data", reported, "report", "--from", first, "--to", last, "--out", "out")
    assert ended.code == code
    assert said in ended.err
    assert not Path("out").exists()


def test_a_folder_with_something_in_it_is_left_alone(whoseagent: Whoseagent, reported: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "kept").touch()
    ended = whoseagent(*_report(reported, "2026-03-04", tmp_path / "out"))
    assert (ended.code, "takes a new or an empty folder" in ended.err) == (2, True)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["kept"]


def test_without_a_run_it_says_what_to_do(whoseagent: Whoseagent, tmp_path: Path) -> None:
    ended = whoseagent(*_report(tmp_path / "data", "2026-03-04", tmp_path / "out"))
    assert (ended.code, "run `whoseagent run` first" in ended.err) == (1, True)


def _report(data: Path, day: str, out: Path) -> tuple[object, ...]:
    return "--data", data, "report", "--from", day, "--to", day, "--out", out, "--no-pdf"


def test_a_pack_is_the_report_with_its_proof_and_the_same_twice(
    whoseagent: Whoseagent, reported: Path, tmp_path: Path
) -> None:
    packs = [tmp_path / "one.zip", tmp_path / "two.zip"]
    one, two = (whoseagent(*_report(reported, "2026-03-04", pack), "--pack", "--with-files") for pack in packs)
    assert (one.code, two.code, "Keep this hash elsewhere" in one.out) == (0, 0, True)
    assert packs[0].read_bytes() == packs[1].read_bytes()
    sha256 = next(line.split()[-1] for line in one.out.splitlines() if line.startswith("pack sha256"))
    verified = whoseagent("verify", packs[0], "--head", sha256)
    assert (verified.code, "The hash kept elsewhere is that of this pack." in verified.out) == (0, True)
    again = whoseagent(*_report(reported, "2026-03-04", packs[0]), "--pack")
    assert (again.code, "is there already" in again.err) == (2, True)
    lonely = whoseagent(*_report(reported, "2026-03-04", tmp_path / "new"), "--with-files")
    assert (lonely.code, "add --pack" in lonely.err) == (2, True)
