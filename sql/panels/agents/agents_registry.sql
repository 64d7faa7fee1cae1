/*
title: Agents and apps
description: >
  Every app that called Graph in these days: who answers for it, how it acted and for how many users, with which
  credentials and permissions, and how much of what it wrote on users' data a human can answer for.
kind: panel
grain: [tenant_id, app_id]
*/
with acts as (
    select *
    from request_counts
    where
        app_id is not null
        and day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
),

apps as (
    select
        tenant_id,
        app_id,
        max(app_name) as app_name,
        max(blueprint_app_id) as blueprint_app_id,
        list_sort(array_agg(distinct identity_shape)) as shapes,
        sum(requests) as requests,
        sum(case when actor_class = 'human_via_agent' then requests else 0 end) as requests_for_users,
        sum(
            case when actor_class in ('app_only', 'autonomous_agent', 'agent_user') then requests else 0 end
        ) as requests_on_its_own,
        bool_or(actor_class = 'autonomous_agent') as is_agent_identity,
        bool_or(actor_class = 'first_party') as is_of_microsoft,
        bool_or(identity_shape = 'managed_identity') as is_managed_identity,
        count(distinct user_id) as users_served,
        sum(user_writes) as user_writes,
        sum(answerable) as user_writes_of_humans,
        sum(app_only_user_writes) as app_only_user_writes,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from acts
    group by tenant_id, app_id
),

by_day as (
    select
        tenant_id,
        app_id,
        day,
        sum(requests) as requests
    from acts
    group by tenant_id, app_id, day
),

all_days as (
    select unnest(generate_series(cast($first_day as date), cast($last_day as date), interval 1 day)) as day
),

trends as (
    select
        apps.tenant_id,
        apps.app_id,
        list(cast(coalesce(by_day.requests, 0) as double) order by all_days.day) as requests_by_day
    from apps
    cross join all_days
    left join by_day
        on apps.tenant_id = by_day.tenant_id and apps.app_id = by_day.app_id and all_days.day = by_day.day
    group by apps.tenant_id, apps.app_id
),

answerable as (
    select
        tenant_id,
        app_id,
        list_sort(array_agg(distinct coalesce(owner_upn, owner_name, owner_id))) as owners
    from directory_owners
    where valid_to is null and app_id is not null
    group by tenant_id, app_id
),

held as (
    select
        tenant_id,
        app_id,
        count(distinct key_id) as credentials,
        count(distinct case when credential_kind = 'secret' then key_id end) as secrets,
        min(starts_at) as oldest_credential_at,
        min(expires_at) as next_expiry_at
    from directory_credentials
    where valid_to is null
    group by tenant_id, app_id
),

token_permissions as (
    select distinct
        tenant_id,
        app_id,
        coalesce(roles, scopes) as permissions
    from staged_graph_activity
    where
        day between $first_day and $last_day
        and coalesce(roles, scopes) is not null
        and ($tenant_id is null or tenant_id = $tenant_id)
),

used as (
    select
        tenant_id,
        app_id,
        list_distinct(flatten(array_agg(string_split(permissions, ' ')))) as permissions_used
    from token_permissions
    group by tenant_id, app_id
),

granted as (
    select
        tenant_id,
        app_id,
        array_agg(distinct permission) as permissions_granted
    from directory_grants
    where valid_to is null and permission is not null
    group by tenant_id, app_id
)

select
    apps.app_name, -- its name
    case
        when known_apps.is_own then 'collector'
        when known_apps.is_first_party or apps.is_of_microsoft then 'microsoft'
        when apps.blueprint_app_id is not null or apps.is_agent_identity then 'agent_identity'
        when apps.is_managed_identity then 'managed_identity'
        when known_apps.is_agent then 'registered_agent'
        when apps.requests_for_users > 0 then 'users_agent'
        when apps.requests_on_its_own > 0 then 'app'
        else 'client'
    end as kind, -- as in the table agents: collector, microsoft, agent_identity, managed_identity, registered_agent, users_agent, app, client
    case
        when known_apps.owner is null then answerable.owners
        else list_distinct(list_concat([known_apps.owner], coalesce(answerable.owners, [])))
    end as owners, -- who answers for it: in the registry, and owners and sponsors in the directory now
    trends.requests_by_day, -- requests on each of these days
    cast(apps.requests as bigint) as requests, -- requests
    cast(apps.users_served as bigint) as users_served, -- users under whose authority it acted
    cast(apps.user_writes as bigint) as user_writes, -- writes on users' data
    cast(apps.app_only_user_writes as bigint) as app_only_user_writes, -- of these with no human on the token
    apps.user_writes_of_humans * 1.0 / nullif(apps.user_writes, 0) as clarity, -- share of its writes on users' data that are answerable to a human; null where it made none
    case
        when known_apps.is_sanctioned then 'sanctioned'
        when not known_apps.is_sanctioned then 'not allowed'
        when known_apps.is_agent then 'registered'
    end as registry, -- what the registry says: sanctioned, not allowed, registered; null where it does not have it
    apps.shapes, -- identity shapes it was seen in
    case
        when granted.permissions_granted is not null
            then concat(
                    len(list_intersect(granted.permissions_granted, coalesce(used.permissions_used, []))),
                    ' of ', len(granted.permissions_granted)
                )
    end as permissions, -- how many of the permissions granted to it now stood on a token that it used; null without an inventory
    held.credentials, -- secrets and certificates that it holds now, as the inventory says; null without one
    held.secrets, -- of these, secrets
    date_diff('day', held.oldest_credential_at, apps.last_seen_at) as oldest_credential_days, -- age of the oldest when it was seen last, in days; null where no start is known
    held.next_expiry_at, -- UTC time at which the first of them expires
    apps.first_seen_at, -- UTC time of its first request in these days
    apps.last_seen_at, -- UTC time of its last
    apps.app_id, -- its app id
    apps.tenant_id -- Entra tenant
from apps
left join trends
    on apps.tenant_id = trends.tenant_id and apps.app_id = trends.app_id
left join known_apps
    on apps.app_id = known_apps.app_id
left join answerable
    on apps.tenant_id = answerable.tenant_id and apps.app_id = answerable.app_id
left join held
    on apps.tenant_id = held.tenant_id and apps.app_id = held.app_id
left join used
    on apps.tenant_id = used.tenant_id and apps.app_id = used.app_id
left join granted
    on apps.tenant_id = granted.tenant_id and apps.app_id = granted.app_id
order by apps.app_only_user_writes desc, apps.user_writes desc, apps.requests desc, apps.app_id asc, apps.tenant_id asc
