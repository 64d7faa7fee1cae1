"""The sections of the report: their words, and the panels whose tables stand in them."""

from dataclasses import dataclass

from pipelines.outputs.controls import MAPPING


@dataclass(frozen=True)
class Plan:
    """A section before its tables are read."""

    name: str
    title: str
    paragraphs: tuple[str, ...]
    panels: tuple[str, ...] = ()


PLANS = (
    Plan(
        "summary",
        "Summary",
        (
            "Ten numbers, each with what it is out of. A number that is marked as an exception needs an explanation or "
            "an action; the sections below say of whom and why.",
        ),
        ("report_summary",),
    ),
    Plan(
        "population",
        "Population",
        ("Every Microsoft Graph request of the period that is published, by anybody, is in this report.",),
        ("report_population",),
    ),
    Plan(
        "completeness",
        "Completeness",
        (
            "Only what was exported and landed can be seen. Before any other number counts, look here for days that "
            "are not published, logs that are silent, hours that did not come whole, and lines that were set aside.",
            "Hours are expected only where a collector asked for them. Of a log that is only imported from files "
            "nobody can say what is missing; its longest silence stands in the table.",
        ),
        ("report_days", "report_completeness", "report_set_aside"),
    ),
    Plan(
        "coverage",
        "How well the requests are answered",
        (
            "A request counts as answerable to a human only where a log says so: signed in directly, or through an "
            "agent that acts on the human's behalf.",
        ),
        ("report_answerable_days", "report_grades", "report_clarity", "report_reasons"),
    ),
    Plan(
        "agents",
        "Apps and agents that are new or were changed",
        (
            "The directory audit as a rule names only the user where an agent acts for one. The agent beside it comes "
            "from the Graph request behind the change, where exactly one fits.",
        ),
        ("report_new_apps", "report_agent_changes"),
    ),
    Plan(
        "app_only",
        "Writes on users' data with no human on the token",
        (
            "An app wrote in a user's mail, files or directory object by its own permissions. No user is on the token, "
            "so no log says that one asked for it. Apps of Microsoft and the collector's own are not counted.",
        ),
        ("report_app_only_by_app", "report_app_only_by_user", "report_app_only_by_effect"),
    ),
    Plan(
        "findings",
        "Findings and their handling",
        (
            "What the rules found on the days of the period, and what people made of it as of the last event in the "
            "case log. A finding that late data has taken back is in no number here; the case log keeps it.",
        ),
        ("report_findings_by_rule", "report_handling", "report_open_findings"),
    ),
    Plan(
        "rules",
        "Rules that were not evaluated",
        ("A rule without its logs, or without the history that it compares with, finds nothing. That is no pass.",),
        ("report_rules_not_evaluated",),
    ),
    Plan(
        "suppressions",
        "Suppressions",
        ("Findings that somebody expects are held back until a day. Each has an owner and a reason.",),
        ("report_suppressions",),
    ),
    Plan(
        "orphans",
        "Apps and agents for which nobody answers",
        ("The directory and the agent registry name no owner and no sponsor for them.",),
        ("report_orphan_agents",),
    ),
    Plan(
        "controls",
        "Controls",
        (
            MAPPING,
            "For each control: what it asks in our own words, how many exceptions the data shows, and of what. No "
            "exception is no pass where logs or evaluations are missing. Logs are counted per tenant: those that the "
            "control's queries read, those that its rules need, and lines that may be of any log.",
        ),
    ),
    Plan(
        "sign_off",
        "Sign-off",
        (
            "Who said that a control was looked at for exactly this period, as the access log of the dashboard has it. "
            "With each stands a SHA-256 of what was looked at: the queries of the control, their rows, and the state "
            "of its logs. Where these are others now, the numbers have changed since the sign-off.",
        ),
    ),
    Plan(
        "evidence",
        "Evidence",
        (
            "Each request rests on original records, which landed unchanged in the files below. Their hashes stand in "
            "a manifest whose entries are chained: `whoseagent verify` finds any change in it.",
        ),
        ("report_evidence",),
    ),
    Plan(
        "method",
        "Method and limits",
        (
            "How a request is answered: the token behind it is looked up in the sign-in logs by its id. The sign-in "
            "says which app holds the token and for whom. Where the app got it on behalf of a user, the app that the "
            "user signed in to is looked for by audience, session, protocol and time.",
            "Grades. Exact: the sign-in that issued the token settles who acts. Strong: it rests on a hop between two "
            "tokens that one session, or the protocol and correlation, ties. Probable: it fits, but no id ties it; "
            "take it as a lead. Ambiguous: several fit, and none is chosen. Request only: no sign-in matched, and only "
            "what the request itself says is known. Unresolved: the logs do not say who acts.",
            "What cannot be known: Entra does not log which token was exchanged for which. That hop is always a "
            "reconstruction, and carries its grade.",
            "A request whose sign-in is not in the logs is never called a human's. A user object on a token may be the "
            "account of an agent, which is no human.",
            "The directory audit as a rule names only the user where an agent acts for one. The agent is taken from "
            "the Graph request with the same client request id, which the client sets; where several fit, none is "
            "claimed.",
            "The content of uploads and downloads goes past the Graph activity log: it shows that an upload was "
            "begun or a download was allowed, not what was transferred.",
            "Names of apps and users are labels. What is joined is tenant and object id.",
            "Times are those of Microsoft's logs, in UTC. Sign-in addresses of confidential clients are the user's, "
            "not the agent's.",
            "Requests on drives of which neither log nor inventory says whose they are stand as possible, and are in "
            "no count of writes on users' data.",
            "Counts of writes include attempts that were refused or failed; where it matters, those that were done "
            "stand beside them.",
            "This report says what the logs show. It is no legal opinion and no statement of compliance.",
        ),
    ),
    Plan("versions", "Data and versions", (), ("report_as_of",)),
)
"""The sections in order. Their words say nothing that is only inferred."""
