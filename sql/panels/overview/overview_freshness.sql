/*
title: How fresh the logs are
description: >
  The newest event of each log, and when something of it landed last. An old event in a log that should flow
  is a gap.
kind: panel
grain: [log]
*/
with events as (
    select
        log,
        max(last_event_at) as newest_event_at,
        sum(distinct_records) as records,
        sum(late) as late
    from completeness
    where
        log <> 'unreadable'
        and hour >= cast($first_day as date)
        and hour < cast($last_day as date) + interval '1' day
        and ($tenant_id is null or tenant_id = $tenant_id)
    group by log
),

landings as (
    select
        log,
        max(landed_at) as last_landed_at
    from landed_files
    where typed > 0
    group by log
)

select
    events.log, -- the log, as the Log Analytics table is called
    events.newest_event_at, -- UTC time of its newest event in these days
    landings.last_landed_at, -- UTC time at which something of it landed last, of any tenant
    cast(events.records as bigint) as records, -- its records in these days
    cast(events.late as bigint) as late -- of these, those that came late
from events
left join landings
    on events.log = landings.log
order by events.log
