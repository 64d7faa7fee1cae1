"""What every test shares: reproducible hypothesis runs, the reference folder, and the storage emulator."""

import atexit
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.emulator import Emulator, running_emulator

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


@pytest.fixture(scope="session")
def running() -> Iterator[Emulator]:
    """The storage emulator, started once; skips the test where it is not installed, which under CI is a failure."""
    try:
        with running_emulator() as emulator:
            yield emulator
    except FileNotFoundError as error:
        message = f"needs the storage emulator, which `make test` fetches where npm is: {error.filename or error}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


@pytest.fixture
def emulator(running: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """An empty storage account, with the signature for it in the environment."""
    running.drop_containers()
    monkeypatch.setenv("WHOSEAGENT_STORAGE_SAS", running.sas)
    return running


@atexit.register
def keep_the_result_last() -> None:
    """Drops what DuckDB's bindings say on stderr at the very end.

    They list the objects that hypothesis keeps alive; that is no fault of a test, and hides the result.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
