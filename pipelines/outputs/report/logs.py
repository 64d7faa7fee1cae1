"""Which logs the answer to a control rests on."""

from functools import lru_cache

from pipelines.catalog.logs import LOGS
from pipelines.outputs.controls import Control
from pipelines.outputs.panels import models, panels, rests_on
from pipelines.warehouse.models import of_kind
from pipelines.warehouse.rules import ANY_LOG, Rule

EVERY_LOG = frozenset(log.name for log in LOGS)
UNREADABLE = "unreadable"
"""Lines that are no records: they may be of any log."""

_OF_ALL_LOGS = frozenset({"completeness", "landed_files"})
"""Tables about the landing of logs, whichever they are."""
_RULES = "rule_headers"
"""What everything about finding rules rests on."""


@lru_cache(maxsize=256)
def logs_behind(control: Control) -> frozenset[str]:
    """The logs that its panels read, and for what rules found, the logs that these rules need."""
    return frozenset[str]().union(*(_logs_of_panel(name, control.id) for name in control.panels))


def _logs_of_panel(name: str, control: str) -> frozenset[str]:
    tables = rests_on(panels()[name])
    if tables & _OF_ALL_LOGS:
        return EVERY_LOG
    read = frozenset(log.name for log in LOGS if f"staged_{log.table}" in tables)
    is_of_control = any(column.name == "control" for column in panels()[name].columns)
    return read | _logs_of_rules(control if is_of_control else None) if _RULES in tables else read


def _logs_of_rules(control: str | None) -> frozenset[str]:
    """The logs that the rules of a control need; None for all rules."""
    rules = [rule for rule in _rules() if control is None or control in rule.controls]
    needed = frozenset(log for rule in rules for log in rule.required_logs)
    return EVERY_LOG if ANY_LOG in needed else needed & EVERY_LOG


@lru_cache(maxsize=1)
def _rules() -> tuple[Rule, ...]:
    return tuple(model.header.rule for model in of_kind(models(), "finding") if model.header.rule)
