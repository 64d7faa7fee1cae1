/*
title: Apps seen for the first time
description: >
  Apps whose first request of the published history is in the period. Where that history begins in the period, an app
  may be older than it looks.
kind: panel
grain: [tenant_id, app_id]
*/
with history as (
    select
        tenant_id,
        min(day) as first_day
    from request_counts
    group by tenant_id
),

apps as (
    select
        tenant_id,
        app_id,
        max(app_name) as app_name,
        min(first_seen_at) as first_request_at,
        cast(sum(requests) as bigint) as requests,
        cast(sum(user_writes) as bigint) as user_writes,
        cast(sum(app_only_user_writes) as bigint) as app_only_user_writes,
        string_agg(distinct actor_class, ', ' order by actor_class) as actor_classes
    from request_counts
    where day <= $last_day and ($tenant_id is null or tenant_id = $tenant_id)
    group by tenant_id, app_id
    having min(day) >= $first_day
)

select
    apps.tenant_id, -- Entra tenant
    apps.app_id, -- the app
    apps.app_name, -- its name
    apps.first_request_at, -- UTC time of its first request
    date_diff('day', history.first_day, cast(apps.first_request_at as date)) as days_of_history, -- days of published history before that; with 0 nothing can be said about how new it is
    apps.actor_classes, -- as what it acted
    apps.requests, -- requests in the period
    apps.user_writes, -- of these, writes on users' data
    apps.app_only_user_writes, -- of these, those with no human on the token
    apps.app_only_user_writes > 0 as is_exception -- whether a new app wrote on users' data with no human on the token
from apps
inner join history
    on apps.tenant_id = history.tenant_id
order by apps.app_only_user_writes desc, apps.user_writes desc, apps.requests desc, apps.tenant_id asc, apps.app_id asc
