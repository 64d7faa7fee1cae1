/*
description: >
  What the finding rules found on each event day: what it means, how grave it is, who and whose agent it is about, and
  on what evidence. A finding keeps its id over re-runs. Each rule is described in docs/findings.md.
kind: view
grain: [finding_id]
not_null: [finding_id, rule_id, title, severity, tenant_id, day, first_seen, last_seen, request_count, summary, status]
*/
with suppressed as (
    select
        finding_id,
        max(expires_at) as suppressed_until
    from suppression_hits
    where is_active
    group by finding_id
)

select
    found.finding_id, -- stable: follows from rule, tenant, what the finding is about and, unless it lasts until somebody mends it, the day
    found.rule_id, -- the rule, as its file under sql/findings is called
    rules.title, -- the rule in a few words
    found.severity, -- critical, high, medium, low, info
    found.tenant_id, -- Entra tenant
    found.day, -- event day in UTC; of what lasts, the last day on which it was found
    found.first_seen, -- UTC time of the first event of the day behind it; of what lasts, of the first day
    found.last_seen, -- UTC time of the last
    found.request_count, -- events of the day behind it
    found.app_id, -- the app that acted
    found.agent_name, -- its name
    found.user_id, -- the human under whose authority it acted; null where none is proved
    found.user_upn, -- UPN of that human, a label
    found.target_user_id, -- the affected user
    found.target_user_upn, -- UPN of the affected user, a label
    found.summary, -- one sentence for a person
    found.evidence, -- records that it rests on, at most 20: log, record id and landed file
    rules.techniques, -- MITRE ATT&CK techniques
    rules.controls, -- controls that it bears on; a mapping to be confirmed by the reader
    case
        when suppressed.suppressed_until is not null then 'suppressed'
        else coalesce(states.status, 'new')
    end as status, -- what people made of it: new, acknowledged, in_progress, resolved, false_positive; suppressed while a suppression covers it
    states.assignee, -- who has it; null for nobody
    suppressed.suppressed_until, -- UTC time until which a suppression covers it; null where none does
    states.opened_at -- UTC time at which it was seen for the first time; null until the run that found it has ended
from day_findings as found
inner join rules
    on found.rule_id = rules.rule_id
left join finding_states as states
    on found.finding_id = states.finding_id
left join suppressed
    on found.finding_id = suppressed.finding_id
