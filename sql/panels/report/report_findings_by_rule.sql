/*
title: Findings by rule
description: >
  What the finding rules found in the period, gravest first, and what people made of it as of the last event in the
  case log.
kind: panel
grain: [rule_id, severity]
*/
with found as (
    select *
    from handled_findings
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
)

select
    rule_id, -- the rule
    title, -- the rule in a few words
    severity, -- critical, high, medium, low or info
    count(*) as findings, -- findings of the period
    count(case when status = 'new' then 1 end) as new, -- of these, those that nobody has touched
    count(case when status in ('acknowledged', 'in_progress') then 1 end) as in_work, -- acknowledged or in progress
    count(case when status = 'resolved' then 1 end) as resolved, -- resolved
    count(case when status = 'false_positive' then 1 end) as false_positive, -- called a false positive
    count(case when status = 'suppressed' then 1 end) as suppressed, -- covered by a suppression
    severity in ('critical', 'high') and count(case when status = 'new' then 1 end) > 0 as is_exception -- whether a grave one is untouched
from found
group by rule_id, title, severity
order by
    case severity
        when 'critical' then 1
        when 'high' then 2
        when 'medium' then 3
        when 'low' then 4
        else 5
    end,
    findings desc,
    rule_id asc
