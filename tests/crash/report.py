"""The figures of a run, in words and as the document `docs/reliability.md`."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from tests.crash.killing import WRONGS, Figures

_TEMPLATE = Path(__file__).with_name("reliability.md")


def show(by_stage: Mapping[str, Figures], seconds: float) -> str:
    """What `make crash` prints at its end."""
    total = total_of(by_stage)
    lines = [
        f"{name:<12} {each.points:>6} {each.kills:>6} {each.other_faults:>13} {each.survived:>9}"
        for name, each in by_stage.items()
    ]
    wrong = [f"{what}: {total.wrong[what]}" for what in WRONGS]
    return "\n".join(
        [
            f"{'stage':<12} {'points':>6} {'kills':>6} {'other faults':>13} {'survived':>9}",
            *lines,
            f"fault points: {total.points:,}",
            f"kills: {total.kills:,}",
            f"other faults: {total.other_faults:,}",
            f"survived: {total.survived:,}",
            *wrong,
            f"in {seconds:.0f} s",
        ]
    )


def document(by_stage: Mapping[str, Figures], which: str) -> str:
    """The document with these figures; `which` says at which fault points stages were killed."""
    return _TEMPLATE.read_text(encoding="utf-8").format(
        day=f"{datetime.now(UTC):%Y-%m-%d}",
        which=which,
        figures="\n".join(_rows(by_stage)),
    )


def total_of(by_stage: Mapping[str, Figures]) -> Figures:
    """All stages together."""
    total = Figures()
    for figures in by_stage.values():
        total.add(figures)
    return total


def _rows(by_stage: Mapping[str, Figures]) -> Iterator[str]:
    yield f"| stage | fault points | kills | other faults | survived | {' | '.join(WRONGS)} |"
    yield "|---|" + "--:|" * (4 + len(WRONGS))
    for name, each in [*by_stage.items(), ("all", total_of(by_stage))]:
        wrong = " | ".join(f"{each.wrong[what]:,}" for what in WRONGS)
        yield f"| {name} | {each.points:,} | {each.kills:,} | {each.other_faults:,} | {each.survived:,} | {wrong} |"
