/*
title: How far back the records go
description: >
  Per tenant and log, from when on there are records, as of the last day of the period. Less than 183 days is an
  exception; Entra itself keeps its logs for 30 days at most.
kind: panel
grain: [tenant_id, log]
*/
with kept as (
    select
        tenant_id,
        log,
        min(day) as first_day,
        count(distinct day) as days_with_records
    from completeness
    where
        day <= $last_day
        and distinct_records > 0
        and log != 'unreadable'
        and ($tenant_id is null or tenant_id = $tenant_id)
    group by tenant_id, log
)

select
    tenant_id, -- Entra tenant
    log, -- log
    first_day, -- first event day with a record
    days_with_records, -- event days with a record up to the end of the period
    1 + date_diff('day', first_day, cast($last_day as date)) as days_kept, -- days from the first record to the end of the period
    1 + date_diff('day', first_day, cast($last_day as date)) < 183 as is_exception -- whether that is less than six months
from kept
order by days_kept asc, tenant_id asc, log asc
