"""Feeds a target with input until its time is over, and tells what it did not withstand."""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

from tests.fuzz.targets import Target

_AT_ONCE = 200
_QUIET = settings(
    max_examples=_AT_ONCE,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,
)


@dataclass
class Fed:
    """What became of a target: how many inputs it took, and those that it did not withstand."""

    inputs: int = 0
    crashes: list[str] = field(default_factory=list)


def feed(target: Target, seconds: float, first_seed: int) -> Fed:
    """Feeds the target for about so many seconds; each seed gives other inputs, the same seed the same ones."""
    fed = Fed()
    seeds = Random(first_seed)  # noqa: S311 - reproducible, nothing secret
    ends = time.monotonic() + seconds
    while not fed.inputs or time.monotonic() < ends:
        _feed_once(target.given, target.take, seeds.getrandbits(32), fed)
    return fed


def _feed_once(inputs: Any, take: Callable[[Any], None], start: int, fed: Fed) -> None:
    last: list[Any] = []

    @_QUIET
    @seed(start)
    @given(inputs)
    def take_one(value: Any) -> None:
        fed.inputs += 1
        last[:] = [value]
        take(value)

    try:
        take_one()
    except Exception:  # noqa: BLE001 - whatever it is, that is what is looked for
        fed.crashes.append(f"{last[0]!r}\n{traceback.format_exc(limit=-4)}")
