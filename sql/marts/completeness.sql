/*
description: >
  What arrived of each log, hour by hour: per tenant, log and hour of the event, how many copies landed, how many
  records they are, how many came late, and how long the log was silent before. Lines that are no usable record have
  neither event nor tenant: they stand under the log `unreadable` and the hour in which they landed.
kind: view
grain: [tenant_id, log, hour]
not_null: [tenant_id, log, hour, landed, distinct_records, duplicates, quarantined]
*/
with unreadable as (
    select
        date_trunc('hour', landed_at) as hour,
        sum(quarantined) as quarantined
    from landed_files
    where quarantined > 0
    group by date_trunc('hour', landed_at)
),

counted as (
    select
        tenant_id,
        log,
        hour,
        landed,
        distinct_records,
        duplicates,
        late,
        0 as quarantined,
        largest_lag_seconds,
        date_diff('hour', lag(hour) over (partition by tenant_id, log order by hour), hour) - 1 as gap,
        last_event_at
    from log_hours
    union all
    select
        'unknown' as tenant_id,
        'unreadable' as log,
        hour,
        quarantined as landed,
        0 as distinct_records,
        0 as duplicates,
        0 as late,
        quarantined,
        cast(null as bigint) as largest_lag_seconds,
        cast(null as bigint) as gap,
        cast(null as timestamp) as last_event_at
    from unreadable
)

select
    tenant_id, -- Entra tenant; `unknown` for unreadable lines
    log, -- log as the Log Analytics table is called, or `unreadable`
    cast(hour as date) as day, -- event day in UTC
    hour, -- hour of the event, UTC; of unreadable lines the hour of landing
    landed, -- copies that landed
    distinct_records, -- records that they are
    duplicates, -- further copies
    late, -- records that the source wrote more than two hours after the event; as far as it says when
    quarantined, -- lines that are no usable record; see quarantine
    largest_lag_seconds, -- longest time from event to the source's own time stamp, in seconds; null where it gives none
    gap, -- whole hours without a record of this log before this one; null for the first there is
    last_event_at -- UTC time of the newest record of the hour
from counted
