import csv
import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.outputs.originals import originals
from pipelines.outputs.pack.about import configuration
from pipelines.outputs.pack.exceptions import collect_evidence
from pipelines.outputs.pack.names import PackError
from pipelines.outputs.pack.records import write_chain, write_records
from pipelines.outputs.pack.verify import verify_pack
from pipelines.outputs.pack.write import write_pack
from pipelines.outputs.report.content import Period, Report, Section, Table
from pipelines.settings import Settings
from pipelines.warehouse.ask import answer
from tests.landing.test_crash import largest_file
from tests.outputs.pack.conftest import HOSTILE, RENDERED, hand_made_report
from tests.outputs.pack.tampering import flip, index, names

ALL = 10_000


def contents(pack: Path) -> dict[str, bytes]:
    return {name: (pack / name).read_bytes() for name in names(pack)}


def test_the_same_published_data_gives_the_same_bytes(made: Path, data: Path, tmp_path: Path) -> None:
    settings = Settings(data=data)
    write_pack(hand_made_report(), RENDERED, data, tmp_path / "again", settings=settings)
    assert contents(tmp_path / "again") == contents(made / "lines")
    for name in ("one.zip", "two.zip"):
        write_pack(hand_made_report(), RENDERED, data, tmp_path / name, settings=settings, is_zip=True)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert verify_pack(tmp_path / "one.zip") == verify_pack(made / "lines")


def test_a_pack_is_its_owners_alone(pack: Path, made: Path) -> None:
    assert not [path for path in (made / "lines").rglob("*") if path.stat().st_mode & 0o077]
    assert not (made / "lines").stat().st_mode & 0o077
    assert sorted(path.name for path in made.iterdir()) == ["files", "lines"]
    assert pack.is_dir()


def test_csv_is_harmless_and_parquet_is_as_it_was(made: Path) -> None:
    with (made / "lines/tables/apps.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["name", "requests", "at", "parts"]
    assert [row[0] for row in rows[1:]] == [f"'{text}" if text[0] in "=+@\uff1d" else text for text in HOSTILE]
    assert rows[1][1:] == ["1", "2026-03-02 08:00:00+00:00", '["a"]']
    read = pl.read_parquet(made / "lines/tables/apps.parquet")
    assert read.to_dicts() == hand_made_report().tables[0].rows.to_dicts()
    assert read["requests"].dtype == pl.Int64


def test_the_query_beside_a_table_runs_as_it_stands(made: Path, data: Path) -> None:
    query = (made / "lines/sql/apps.sql").read_text()
    assert "-- What apps did.\n-- And when.\n--\n-- name: name of the app" in query
    with answer(data, query) as rows:
        ((count,),) = next(rows.batches()[1])
    assert count > 0


def test_the_original_records_behind_every_exception_are_in_it(made: Path, data: Path) -> None:
    packed = {(entry["landed_file"], entry["record_id"]): entry for entry in index(made / "lines")}
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        exceptions = connection.execute(
            "select 'finding', finding_id, evidence from findings union all "
            "select 'app_only_write', request_id, evidence from attributed_requests where app_only_user_write"
        ).fetchall()
    assert {kind for kind, *_ in exceptions} == {"finding", "app_only_write"}
    for kind, id_, evidence in exceptions:
        assert evidence
        for record in evidence:
            entry = packed[record["landed_file"], record["record_id"]]
            assert [kind, id_] in entry["reasons"]
    for (landed_file, record_id), entry in packed.items():
        lines = (made / "lines" / entry["packed_file"]).read_bytes().split(b"\n")
        expected = [tuple(original) for original in originals(data, landed_file, record_id)]
        assert [(line["line"], lines[line["packed_line"] - 1]) for line in entry["lines"]] == expected


def test_records_that_a_table_of_the_report_names_are_in_it_too(data: Path) -> None:
    record = {"log": "x", "record_id": "b", "landed_file": "a/b"}
    shown = Table("with_evidence", "", "", "", (), pl.DataFrame({"evidence": [[record], None]}))
    plain = Table(
        "with_records", "", "", "", (), pl.DataFrame({"record_id": ["c", None], "landed_file": ["a/b", "a/c"]})
    )
    report = Report(Period(date(2020, 1, 1), date(2020, 1, 2)), (), None, (Section("s", "", (), (shown, plain)),))
    evidence = collect_evidence(report, data, ALL)
    assert evidence.reasons == {
        ("a/b", "b"): {("table with_evidence", "row 1")},
        ("a/b", "c"): {("table with_records", "row 1")},
    }
    assert (evidence.exceptions, evidence.left_out) == (4, 0)


def test_exceptions_beyond_the_limit_are_counted(data: Path) -> None:
    every, few = (collect_evidence(hand_made_report(), data, most) for most in (ALL, 2))
    assert every.left_out == 0
    assert (few.exceptions, few.left_out) == (every.exceptions, every.exceptions - 2)
    assert 0 < len(few.reasons) < len(every.reasons)


def test_a_record_that_is_gone_is_counted_and_a_landed_file_that_was_changed_is_refused(
    data: Path, tmp_path: Path
) -> None:
    shutil.copytree(data / "landing", tmp_path / "landing")
    evidence = collect_evidence(hand_made_report(), data, ALL)
    gone, changed, *_ = sorted({place.landed_file for place in evidence.reasons})
    (tmp_path / "landing" / gone).unlink()
    links = write_chain(tmp_path, tmp_path / "first")
    packed = write_records(tmp_path, tmp_path / "first", evidence, links, with_files=True)
    missing = {entry["record_id"] for entry in index(tmp_path / "first") if entry["missing"]}
    assert missing == {place.record_id for place in evidence.reasons if place.landed_file == gone}
    assert (packed.missing, packed.records) == (len(missing), len(evidence.reasons) - len(missing))
    flip(tmp_path / "landing" / changed, -5)
    with pytest.raises(PackError, match="was changed after it landed"):
        write_records(tmp_path, tmp_path / "second", evidence, links, with_files=False)


def test_a_broken_chain_of_landing_is_refused(data: Path, tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    first, _, *rest = (data / "landing" / "manifest.ndjson").read_text().splitlines(keepends=True)
    (tmp_path / "landing" / "manifest.ndjson").write_text("".join([first, *rest]))
    shutil.copy(data / "landing" / "head.json", tmp_path / "landing")
    with pytest.raises(PackError, match="entry 1 does not continue"):
        write_chain(tmp_path, tmp_path / "first")
    (tmp_path / "landing" / "manifest.ndjson").write_text(first)
    with pytest.raises(PackError, match="does not fit the chain"):
        write_chain(tmp_path, tmp_path / "second")


@pytest.mark.parametrize("is_zip", [False, True])
def test_a_full_disk_leaves_nothing(data: Path, tmp_path: Path, is_zip: bool) -> None:
    with largest_file(20_000), pytest.raises(OSError, match="File too large"):
        write_pack(hand_made_report(), RENDERED, data, tmp_path / "out", settings=Settings(), is_zip=is_zip)
    assert list(tmp_path.iterdir()) == []


def test_evidence_is_not_written_over(pack: Path, data: Path, tmp_path: Path) -> None:
    before = contents(pack)
    with pytest.raises(PackError, match="is there already"):
        write_pack(hand_made_report(), RENDERED, data, pack, settings=Settings())
    assert contents(pack) == before
    assert list(tmp_path.iterdir()) == [pack]


@pytest.mark.parametrize("name", ["../report.html", "manifest.json", "a/b.html", ".html"])
def test_a_report_under_another_name_than_a_files_is_refused(name: str, data: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        write_pack(hand_made_report(), {name: b""}, data, tmp_path / "out", settings=Settings())
    assert list(tmp_path.iterdir()) == []


def test_settings_are_in_it_without_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WHOSEAGENT_ROUTE_SECRET_HOOK", "hunter2")
    routes = [{"kind": "webhook", "name": "hook", "url": "https://alerts.example.com:8443/hook/t0ken?key=t0ken"}]
    agents = [{"app_id": "11111111-2222-4333-8444-555555555555", "name": "x://[ u://a:t0ken@h?t0ken"}]
    shown = configuration(Settings.model_validate({"data": tmp_path, "routes": routes, "agents": agents}))
    assert json.loads(shown)["agents"][0]["name"] == "x://[ u://h/…"
    assert json.loads(shown)["routes"][0]["url"] == "https://alerts.example.com:8443/…"
    assert not [word for word in ("hunter2", "t0ken", str(tmp_path)) if word in shown.decode()]


def test_a_pack_is_checked_elsewhere_without_the_data_folder(made: Path, data: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "files", tmp_path / "pack")
    away = data.with_name("away")
    data.rename(away)
    try:
        code = f"from pipelines.cli.start import run; raise SystemExit(run(['verify', {str(tmp_path / 'pack')!r}]))"
        ended = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(Path(__file__).parents[3])},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        away.rename(data)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "intact" in ended.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["pack"]
