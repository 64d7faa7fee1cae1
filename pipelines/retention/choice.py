"""What is asked of single logs: which of them a call is about, and whose evidence stays longer than the tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from pipelines.catalog.logs import LOGS

JUDGED = (*(log.name for log in LOGS), "unsupported", "unreadable")
"""The logs, as landed, that retention removes something of: the directory always stays."""


class ChoiceError(ValueError):
    """What is asked for does not fit what is there; the message says what would."""


@dataclass(frozen=True)
class Choice:
    """What is asked of single logs. By itself nothing: all logs, for as long as the tables need them."""

    only: frozenset[str] = frozenset()
    """The logs that the call is about; empty for all."""
    longer: Mapping[str, date] = field(default_factory=dict)
    """Log → the first event day whose evidence stays."""
    holds: frozenset[str] = frozenset()
    """Names of the legal holds without which nothing may be removed."""

    def check_holds(self, in_force: Iterable[str]) -> None:
        """Raises ChoiceError where one of the needed holds is not in force; `in_force` are names."""
        if missing := sorted(self.holds - {*in_force}):
            raise ChoiceError(
                f"no hold {missing[0]!r} is in force, so nothing is removed; `whoseagent hold` lists them"
            )


ALL = Choice()


def check_logs(names: Iterable[str]) -> None:
    """Raises ChoiceError for a name that is of no log that retention removes something of."""
    if unknown := sorted({*names} - {*JUDGED}):
        raise ChoiceError(f"there is no log {unknown[0]!r} to retain; the logs are {', '.join(JUDGED)}")
