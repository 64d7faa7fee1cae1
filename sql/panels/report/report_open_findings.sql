/*
title: Findings without a decision
description: >
  Findings of the period on which nobody has decided as of the last event in the case log, gravest first. Each is
  shown by `whoseagent findings show` with its finding_id.
kind: panel
grain: [finding_id]
*/
with found as (
    select *
    from handled_findings
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
)

select
    severity, -- critical, high, medium, low or info
    day, -- event day in UTC
    title, -- the rule in a few words
    summary, -- what was found
    status, -- new, acknowledged or in_progress
    assignee, -- who has it; null for nobody
    tenant_id, -- Entra tenant
    rule_id, -- the rule
    finding_id, -- the finding
    severity in ('critical', 'high') as is_exception -- whether it is grave
from found
where status in ('new', 'acknowledged', 'in_progress')
order by
    case severity
        when 'critical' then 1
        when 'high' then 2
        when 'medium' then 3
        when 'low' then 4
        else 5
    end,
    day desc,
    rule_id asc,
    finding_id asc
