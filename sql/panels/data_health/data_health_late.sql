/*
title: Late data
description: >
  Records that came more than two hours after their event, by day of the event. They reopen their day: what was
  published of it before may have changed since.
kind: panel
grain: [day, log]
*/
select
    day, -- event day in UTC
    log, -- the log, as the Log Analytics table is called
    cast(sum(late) as bigint) as late, -- late records
    cast(sum(distinct_records) as bigint) as records, -- records of the day
    count(case when is_waiting then 1 end) as hours_waiting -- hours of which more has landed than is published
from completeness
where
    log <> 'unreadable'
    and day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
group by day, log
having sum(late) > 0 or bool_or(is_waiting)
order by day desc, log asc
