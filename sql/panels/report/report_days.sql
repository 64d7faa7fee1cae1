/*
title: Days of the period
description: >
  Each day of the period and tenant: whether it is published, how much of it there is, and how many rules could be
  evaluated. A day that is not published is not in any other number of this report.
kind: panel
grain: [tenant_id, day]
*/
with tenants as (
    select distinct tenant_id
    from completeness
    where tenant_id != 'unknown' and ($tenant_id is null or tenant_id = $tenant_id)
),

days as (
    select
        tenants.tenant_id,
        cast(unnest(generate_series($first_day, $last_day, interval 1 day)) as date) as day
    from tenants
),

requests as (
    select
        tenant_id,
        day,
        cast(sum(requests) as bigint) as requests
    from request_counts
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
    group by tenant_id, day
),

records as (
    select
        tenant_id,
        day,
        cast(sum(distinct_records) as bigint) as records,
        count(distinct case when distinct_records > 0 then log end) as logs,
        bool_or(is_waiting) as is_waiting
    from completeness
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
        and log != 'unreadable'
    group by tenant_id, day
),

runs as (
    select
        tenant_id,
        day,
        count(case when state = 'evaluated' then 1 end) as evaluated,
        count(case when state = 'not_evaluated' then 1 end) as not_evaluated
    from rule_evaluations
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
    group by tenant_id, day
)

select
    days.tenant_id, -- Entra tenant
    days.day, -- event day in UTC
    case
        when runs.day is null then 'not published'
        when coalesce(records.is_waiting, false) then 'more has landed than is published'
        when coalesce(records.records, 0) = 0 then 'no record'
        when coalesce(requests.requests, 0) = 0 then 'no request'
        else 'published'
    end as state, -- published; no request, no record: there is none of that day; not published: no run has built it
    coalesce(records.logs, 0) as logs, -- logs with a record of the day
    coalesce(records.records, 0) as records, -- records of the day
    coalesce(requests.requests, 0) as requests, -- Microsoft Graph requests of the day
    coalesce(runs.evaluated, 0) as rules_evaluated, -- rules that were evaluated
    coalesce(runs.not_evaluated, 0) as rules_not_evaluated, -- rules that could not be
    runs.day is null or coalesce(records.is_waiting, false) or coalesce(requests.requests, 0) = 0 as is_exception -- whether the day is not wholly in this report
from days
left join requests
    on days.tenant_id = requests.tenant_id and days.day = requests.day
left join records
    on days.tenant_id = records.tenant_id and days.day = records.day
left join runs
    on days.tenant_id = runs.tenant_id and days.day = runs.day
order by is_exception desc, days.day asc, days.tenant_id asc
