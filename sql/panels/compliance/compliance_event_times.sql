/*
title: Times of the records
description: >
  Per tenant and log, how long after the event the source wrote it, where the source says so. Times of events are
  those of Microsoft's services and are kept as they came, in UTC.
kind: panel
grain: [tenant_id, log]
*/
select
    tenant_id, -- Entra tenant
    log, -- log
    cast(sum(distinct_records) as bigint) as records, -- records of the period
    cast(sum(late) as bigint) as late, -- of these, those written more than two hours after the event
    cast(max(largest_lag_seconds) as bigint) as largest_lag_seconds, -- longest time from event to writing, in seconds; null where the source gives none
    sum(late) > 0 as is_exception -- whether some came late
from completeness
where
    day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
    and log != 'unreadable'
group by tenant_id, log
order by late desc, tenant_id asc, log asc
