"""The storage emulator, started once."""

import os
from collections.abc import Iterator

import pytest

from tests.emulator import Emulator, running_emulator


@pytest.fixture(scope="session")
def running() -> Iterator[Emulator]:
    try:
        with running_emulator() as emulator:
            yield emulator
    except FileNotFoundError as error:
        message = (
            f"needs the storage emulator: install node and npm, then `make test` fetches it ({error.filename or error})"
        )
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


@pytest.fixture
def emulator(running: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """An empty account, with the signature for it in the environment."""
    running.drop_containers()
    monkeypatch.setenv("WHOSEAGENT_STORAGE_SAS", running.sas)
    return running
