"""What every test shares: reproducible hypothesis runs, and the reference folder."""

import atexit
import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every run, and no time limit: a busy machine is no failure.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.load_profile("ci")


@pytest.fixture(scope="session")
def shared_folder(pytestconfig: pytest.Config) -> Path:
    """The folder of reference samples and schemas beside the checkout; skips the test where there is none."""
    folder = pytestconfig.rootpath.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs the folder of reference samples, `shared`, beside the checkout")
    return folder


@atexit.register
def keep_the_result_last() -> None:
    """Drops what DuckDB's bindings say on stderr at the very end.

    They list the objects that hypothesis keeps alive; that is no fault of a test, and hides the result.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
