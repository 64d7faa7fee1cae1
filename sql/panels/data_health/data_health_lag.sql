/*
title: How far logs lag behind their events
description: >
  The time from an event to the source's own time stamp. A source that gives none shows nothing here: that is no proof
  that it came in time.
kind: panel
grain: [log]
*/
select
    log, -- the log, as the Log Analytics table is called
    round(median(largest_lag_seconds) / 60.0, 1) as usual_lag_minutes, -- median over the hours of the longest lag in each
    round(max(largest_lag_seconds) / 60.0, 1) as largest_lag_minutes, -- the longest
    cast(sum(late) as bigint) as late, -- records that came more than two hours after the event
    cast(sum(distinct_records) as bigint) as records, -- records
    cast(sum(duplicates) as bigint) as duplicates, -- further copies of them
    max(last_event_at) as newest_event_at -- UTC time of the newest event in these days
from completeness
where
    log <> 'unreadable'
    and day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
group by log
order by largest_lag_minutes desc nulls last, log asc
