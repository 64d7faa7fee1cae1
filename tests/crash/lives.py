"""A life of a small data folder that can be killed: the tenant, the storage to collect from, the warm process."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.crash.folder import prepare
from tests.crash.killing import Life
from tests.crash.processes import running_stages
from tests.emulator import Emulator, running_emulator

_DAY_SECONDS = 86_400


@contextmanager
def lives(folder: Path, emulator: Emulator, days: int = 2) -> Iterator[Life]:
    """A life in this folder. Raises NoCompilerError.

    Its clock stands a day ahead, so that what fell out of use counts as old and is swept away.
    """
    place = prepare(folder, emulator, days)
    with running_stages(
        folder / "work", int(time.time()) + _DAY_SECONDS, {"WHOSEAGENT_STORAGE_SAS": emulator.sas}
    ) as stages:
        yield Life(stages, place, folder)


@contextmanager
def a_life(folder: Path) -> Iterator[Life]:
    """One with an emulator of its own. Raises NoCompilerError, or FileNotFoundError where that is not installed."""
    with running_emulator() as emulator, lives(folder, emulator) as life:
        yield life
