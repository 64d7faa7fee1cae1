/*
title: The finding
description: One finding with what its rule says and what people made of it, also where it is found no longer.
kind: panel
grain: [finding_id]
*/
with known as (
    select finding_id
    from findings
    where finding_id = $finding_id
    union
    select finding_id
    from finding_states
    where rule_id is not null and finding_id = $finding_id
)

select
    known.finding_id, -- stable id of the finding
    coalesce(findings.rule_id, states.rule_id) as rule_id, -- the rule, as its file under sql/findings is called
    coalesce(findings.title, states.title) as title, -- the rule in a few words
    coalesce(findings.severity, states.severity) as severity, -- critical, high, medium, low, info
    coalesce(findings.status, 'closed') as status, -- new, acknowledged, in_progress, resolved, false_positive, suppressed; closed where it is found no longer
    states.status as said_status, -- what people said last, also while it is suppressed or closed
    coalesce(findings.summary, states.summary) as summary, -- one sentence for a person
    coalesce(findings.tenant_id, states.tenant_id) as tenant_id, -- Entra tenant
    coalesce(findings.day, states.day) as day, -- event day in UTC; of what lasts, the last day on which it was found
    findings.first_seen, -- UTC time of the first event behind it; null where it is found no longer
    findings.last_seen, -- UTC time of the last
    findings.request_count, -- events of the day behind it
    coalesce(findings.app_id, states.app_id) as app_id, -- the app that acted
    coalesce(findings.agent_name, states.agent_name) as agent_name, -- its name
    coalesce(findings.user_id, states.user_id) as user_id, -- the human under whose authority it acted; null where none is proved
    coalesce(findings.user_upn, states.user_upn) as user_upn, -- UPN of that human, a label
    coalesce(findings.target_user_id, states.target_user_id) as target_user_id, -- the affected user
    coalesce(findings.target_user_upn, states.target_user_upn) as target_user_upn, -- UPN of the affected user, a label
    coalesce(findings.assignee, states.assignee) as assignee, -- who has it; null for nobody
    states.opened_at, -- UTC time at which it was seen for the first time
    states.reopened_at, -- UTC time at which it was found again, or its suppression had expired, the last time
    states.reopened_reason, -- why it was reopened
    states.closed_at, -- UTC time at which it was found no longer, the last time
    states.closed_reason, -- why, as far as it can be known
    states.suppression_id, -- the suppression that holds for it now, of several the one that lasts longest
    states.suppressed_until, -- UTC time at which that expires
    rules.description, -- what a finding of the rule means
    rules.why, -- why the rule fires
    rules.false_positives, -- known false positives
    rules.what_to_do, -- what to do about it
    rules.techniques, -- MITRE ATT&CK techniques
    rules.controls, -- controls that it bears on; a mapping to be confirmed by the reader
    rules.required_logs, -- logs without which the rule is not evaluated
    rules.baseline_days, -- days of the tenant's own history that the rule compares with; 0 for none
    rules.standing_days -- of a rule about what lasts: the finding stands until it was not found on so many days; else 0
from known
left join findings
    on known.finding_id = findings.finding_id
left join finding_states as states
    on known.finding_id = states.finding_id
left join rules
    on coalesce(findings.rule_id, states.rule_id) = rules.rule_id
