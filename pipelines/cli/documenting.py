"""`whoseagent dictionary`: the documents that are made from the model files."""

from collections.abc import Mapping
from pathlib import Path

from pipelines.cli.failure import NEGATIVE, WRONG_USE, Failure
from pipelines.cli.show import write
from pipelines.warehouse.documentation import dictionary, dictionary_path
from pipelines.warehouse.models import load_models
from pipelines.warehouse.rule_documentation import findings_document, findings_path


def check() -> int:
    """The exit code: 1 when a document is not what the models say."""
    for path, text in _documents().items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            raise Failure(f"{path} is out of date: run `whoseagent dictionary` and commit it", NEGATIVE)
        write(f"{path} is up to date")
    return 0


def renew() -> int:
    """Writes the documents; the exit code."""
    for path, text in _documents().items():
        if not (path.parent.parent / "pyproject.toml").is_file():
            raise Failure(f"this whoseagent is installed, not a checkout; its dictionary is {path}", WRONG_USE)
        is_stale = not path.is_file() or path.read_text(encoding="utf-8") != text
        if is_stale:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        write(f"{path} {'written' if is_stale else 'was up to date'}")
    return 0


def _documents() -> Mapping[Path, str]:
    """Path → what it should hold."""
    models = load_models()
    return {dictionary_path(): dictionary(models), findings_path(): findings_document(models)}
