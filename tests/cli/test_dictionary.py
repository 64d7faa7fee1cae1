from pathlib import Path

import pytest

from pipelines.warehouse.documentation import dictionary
from pipelines.warehouse.models import load_models
from pipelines.warehouse.rule_documentation import findings_document
from tests.cli.conftest import Whoseagent


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the dictionary stands, in a checkout that is not this one."""
    path = tmp_path / "checkout" / "sql" / "DICTIONARY.md"
    path.parent.mkdir(parents=True)
    (tmp_path / "checkout" / "pyproject.toml").touch()
    monkeypatch.setattr("pipelines.cli.documenting.dictionary_path", lambda: path)
    monkeypatch.setattr("pipelines.cli.documenting.findings_path", lambda: path.parent.parent / "docs" / "findings.md")
    return path


def test_a_stale_dictionary_is_exit_1_with_the_advice(whoseagent: Whoseagent, path: Path) -> None:
    for content in (None, "old"):
        if content:
            path.write_text(content)
        ended = whoseagent("dictionary", "--check")
        assert ended.code == 1
        assert "is out of date: run `whoseagent dictionary`" in ended.err


def test_it_is_renewed_and_then_up_to_date(whoseagent: Whoseagent, path: Path) -> None:
    assert whoseagent("dictionary").code == 0
    assert path.read_text(encoding="utf-8") == dictionary(load_models())
    rules = (path.parent.parent / "docs" / "findings.md").read_text(encoding="utf-8")
    assert rules == findings_document(load_models())
    assert whoseagent("dictionary", "--check").code == 0


def test_an_installed_copy_is_not_written_to(whoseagent: Whoseagent, path: Path) -> None:
    (path.parent.parent / "pyproject.toml").unlink()
    ended = whoseagent("dictionary")
    assert (ended.code, path.exists()) == (2, False)
