/*
title: Rules that were not evaluated
description: >
  Rules that could not be evaluated on days of the period, and why: logs or history are missing. That they found
  nothing on these days is no pass.
kind: panel
grain: [tenant_id, rule_id]
*/
select
    rule_id, -- the rule
    title, -- the rule in a few words
    tenant_id, -- Entra tenant
    count(*) as days, -- days of the period on which it was not evaluated
    string_agg(distinct reason, '; ' order by reason) as reasons, -- why
    min(day) as first_day, -- the first of these days
    max(day) as last_day, -- the last
    true as is_exception -- a rule that is silent for want of data is an exception
from rule_evaluations
where
    day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
    and state = 'not_evaluated'
group by rule_id, title, tenant_id
order by days desc, rule_id asc, tenant_id asc
