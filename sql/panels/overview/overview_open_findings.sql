/*
title: Open findings
description: >
  Findings that somebody still has to do something with, of any day, by severity and by how long they have
  been open.
kind: panel
grain: [severity, age]
*/
with aged as (
    select
        severity,
        case
            when opened_at is null then 'a day or less'
            when opened_at > make_timestamp(epoch_us(now())) - interval '1' day then 'a day or less'
            when opened_at > make_timestamp(epoch_us(now())) - interval '7' day then 'a week or less'
            when opened_at > make_timestamp(epoch_us(now())) - interval '30' day then 'a month or less'
            else 'longer'
        end as age
    from findings
    where
        status in ('new', 'acknowledged', 'in_progress')
        and ($tenant_id is null or tenant_id = $tenant_id)
)

select
    severity, -- critical, high, medium, low, info
    age, -- how long it has been open: a day, a week or a month or less, or longer
    count(*) as open_findings -- findings
from aged
group by severity, age
order by list_position(['critical', 'high', 'medium', 'low', 'info'], severity), age
