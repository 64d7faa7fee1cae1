"""Shared data that a test may write to, as it was before when the test is done."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def restored(data: Path, *names: str) -> Iterator[Path]:
    """The data folder; at the end of the with-block these folders of it are as they were."""
    with tempfile.TemporaryDirectory() as kept:
        for name in names:
            if (data / name).exists():
                shutil.copytree(data / name, Path(kept) / name)
        try:
            yield data
        finally:
            for name in names:
                shutil.rmtree(data / name, ignore_errors=True)
                if (Path(kept) / name).exists():
                    shutil.copytree(Path(kept) / name, data / name)
