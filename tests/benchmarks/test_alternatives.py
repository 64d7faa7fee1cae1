import importlib

import pytest

from benchmarks.steps import ALTERNATIVES, floor, question
from tests.benchmarks.conftest import MadeDay


@pytest.mark.parametrize("name", ALTERNATIVES)
def test_an_alternative_gives_the_answer_of_the_published_tables(made_day: MadeDay, name: str) -> None:
    if name == "clickhouse":
        pytest.importorskip("chdb.session", reason="chdb is installed by `make bench` only")
    alternative = importlib.import_module(f"benchmarks.alternatives.{name}")
    expected = question(made_day.data)["answer"]
    assert alternative.answer(made_day.data / "landing") == expected
    assert all(sum(counts) for counts in list(zip(*expected, strict=True))[1:])


def test_the_floor_reads_all_that_landed(made_day: MadeDay) -> None:
    assert floor(made_day.data)["rows"] == sum(entry.rows for entry in made_day.warehouse.landed())
