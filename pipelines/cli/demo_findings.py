"""What `whoseagent demo` prints of the findings: each rule beside what was planted for it, and how many there are."""

from collections.abc import Mapping, Sequence

from pipelines.cli.show import count, plain, write
from pipelines.cli.tables import write_table
from pipelines.demo.rules_score import Load, RuleScore

_COUNTS = ("planted", "found", "missed", "false", "look-alikes", "disturbed")
_SEVERITIES = ("critical", "high", "medium", "low", "info")


def print_scores(scores: Sequence[RuleScore]) -> None:
    """Prints a row a rule over the exercise tenant, and the rules that could not be evaluated with the reason."""
    write("\nWhat the rules found in the exercise tenant")
    evaluated = [found for found in scores if found.not_evaluated is None]
    rows = [_counts(found) for found in evaluated]
    sums = [sum(numbers) for numbers in zip(*rows, strict=True)] or [0] * len(_COUNTS)
    names = [*(found.rule_id for found in evaluated), count(len(evaluated), "rule")]
    table = [[name, *(f"{number:,}" for number in row)] for name, row in zip(names, [*rows, sums], strict=True)]
    write_table(["rule", *_COUNTS], table, right=_COUNTS, always_grid=True)
    for found in scores:
        if found.not_evaluated is not None:
            unjudged = f"; {count(found.planted, 'incident')} planted" if found.planted else ""
            write(f"  not evaluated: {plain(found.rule_id)}: {plain(found.not_evaluated)}{unjudged}")


def print_load(loads: Sequence[Load], tenants: Mapping[str, str]) -> None:
    """Prints how many findings a day there are for 1,000 users, by severity, in each of the tenants."""
    write("\nFindings per day and 1,000 users")
    severities = sorted({found.severity for found in loads if found.severity}, key=_by_weight)
    rows = [[name, *_rates([found for found in loads if found.tenant_id == id_], severities)]
            for name, id_ in tenants.items()]  # fmt: skip
    names = ["users", "days", "findings", "a day", *severities, "all"]
    write_table(["tenant", *names], rows, right=names, always_grid=True)


def _by_weight(severity: str) -> int:
    return _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)


def _rates(of_tenant: Sequence[Load], severities: Sequence[str]) -> list[str]:
    """Gives users, days, findings, findings a day, and per 1,000 users those of each severity and all."""
    findings = {found.severity: found.findings for found in of_tenant}
    users, days = (of_tenant[0].users, of_tenant[0].days) if of_tenant else (0, 0)
    total = sum(findings.values())
    by_severity = [_rate(findings.get(name, 0), users, days) for name in severities]
    a_day = f"{total / days:,.1f}" if days else "none"
    return [f"{users:,}", f"{days:,}", f"{total:,}", a_day, *by_severity, _rate(total, users, days)]


def _rate(findings: int, users: int, days: int) -> str:
    return f"{findings * 1000 / days / users:,.1f}" if days and users else "none"


def _counts(found: RuleScore) -> tuple[int, ...]:
    return (
        found.planted, found.found, len(found.missed), len(found.false), found.look_alikes, len(found.disturbed),
    )  # fmt: skip
