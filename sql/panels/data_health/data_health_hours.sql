/*
title: What arrived of each log, hour by hour
description: >
  The worst that is known of an hour over all tenants that are shown. An hour without a mark was never asked for, and
  no record of it was imported: nothing is known of it.
kind: panel
grain: [log, hour]
*/
with hours as (
    select
        log,
        hour,
        bool_or(is_expected) as is_expected,
        bool_or(is_expected and not coalesce(is_pulled, false)) as is_missing,
        bool_or(is_waiting) as is_waiting,
        sum(distinct_records) as records,
        sum(landed) as landed
    from completeness
    where
        log <> 'unreadable'
        and hour is not null
        and day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
    group by log, hour
)

select
    log, -- the log, as the Log Analytics table is called
    hour, -- hour of the event, UTC
    case
        when is_missing then 'missing'
        when is_waiting then 'waiting'
        when records > 0 then 'received'
        else 'nothing_there'
    end as state, -- missing: asked for, and it did not come whole; waiting: more has landed than is published; received: records; nothing_there: read whole, and there is no record
    coalesce(is_expected, false) as is_expected, -- whether a collector asked for it
    cast(records as bigint) as records, -- records of it
    cast(landed as bigint) as landed -- copies that landed
from hours
order by log, hour
