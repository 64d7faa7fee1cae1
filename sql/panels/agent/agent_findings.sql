/*
title: Findings about it
description: What the finding rules found about it in these days, and what people made of it.
kind: panel
grain: [finding_id]
*/
select
    day, -- event day in UTC
    severity, -- critical, high, medium, low, info
    title, -- the rule in a few words
    summary, -- one sentence for a person
    status, -- new, acknowledged, in_progress, resolved, false_positive, suppressed
    finding_id -- stable id of the finding
from findings
where
    app_id = $app_id
    and day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
order by list_position(['critical', 'high', 'medium', 'low', 'info'], severity), day desc, finding_id asc
limit $most
