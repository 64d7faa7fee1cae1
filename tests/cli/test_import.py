import gzip
import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.cli.conftest import Whoseagent

TENANT = "0f0f0f0f-1111-4222-8333-444444444444"
TIME = "2026-03-02T10:00:00Z"
CHANGE = {"id": "Directory_1", "activityDateTime": TIME, "activityDisplayName": "Add user", "initiatedBy": {}}
AUDIT = {"time": TIME, "category": "AuditLogs", "tenantId": TENANT, "properties": CHANGE}
GRAPH_AUDIT = CHANGE
OFFICE = {"Type": "OfficeActivity", "TimeGenerated": "2026-03-02T10:00:00Z"}


def write(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_it_says_what_came_in_by_log_and_shape(whoseagent: Whoseagent, tmp_path: Path) -> None:
    file = write(tmp_path / "mixed.json", AUDIT, OFFICE)
    with file.open("a") as stream:
        stream.write('{"broken": \n')
    ended = whoseagent("import", file)
    assert ended.code == 0
    assert "AuditLogs (diagnostic): 1 new line" in ended.out
    assert "kept, but of a kind not read yet: Log Analytics table OfficeActivity (1)" in ended.out
    assert "kept, but no usable records: " in ended.out
    assert "1 file: 3 new lines landed" in ended.out


def test_the_same_content_again_is_said_to_be_nothing_new(whoseagent: Whoseagent, tmp_path: Path) -> None:
    file = write(tmp_path / "audit.json", AUDIT)
    whoseagent("import", file)
    ended = whoseagent("import", file)
    assert ended.code == 0
    assert "nothing new: all 1 line had landed before" in ended.out
    assert "1 file: 0 new lines landed" in ended.out


def test_a_wrong_path_is_exit_2_and_the_rest_is_imported(whoseagent: Whoseagent, tmp_path: Path) -> None:
    ended = whoseagent("import", tmp_path / "missing.json", write(tmp_path / "audit.json", AUDIT))
    assert ended.code == 2
    assert "missing.json is not there; check the path" in ended.err
    assert "AuditLogs (diagnostic): 1" in ended.out


def test_a_truncated_archive_is_exit_1_and_the_rest_is_imported(whoseagent: Whoseagent, tmp_path: Path) -> None:
    text = "".join(json.dumps(AUDIT | {"correlationId": sha256(bytes([n])).hexdigest()}) + "\n" for n in range(256))
    (tmp_path / "cut.json.gz").write_bytes(gzip.compress(text.encode())[:-200])
    ended = whoseagent("import", tmp_path / "cut.json.gz", write(tmp_path / "audit.json", AUDIT))
    assert ended.code == 1
    assert "cut.json.gz is cut off" in ended.err
    assert "audit.json" in ended.out


def test_an_empty_file_is_a_note(whoseagent: Whoseagent, tmp_path: Path) -> None:
    (tmp_path / "empty.json").touch()
    ended = whoseagent("import", tmp_path / "empty.json")
    assert (ended.code, ended.err) == (0, f"whoseagent: {tmp_path}/empty.json is empty\n")


def test_a_hostile_file_name_steers_no_terminal(whoseagent: Whoseagent, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder / "a\x1b[31m\nname\u202e.json", AUDIT)
    (folder / "b\x1b]0;x\x07.json").touch()
    ended = whoseagent("import", folder)
    assert r"a\x1b[31m\nname\u202e.json" in ended.out
    assert not {"\x1b", "\x07", "\u202e"} & set(ended.out + ended.err)


def test_graph_records_without_a_tenant_are_pointed_out(whoseagent: Whoseagent, tmp_path: Path) -> None:
    file = write(tmp_path / "graph.json", {"value": [GRAPH_AUDIT]})
    assert "1 Graph record landed without a tenant; import with --tenant GUID" in whoseagent("import", file).err
    assert whoseagent("--data", "other", "import", file, "--tenant", TENANT).err == ""
    Path("whoseagent.toml").write_text(f'tenant_id = "{TENANT}"\n')
    assert whoseagent("--data", "third", "import", file).err == ""


def test_json_gives_the_same_to_programs(whoseagent: Whoseagent, tmp_path: Path) -> None:
    ended = whoseagent("import", write(tmp_path / "x.json", AUDIT, OFFICE), "missing", "--json")
    found = json.loads(ended.out)
    assert ended.code == 2
    assert found["total"]["new_lines"] == 2
    assert found["total"]["problems"] == {"missing": 1}
    assert found["files"][0]["landed"][0]["rows"] == 1
    assert found["files"][1]["problems"][0]["kind"] == "missing"


def test_many_files_are_summed_up(whoseagent: Whoseagent, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(35):
        write(folder / f"{number:02}.json", AUDIT | {"correlationId": str(number)})
    ended = whoseagent("import", folder)
    assert "… and 5 more files; all are in the totals" in ended.out
    assert "AuditLogs (diagnostic): 35" in ended.out


def test_a_data_folder_that_is_a_file_is_exit_2(whoseagent: Whoseagent, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no folder")
    ended = whoseagent("import", write(tmp_path / "audit.json", AUDIT))
    assert ended.code == 2
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize("verb", ["verify", "run"])
def test_nothing_landed_is_exit_1_with_the_next_step(whoseagent: Whoseagent, verb: str) -> None:
    ended = whoseagent(verb)
    assert (ended.code, ended.out) == (1, "")
    assert "run `whoseagent import PATH…`" in ended.err
