/*
description: >
  What arrived of each log, hour by hour: per tenant, log and hour of the event, how many copies landed, how many
  records they are, how many came late, and the last event. `completeness` adds what only all days together show.
kind: partition
grain: [tenant_id, log, hour]
not_null: [tenant_id, log, hour, landed, distinct_records, duplicates]
*/
with records as (
    select
        tenant_id,
        category as log,
        signed_in_at as event_at,
        ingested_at,
        records_file,
        row_number
    from sign_in_records
    union all
    select
        tenant_id,
        log,
        occurred_at as event_at,
        ingested_at,
        records_file,
        row_number
    from directory_audit_records
    union all
    select
        tenant_id,
        log,
        requested_at as event_at,
        ingested_at,
        records_file,
        row_number
    from graph_activity_records
),

marked as (
    select
        records.tenant_id,
        records.log,
        records.event_at,
        date_trunc('hour', records.event_at) as hour,
        date_diff('second', records.event_at, records.ingested_at) as lag_seconds,
        duplicate_records.records_file is not null as is_duplicate
    from records
    left join duplicate_records
        on
            records.records_file = duplicate_records.records_file
            and records.row_number = duplicate_records.row_number
    where records.event_at is not null
),

hours as (
    select
        tenant_id,
        log,
        hour,
        count(*) as landed,
        count(*) filter (where not is_duplicate) as distinct_records,
        count(*) filter (where is_duplicate) as duplicates,
        count(*) filter (where not is_duplicate and lag_seconds > 7200) as late,
        max(lag_seconds) as largest_lag_seconds,
        max(event_at) as last_event_at
    from marked
    group by tenant_id, log, hour
)

select
    tenant_id, -- Entra tenant
    log, -- log as the Log Analytics table is called
    hour, -- hour of the event, UTC
    landed, -- copies that landed
    distinct_records, -- records that they are
    duplicates, -- further copies
    late, -- records that the source wrote more than two hours after the event; as far as it says when
    largest_lag_seconds, -- longest time from event to the source's own time stamp, in seconds; null where it gives none
    last_event_at -- UTC time of the newest record
from hours
