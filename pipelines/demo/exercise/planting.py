"""What is planted in the exercise tenant: incidents that a rule has to find, and look-alikes that it must not."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pipelines.demo.exercise.directory import Directory
from pipelines.demo.tenant.cast import Cast
from pipelines.demo.tenant.scene import Scene


@dataclass(frozen=True)
class Plant:
    """An incident: some finding of the rule has these values in these columns of `findings`."""

    rule_id: str
    name: str
    expect: Mapping[str, str | None]


@dataclass(frozen=True)
class LookAlike:
    """Something harmless that is much like an incident: no finding of the rule has all of these values."""

    rule_id: str
    name: str
    avoid: Mapping[str, str | None]


@dataclass(frozen=True)
class Exercise:
    """The exercise tenant with its regular life told: what a planting function adds to.

    Every scene draws from the planting function's own generator, so that no plant changes another.
    """

    scenes: list[Scene]  # one a day; incidents are on the last
    directory: Directory

    @property
    def world(self) -> Cast:
        """Give who and what exists in the tenant."""
        return self.today.world

    @property
    def today(self) -> Scene:
        """Give the last day."""
        return self.scenes[-1]

    @property
    def days_before(self) -> list[Scene]:
        """Give the days on which nothing happens, in order."""
        return self.scenes[:-1]


Planted = Iterable[Plant | LookAlike]
Planting = Callable[[Exercise], Planted]
