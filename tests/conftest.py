"""What every test shares: reproducible hypothesis runs, and the reference folder."""

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
