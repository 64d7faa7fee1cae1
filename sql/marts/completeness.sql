/*
description: >
  What arrived of each log, hour by hour: per tenant, log and hour of the event, how many copies landed, how many
  records they are, how many came late, and how long the log was silent before. Hours that a collector asked for stand
  here without any record too. Days that are kept no longer do not: see expired_days. Lines that are no usable record
  have neither event nor tenant: they stand under the log `unreadable` and the hour in which they landed.
kind: view
grain: [tenant_id, log, hour]
not_null: [tenant_id, log, hour, landed, distinct_records, duplicates, quarantined, is_waiting]
*/
with asked_stretches as (
    select
        tenant_id,
        source,
        source_name,
        log,
        is_pulled,
        unnest(
            generate_series(
                date_trunc('hour', window_start), window_end - interval '1' microsecond, interval '1' hour
            )
        ) as hour
    from collections
    where window_start is not null
),

asked_hours as (
    select
        tenant_id,
        log,
        hour,
        min(case when is_pulled then 1 else 0 end) as pulled
    from asked_stretches
    where
        exists (
            select 1
            from kept_days
            where
                cast(asked_stretches.hour as date) >= kept_days.first_day
                and cast(asked_stretches.hour as date) <= kept_days.last_day
        )
    group by tenant_id, source, source_name, log, hour
),

expected_hours as (
    select
        tenant_id,
        log,
        hour,
        max(pulled) = 1 as is_pulled
    from asked_hours
    group by tenant_id, log, hour
),

collected_logs as (
    select
        tenant_id,
        log,
        max(last_success_at) as last_success_at
    from collections
    where window_start is not null
    group by tenant_id, log
),

waiting_logs as (
    select
        log,
        sum(waiting) as waiting
    from landed_files
    where waiting > 0
    group by log
),

landed_hours as (
    select
        tenant_id,
        log,
        hour,
        landed,
        distinct_records,
        duplicates,
        late,
        largest_lag_seconds,
        date_diff('hour', lag(hour) over (partition by tenant_id, log order by hour), hour) - 1 as gap,
        last_event_at
    from log_hours
),

known_hours as (
    select
        coalesce(landed_hours.tenant_id, expected_hours.tenant_id) as tenant_id,
        coalesce(landed_hours.log, expected_hours.log) as log,
        coalesce(landed_hours.hour, expected_hours.hour) as hour,
        coalesce(landed_hours.landed, 0) as landed,
        coalesce(landed_hours.distinct_records, 0) as distinct_records,
        coalesce(landed_hours.duplicates, 0) as duplicates,
        coalesce(landed_hours.late, 0) as late,
        landed_hours.largest_lag_seconds,
        landed_hours.gap,
        landed_hours.last_event_at,
        expected_hours.hour is not null as is_asked,
        expected_hours.is_pulled
    from landed_hours
    full join expected_hours
        on
            landed_hours.tenant_id = expected_hours.tenant_id
            and landed_hours.log = expected_hours.log
            and landed_hours.hour = expected_hours.hour
),

unreadable as (
    select
        date_trunc('hour', landed_at) as hour,
        sum(quarantined) as quarantined
    from landed_files
    where quarantined > 0
    group by date_trunc('hour', landed_at)
),

counted as (
    select
        known_hours.tenant_id,
        known_hours.log,
        known_hours.hour,
        known_hours.landed,
        known_hours.distinct_records,
        known_hours.duplicates,
        known_hours.late,
        0 as quarantined,
        known_hours.largest_lag_seconds,
        known_hours.gap,
        known_hours.last_event_at,
        case when collected_logs.log is not null then known_hours.is_asked end as is_expected,
        case
            when collected_logs.log is not null then known_hours.is_asked and coalesce(known_hours.is_pulled, false)
        end as is_pulled,
        collected_logs.last_success_at,
        waiting_logs.log is not null as is_waiting
    from known_hours
    left join collected_logs
        on known_hours.tenant_id = collected_logs.tenant_id and known_hours.log = collected_logs.log
    left join waiting_logs on known_hours.log = waiting_logs.log
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
        cast(null as timestamp) as last_event_at,
        cast(null as boolean) as is_expected,
        cast(null as boolean) as is_pulled,
        cast(null as timestamp) as last_success_at,
        false as is_waiting
    from unreadable
)

select
    tenant_id, -- Entra tenant; `unknown` for unreadable lines
    log, -- log as the Log Analytics table is called, or `unreadable`
    cast(hour as date) as day, -- event day in UTC
    hour, -- hour of the event, UTC; of unreadable lines the hour of landing
    landed, -- copies that landed; 0 for an hour that was asked for and has none
    distinct_records, -- records that they are
    duplicates, -- further copies
    late, -- records that the source wrote more than two hours after the event; as far as it says when
    quarantined, -- lines that are no usable record; see quarantine
    largest_lag_seconds, -- longest time from event to the source's own time stamp, in seconds; null where it gives none
    gap, -- whole hours without a record of this log before this one; null for the first there is, and for hours without a record
    last_event_at, -- UTC time of the newest record of the hour
    is_expected, -- whether a collector asked for this hour; null for a log that is imported only
    is_pulled, -- whether a source was read for all of the hour that was asked for, so that landed 0 means that it has no record, or none any more; null for a log that is imported only
    last_success_at, -- UTC time at which this log was last asked for and all of it came, from whatever source; see collections
    is_waiting -- whether lines of this log have landed that are in no published table yet, so that the hour may hold more
from counted
