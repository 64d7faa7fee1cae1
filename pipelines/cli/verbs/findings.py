"""The verbs of triage: `findings …`."""

# ruff: noqa: PLC0415, PLR0913, PLR0917 - what a verb does is imported when it runs; an option is an argument

from enum import StrEnum
from typing import Annotated

import typer

from pipelines.cli.call import day_of, settings_of

verbs = typer.Typer()
findings = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
verbs.add_typer(findings, name="findings")


class Severity(StrEnum):
    """How grave a finding is."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Status(StrEnum):
    """How far the work on a finding is."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    FALSE_POSITIVE = "false_positive"


class State(StrEnum):
    """What a list is of."""

    OPEN = "open"
    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    FALSE_POSITIVE = "false_positive"
    SUPPRESSED = "suppressed"
    CLOSED = "closed"
    ALL = "all"


Ids = Annotated[list[str] | None, typer.Argument(metavar="[FINDING_ID…]", help="These; else the filters say which.")]
Rule = Annotated[str | None, typer.Option("--rule", metavar="RULE", help="Of this rule.")]
Grave = Annotated[Severity | None, typer.Option("--severity", help="Of this severity and above.")]
Tenant = Annotated[str | None, typer.Option("--tenant", metavar="GUID", help="Of this Entra tenant.")]
Day = Annotated[str | None, typer.Option("--day", metavar="DAY", help="Of this event day, as 2026-03-02.")]
First = Annotated[str | None, typer.Option("--from", metavar="DAY", help="Of this event day and later.")]
Last = Annotated[str | None, typer.Option("--to", metavar="DAY", help="Of this event day and earlier.")]
App = Annotated[str | None, typer.Option("--app", metavar="APP", help="By this app: id or name.")]
User = Annotated[str | None, typer.Option("--user", metavar="USER", help="By or about this user: object id or UPN.")]
Target = Annotated[str | None, typer.Option("--target", metavar="USER", help="About this user: object id or UPN.")]
Assignee = Annotated[str | None, typer.Option("--assignee", metavar="NAME", help="Of those that NAME has.")]
Which = Annotated[
    State, typer.Option("--status", help="open: new, acknowledged, in_progress. closed: found no longer.")
]
Only = Annotated[State, typer.Option("--only-status", help="Of those that have this status now.")]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who does it (else the user of this system).")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it to all that the filters find.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@findings.callback(epilog="Example: whoseagent findings list --severity high --status open")
def findings_(context: typer.Context) -> None:
    """List, show and work on findings.

    Without a verb: the open ones. Each of the verbs has a --help of its own.
    """
    if context.invoked_subcommand is None:
        from pipelines.cli import findings as triage

        triage.show_list(settings_of(context).data, triage.filter_of(), as_json=False)


@findings.command("list", epilog="Example: whoseagent findings list --severity high --app 'Mail helper'")
def list_(
    context: typer.Context,
    rule: Rule = None,
    severity: Grave = None,
    status: Which = State.OPEN,
    tenant: Tenant = None,
    day: Day = None,
    first: First = None,
    last: Last = None,
    app: App = None,
    user: User = None,
    assignee: Assignee = None,
    as_json: AsJson = False,
) -> None:
    """List findings, the gravest first.

    At most 50, and how many more there are; --json gives all.
    """
    from pipelines.cli import findings as triage

    days = day_of(day, "--day"), day_of(first, "--from"), day_of(last, "--to")
    wanted = triage.filter_of(
        rule=rule, severity=severity, state=status, tenant=tenant, days=days, app=app, user=user, assignee=assignee
    )
    triage.show_list(settings_of(context).data, wanted, as_json=as_json)


@findings.command(epilog="Example: whoseagent findings show 4f1c2a9be0d37756")
def show(
    context: typer.Context,
    finding_id: Annotated[str, typer.Argument(metavar="FINDING_ID")],
    as_json: AsJson = False,
) -> None:
    """Show a finding: what it means, why it fires, what to do, its evidence and history.

    Also one that is found no longer. Exit code 1 when nobody ever saw it.
    """
    from pipelines.cli import findings as triage

    triage.show_finding(settings_of(context).data, finding_id, as_json=as_json)


@findings.command(epilog="Example: whoseagent findings history 4f1c2a9be0d37756")
def history(
    context: typer.Context,
    finding_id: Annotated[str | None, typer.Argument(metavar="[FINDING_ID]", help="Else the last 50 events.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what happened to a finding, who did it and when.

    Exit code 1 when nobody ever saw it.
    """
    from pipelines.cli import findings as triage

    triage.show_history(settings_of(context).data, finding_id, as_json=as_json)


@findings.command("set", epilog="Example: whoseagent findings set 4f1c2a9be0d37756 --status in_progress --assign kim")
def set_(
    context: typer.Context,
    ids: Ids = None,
    status: Annotated[Status | None, typer.Option("--status", help="How far the work is.")] = None,
    assign: Annotated[str | None, typer.Option(metavar="NAME", help="Who has it; '' for nobody.")] = None,
    comment: Annotated[str | None, typer.Option(metavar="TEXT", help="At most 10,000 characters.")] = None,
    rule: Rule = None,
    severity: Grave = None,
    only: Only = State.OPEN,
    tenant: Tenant = None,
    day: Day = None,
    first: First = None,
    last: Last = None,
    app: App = None,
    user: User = None,
    assignee: Assignee = None,
    yes: Yes = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Say how far the work on findings is, who has them, and what there is to say.

    Of those that are named, or with --yes of all that the filters find. Exit code 1 when one is not found; then
    nothing is changed.
    """
    from pipelines.cases.triage import Change
    from pipelines.cli import findings as triage
    from pipelines.cli import triaging

    days = day_of(day, "--day"), day_of(first, "--from"), day_of(last, "--to")
    wanted = triage.filter_of(
        ids=ids, rule=rule, severity=severity, state=only, tenant=tenant, days=days, app=app, user=user,
        assignee=assignee,
    )  # fmt: skip
    change = Change(status.value if status else None, assign, comment)
    triaging.change(settings_of(context).data, wanted, change, by, is_sure=yes, as_json=as_json)


@findings.command(
    epilog="Example: whoseagent findings suppress --rule app_only_user_write "
    "--app 3b0f9c5e-3d0b-4f0e-9d53-0c8f6f7f2a11 --owner 'Messaging team' --reason 'Mailbox migration' "
    "--until 2026-06-30 --yes"
)
def suppress(
    context: typer.Context,
    owner: Annotated[str, typer.Option(metavar="NAME", help="Who answers for it.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why such findings are expected.")],
    until: Annotated[str, typer.Option(metavar="DAY", help="Last day (UTC) on which it holds; within a year.")],
    ids: Ids = None,
    ticket: Annotated[str | None, typer.Option(metavar="TEXT", help="Where it was decided.")] = None,
    rule: Rule = None,
    severity: Grave = None,
    only: Only = State.OPEN,
    tenant: Tenant = None,
    day: Day = None,
    first: First = None,
    last: Last = None,
    app: App = None,
    user: User = None,
    target: Target = None,
    assignee: Assignee = None,
    yes: Yes = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Suppress findings that are expected, until a day. Then they come back.

    Of FINDING_ID…, just these. Of --rule, --tenant, --app, --user and --target alone (all by id), these and those to
    come, in one suppression: --user is then the human who acted, --target the affected user. With a filter that says
    nothing of findings to come (--severity, days, --only-status, --assignee), each that is there now.
    """
    from pipelines.cases.triage import Review
    from pipelines.cli import findings as triage
    from pipelines.cli import suppressing

    days = day_of(day, "--day"), day_of(first, "--from"), day_of(last, "--to")
    wanted = triage.filter_of(
        ids=ids, rule=rule, severity=severity, state=only, tenant=tenant, days=days, app=app, user=user,
        target=target, assignee=assignee,
    )  # fmt: skip
    review = Review(owner, reason, ticket, suppressing.expiry(day_of(until, "--until")))
    suppressing.suppress(settings_of(context).data, wanted, review, by, is_sure=yes, as_json=as_json)


@findings.command(epilog="Example: whoseagent findings unsuppress 0b7e…  --reason 'Migration is over'")
def unsuppress(
    context: typer.Context,
    suppression_id: Annotated[str, typer.Argument(metavar="SUPPRESSION_ID")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it ends.")],
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """End a suppression before its last day.

    Exit code 1 when there is none of that id that still holds.
    """
    from pipelines.cli import suppressing

    suppressing.lift(settings_of(context).data, suppression_id, reason, by, as_json=as_json)


@findings.command(epilog="Example: whoseagent findings suppressions")
def suppressions(context: typer.Context, as_json: AsJson = False) -> None:
    """List the suppressions with their hits, also those that are over."""
    from pipelines.cli import suppressing

    suppressing.show_list(settings_of(context).data, as_json=as_json)
