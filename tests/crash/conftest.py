"""A small life, led once for all tests of a module."""

import os
from collections.abc import Iterator

import pytest

from tests.crash.killing import Life
from tests.crash.lives import lives
from tests.crash.processes import NoCompilerError
from tests.emulator import Emulator


@pytest.fixture(scope="module")
def life(running: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """A data folder with nothing in it yet, whose stages can be killed."""
    running.drop_containers()
    try:
        with lives(tmp_path_factory.mktemp("crash"), running, days=1) as found:
            yield found
    except NoCompilerError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
