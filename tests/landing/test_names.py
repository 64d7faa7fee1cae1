"""Evidence stays inside its folder, and is for its owner only."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.landing.manifest import entries
from pipelines.landing.writer import Kind, Landed, Landing, Source

REQUESTS = Kind("MicrosoftGraphActivityLogs", "diagnostic")
SOURCE = Source("file", "export.ndjson")

Land = Callable[..., list[Landed]]


@pytest.mark.parametrize(
    "kind",
    [
        Kind("..", "graph"),
        Kind("SigninLogs", "../../graph"),
        Kind("SigninLogs", ""),
        Kind("SigninLogs/../..", "graph"),
        Kind("/etc", "graph"),
        Kind("SigninLogs\n", "graph"),
        Kind("SigninLogs\0", "graph"),
        Kind("", ""),
        Kind(".tmp", "graph"),
        Kind("unreadable", "", reason="../x"),
        Kind("unreadable", "graph"),
    ],
)
def test_names_never_become_paths_unchecked(land: Land, data_folder: Path, kind: Kind) -> None:
    with pytest.raises(ValueError, match="cannot be the name of"):
        land(kind, b"{}")
    assert entries(data_folder) == []
    assert sorted(path.name for path in (data_folder / "landing").iterdir()) == [".tmp", "head.json", "lock"]


def test_everything_is_for_the_owner_only(data_folder: Path) -> None:
    def modes() -> set[tuple[bool, int]]:
        paths = [data_folder, *data_folder.rglob("*")]
        return {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in paths}

    old = os.umask(0)
    try:
        with Landing(data_folder).batch(SOURCE) as batch:
            batch.add(REQUESTS, b"{}")
            assert modes() == {(True, 0o700), (False, 0o600)}
        assert modes() == {(True, 0o700), (False, 0o600)}
    finally:
        os.umask(old)
