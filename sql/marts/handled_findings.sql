/*
description: >
  The findings with what people had made of them by the last event in the case log, whenever the question is asked: so
  that a report of the same data says the same on any day. `findings` says how it is now.
kind: view
grain: [finding_id]
not_null: [finding_id, rule_id, title, severity, tenant_id, day, summary, status]
*/
with as_of as (
    select coalesce(max(event_at), timestamp '1970-01-01') as cases_at
    from case_events
),

suppressed as (
    select distinct hits.finding_id
    from suppression_hits as hits
    inner join suppression_scopes as scopes
        on hits.suppression_id = scopes.suppression_id
    cross join as_of
    where scopes.ended_at > as_of.cases_at
)

select
    findings.finding_id, -- the finding
    findings.rule_id, -- the rule
    findings.title, -- the rule in a few words
    findings.severity, -- critical, high, medium, low, info
    findings.tenant_id, -- Entra tenant
    findings.day, -- event day in UTC
    findings.summary, -- one sentence for a person
    findings.opened_at, -- UTC time at which it was seen for the first time
    states.assignee, -- who has it; null for nobody
    case
        when suppressed.finding_id is not null then 'suppressed'
        else coalesce(states.status, 'new')
    end as status -- what people said last: new, acknowledged, in_progress, resolved, false_positive; suppressed while a suppression covered it
from findings
left join finding_states as states
    on findings.finding_id = states.finding_id
left join suppressed
    on findings.finding_id = suppressed.finding_id
