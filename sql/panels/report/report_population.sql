/*
title: Population
description: >
  Who and what the report is about: per tenant the requests, the apps that made them, and the users under whose
  authority or on whose data they were made.
kind: panel
grain: [tenant_id]
*/
with tenants as (
    select distinct tenant_id
    from completeness
    where tenant_id != 'unknown' and ($tenant_id is null or tenant_id = $tenant_id)
),

requests as (
    select
        tenant_id,
        cast(sum(requests) as bigint) as requests,
        cast(sum(writes) as bigint) as writes,
        cast(sum(user_writes) as bigint) as user_writes,
        count(distinct app_id) as apps,
        count(distinct case when actor_class in ('human_direct', 'human_via_agent') then user_id end) as humans,
        count(distinct day) as days_with_requests,
        min(first_seen_at) as first_request_at,
        max(last_seen_at) as last_request_at
    from request_counts
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
    group by tenant_id
),

affected as (
    select
        tenant_id,
        count(distinct target_user_id) as affected_users
    from affected_users
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
    group by tenant_id
)

select
    coalesce(requests.tenant_id, tenants.tenant_id) as tenant_id, -- Entra tenant
    coalesce(requests.requests, 0) as requests, -- Microsoft Graph requests
    coalesce(requests.writes, 0) as writes, -- of these, those that change something, attempts included
    coalesce(requests.user_writes, 0) as user_writes, -- of these, those on users' data
    coalesce(requests.apps, 0) as apps, -- calling apps
    coalesce(requests.humans, 0) as humans, -- humans under whose authority they were made, as far as a log says so
    coalesce(affected.affected_users, 0) as affected_users, -- users whose data they name
    coalesce(requests.days_with_requests, 0) as days_with_requests, -- days of the period with a request
    1 + date_diff('day', cast($first_day as date), cast($last_day as date)) as days_in_period, -- days of the period
    requests.first_request_at, -- UTC time of the first request
    requests.last_request_at, -- UTC time of the last
    coalesce(requests.days_with_requests, 0)
    < 1 + date_diff('day', cast($first_day as date), cast($last_day as date)) as is_exception -- whether a day of the period has no request
from tenants
full outer join requests
    on tenants.tenant_id = requests.tenant_id
left join affected
    on requests.tenant_id = affected.tenant_id
order by requests desc, tenant_id asc
