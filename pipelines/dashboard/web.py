"""The process of the web server: Streamlit, with the secrets of the sign-in, and with what pages need read early."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from threading import Thread

from streamlit.web import cli

from pipelines.access.sign_in import secrets_file
from pipelines.dashboard.started import settings_of
from pipelines.outputs.panels import panels, rests_on
from pipelines.settings import Settings

_SLOW_TO_IMPORT = ("pandas", "pyarrow", "altair", "pipelines.access.pseudonyms", "pipelines.dashboard.charts")
"""What pages import sooner or later, and what is no part of Streamlit's start."""


def main(arguments: list[str]) -> None:
    """Runs the command of Streamlit with these arguments, of which those behind `--` are the app's."""
    end = arguments.index("--")
    Thread(target=warm_up, daemon=True).start()
    with _secrets(settings_of(arguments[end + 1 :])) as options:
        cli.main([*arguments[:end], *options, *arguments[end:]], standalone_mode=False)


def warm_up() -> None:
    """Reads what the first page would wait for, while the browser is still busy with itself."""
    for name in _SLOW_TO_IMPORT:
        import_module(name)
    for panel in panels().values():
        rests_on(panel)


@contextmanager
def _secrets(settings: Settings) -> Iterator[list[str]]:
    """The option that names a file of secrets, which is gone when the server ends; nothing where nobody signs in."""
    if not settings.dashboard.has_sign_in:
        yield []
        return
    with secrets_file(settings) as path:
        yield [f"--secrets.files={path}"]


if __name__ == "__main__":
    main(sys.argv[1:])
