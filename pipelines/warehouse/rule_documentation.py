"""docs/findings.md, out of the headers of the finding rules."""

from collections.abc import Iterator
from pathlib import Path

from pipelines.warehouse.models import Model, Models, of_kind, sql_folder
from pipelines.warehouse.rules import SEVERITIES, Rule

_HEAD = """# Finding rules

Made from the files under `sql/findings/` by `whoseagent dictionary`; do not edit. A rule is evaluated for each tenant
and event day. Where a log that it needs has no record of the day, or the tenant's history is shorter than what it
compares with, it says `not_evaluated` in `rule_evaluations`: that it found nothing is then no pass. The controls are a
mapping to be confirmed by the reader.
"""


def findings_document(models: Models) -> str:
    """The document: a table of all rules, gravest first, and a section for each."""
    rules = sorted(of_kind(models, "finding"), key=lambda model: (SEVERITIES.index(_rule(model).severity), model.name))
    rows = [f"| [{model.name}](#{model.name}) | {_rule(model).title} | {_rule(model).severity} |" for model in rules]
    table = "\n".join(["| rule | finds | up to |", "|---|---|---|", *rows])
    return "\n".join([_HEAD, table, "", *(line for model in rules for line in _section(model))])


def findings_path() -> Path:
    """Where the document stands in a checkout."""
    return sql_folder().parent / "docs" / "findings.md"


def _section(model: Model) -> Iterator[str]:
    rule = _rule(model)
    yield f"## {model.name}\n"
    yield f"**{rule.title}** (up to {rule.severity}). {_flat(model.header.description)}\n"
    yield f"- **Why it fires:** {_flat(rule.why)}"
    yield f"- **Known false positives:** {_flat(rule.false_positives)}"
    yield f"- **What to do:** {_flat(rule.what_to_do)}"
    yield f"- **ATT&CK:** {', '.join(rule.techniques)}"
    yield f"- **Controls:** {', '.join(rule.controls)}"
    yield f"- **Needs:** {', '.join(rule.required_logs)}{_history(model, rule)}\n"


def _history(model: Model, rule: Rule) -> str:
    parts = [f"{rule.baseline_days} days of history"] if rule.baseline_days else []
    parts += [f"looks back {model.header.lookback_hours} hours"] if model.header.lookback_hours else []
    parts += [f"stands until not found for {rule.standing_days} days"] if rule.standing_days else []
    return "".join(f"; {part}" for part in parts)


def _rule(model: Model) -> Rule:
    rule = model.header.rule
    if rule is None:
        raise ValueError(f"{model.name} is no rule")
    return rule


def _flat(text: str) -> str:
    return " ".join(text.split())
