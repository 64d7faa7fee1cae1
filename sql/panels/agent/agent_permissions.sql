/*
title: Permissions, used and granted
description: >
  What the directory grants it now, and what stood on the tokens that it used. What is granted and never used can be
  taken away; what is used and not granted was granted to one user, or was taken away since.
kind: panel
grain: [permission, permission_kind]
*/
with tokens_used as (
    select
        case when roles is not null then 'application' else 'delegated' end as permission_kind,
        coalesce(roles, scopes) as permissions,
        count(*) as requests,
        max(requested_at) as last_seen_at
    from staged_graph_activity
    where
        app_id = $app_id
        and coalesce(roles, scopes) is not null
        and day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
    group by case when roles is not null then 'application' else 'delegated' end, coalesce(roles, scopes)
),

on_tokens as (
    select
        permission_kind,
        last_seen_at,
        requests,
        unnest(string_split(permissions, ' ')) as permission
    from tokens_used
),

used as (
    select
        permission,
        permission_kind,
        cast(sum(requests) as bigint) as requests,
        max(last_seen_at) as last_seen_at
    from on_tokens
    where permission <> ''
    group by permission, permission_kind
),

granted as (
    select
        permission,
        permission_kind,
        min(valid_from) as seen_since
    from directory_grants
    where
        app_id = $app_id
        and valid_to is null
        and permission is not null
        and ($tenant_id is null or tenant_id = $tenant_id)
    group by permission, permission_kind
)

select
    coalesce(used.permission, granted.permission) as permission, -- such as Mail.Read
    coalesce(used.permission_kind, granted.permission_kind) as permission_kind, -- delegated (on behalf of users) or application (on its own)
    case
        when granted.permission is null then 'used, not granted'
        when used.permission is null then 'granted, not used'
        else 'granted and used'
    end as state, -- granted and used; granted, not used; used, not granted
    coalesce(used.requests, 0) as requests, -- requests with it on their token
    used.last_seen_at, -- UTC time of the last of them
    granted.seen_since -- UTC time at which the inventory first had it
from used
full join granted
    on used.permission = granted.permission and used.permission_kind = granted.permission_kind
order by state, permission_kind, permission
