from pathlib import Path

import pytest

from benchmarks.document import document
from benchmarks.history import History, Month
from benchmarks.results import Results, read_results, write_results
from benchmarks.step import Limits, Measured, measure
from benchmarks.targets import Target
from tests.benchmarks.conftest import MadeDay


@pytest.fixture
def results() -> Results:
    who = {"request": Measured(wall_seconds=4.0, said={"seconds": 3.5, "found": True})}
    return Results("one core", history=History(2_000, {2: 4.0, 90: 4.2}), month=Month(30, 50, Measured(9.0), who))


def test_results_are_read_as_they_were_written(results: Results, tmp_path: Path) -> None:
    write_results(results, tmp_path / "results" / "run.json")
    assert read_results(tmp_path / "results" / "run.json") == results


def test_the_document_says_what_was_measured_and_which_targets_are_missed(results: Results) -> None:
    text = document(results)
    assert "Machine: one core." in text
    assert "| 90 | 4.2 |" in text
    assert "| who, by request id, 30 days of 50 | 3.50 | 3.00 | s | NOT met by 0.50 s |" in text
    assert "| day 90 / day 2, cpu | 1.05 | 1.10 |  | met |" in text


@pytest.mark.parametrize(("value", "verdict"), [(2.0, "met"), (2.5, "NOT met by 0.50 x")])
def test_a_target_says_by_how_much_it_is_missed(value: float, verdict: str) -> None:
    assert Target("ratio", value, 2.0, "x").verdict == verdict


def test_a_step_that_takes_too_much_memory_is_stopped_and_says_so(made_day: MadeDay) -> None:
    assert measure("floor", made_day.data, limits=Limits(memory_mb=5)).stopped.startswith("out of memory at 0.0 GB")


def test_a_step_that_fails_says_why(made_day: MadeDay) -> None:
    assert "KeyError" in measure("no such step", made_day.data).stopped
