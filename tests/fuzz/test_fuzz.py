"""A short feed for every target; `make fuzz` does it for as long as wanted. Past crashes are cases of their own."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.fuzz.feeding import feed
from tests.fuzz.targets import Target, targets

NAMES = ("kind of a record", "imported file", "tenant of an import", "Graph URI", "token id", "argument of who",
         "ad hoc SQL", "SQL model file", "settings", "triage events")  # fmt: skip


@pytest.fixture(scope="module")
def all_targets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Target]]:
    with targets(tmp_path_factory.mktemp("fuzz")) as found:
        assert tuple(found) == NAMES
        yield found


@pytest.mark.parametrize("name", NAMES)
def test_hostile_input_is_withstood(all_targets: Mapping[str, Target], name: str) -> None:
    fed = feed(all_targets[name], 0, first_seed=1)
    assert not fed.crashes, fed.crashes[0]
    assert fed.inputs > 100


def test_what_crashes_is_told_with_its_input(tmp_path: Path) -> None:
    def take(text: str) -> None:
        assert "x" not in text, tmp_path

    with targets(tmp_path) as found:
        fed = feed(Target(found["token id"].given.map(lambda text: text + "x"), take), 0, first_seed=1)
    assert "AssertionError" in fed.crashes[0]
