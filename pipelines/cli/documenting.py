"""`whoseagent dictionary`."""

from pipelines.cli.failure import NEGATIVE, WRONG_USE, Failure
from pipelines.cli.show import write
from pipelines.warehouse.documentation import dictionary, dictionary_path
from pipelines.warehouse.models import load_models


def check() -> int:
    """The exit code: 1 when the file is not what the models say."""
    path = dictionary_path()
    if not path.is_file() or path.read_text(encoding="utf-8") != dictionary(load_models()):
        raise Failure(f"{path} is out of date: run `whoseagent dictionary` and commit it", NEGATIVE)
    write(f"{path} is up to date")
    return 0


def renew() -> int:
    """Writes the file; the exit code."""
    path = dictionary_path()
    if not (path.parent.parent / "pyproject.toml").is_file():
        raise Failure(f"this whoseagent is installed, not a checkout; its dictionary is {path}", WRONG_USE)
    text = dictionary(load_models())
    is_stale = not path.is_file() or path.read_text(encoding="utf-8") != text
    if is_stale:
        path.write_text(text, encoding="utf-8")
    write(f"{path} {'written' if is_stale else 'was up to date'}")
    return 0
