/*
description: >
  One row per tenant and calling app over the last 30 days of requests: what it is, who answers for it, how it acted,
  for how many users, what it wrote, with which permissions, and how much of what it wrote on users' data can be
  answered to a human.
kind: view
grain: [tenant_id, app_id]
not_null: [tenant_id, app_id, kind, requests]
*/
with newest as (
    select
        tenant_id,
        max(last_event_at) as newest_at
    from log_hours
    where log = 'MicrosoftGraphActivityLogs'
    group by tenant_id
),

recent as (
    select requests.*
    from attributed_requests as requests
    inner join newest
        on requests.tenant_id = newest.tenant_id
    where requests.app_id is not null and requests.request_at > newest.newest_at - interval 30 days
),

acts as (
    select
        tenant_id,
        app_id,
        max(app_name) as app_name,
        max(blueprint_app_id) as blueprint_app_id,
        list_sort(array_agg(distinct identity_shape)) as shapes,
        list_sort(
            array_agg(distinct coalesce(credential_key_id, federated_subject, managed_identity_resource)) filter (
                where coalesce(credential_key_id, federated_subject, managed_identity_resource) is not null
            )
        ) as credentials,
        list_sort(
            list_distinct(
                flatten(array_agg(distinct string_split(permissions, ' ')) filter (where permissions is not null))
            )
        ) as permissions_used,
        count(*) as requests,
        count(case when actor_class = 'human_via_agent' then 1 end) as requests_for_users,
        count(
            case when actor_class in ('app_only', 'autonomous_agent', 'agent_user') then 1 end
        ) as requests_on_its_own,
        count(case when actor_class = 'autonomous_agent' then 1 end) as requests_as_agent_identity,
        count(case when actor_class = 'first_party' then 1 end) as requests_of_microsoft,
        count(case when identity_shape = 'managed_identity' then 1 end) as requests_as_managed_identity,
        count(distinct user_id) as users_served,
        count(case when is_write then 1 end) as writes,
        count(case when is_write and is_user_scoped then 1 end) as user_writes,
        count(
            case when is_write and is_user_scoped and actor_class in ('human_direct', 'human_via_agent') then 1 end
        ) as user_writes_of_humans,
        count(case when app_only_user_write then 1 end) as app_only_user_writes,
        count(case when is_possible_app_only_user_write then 1 end) as possible_app_only_user_writes,
        min(request_at) as first_seen_at,
        max(request_at) as last_seen_at
    from recent
    group by tenant_id, app_id
),

answerable as (
    select
        tenant_id,
        app_id,
        list_sort(
            array_agg(distinct coalesce(owner_upn, owner_name, owner_id)) filter (where role = 'owner')
        ) as owners,
        list_sort(
            array_agg(distinct coalesce(owner_upn, owner_name, owner_id)) filter (where role = 'sponsor')
        ) as sponsors
    from directory_owners
    where valid_to is null
    group by tenant_id, app_id
),

granted as (
    select
        tenant_id,
        app_id,
        list_sort(array_agg(distinct permission)) as permissions_granted
    from directory_grants
    where valid_to is null and permission is not null
    group by tenant_id, app_id
)

select
    acts.tenant_id, -- Entra tenant
    acts.app_id, -- the calling app
    acts.app_name, -- its name
    case
        when known_apps.is_own then 'collector'
        when known_apps.is_first_party or acts.requests_of_microsoft > 0 then 'microsoft'
        when acts.blueprint_app_id is not null or acts.requests_as_agent_identity > 0 then 'agent_identity'
        when acts.requests_as_managed_identity > 0 then 'managed_identity'
        when known_apps.is_agent then 'registered_agent'
        when acts.requests_for_users > 0 then 'users_agent'
        when acts.requests_on_its_own > 0 then 'app'
        else 'client'
    end as kind, -- collector, microsoft, agent_identity, managed_identity, registered_agent, users_agent (seen acting on-behalf-of users), app (seen acting on its own), client (seen in users' own hands only)
    acts.blueprint_app_id, -- blueprint, for an Entra agent identity
    known_apps.owner as registered_owner, -- owner in the agent registry
    answerable.owners, -- owners in the directory now
    answerable.sponsors, -- sponsors in the directory now: humans accountable for an agent identity
    known_apps.is_sanctioned, -- whether the registry sanctions it; null where nobody said
    acts.shapes, -- identity shapes it was seen in
    acts.credentials, -- key ids of secrets and certificates, subjects of outside tokens and Azure resources that it used
    acts.permissions_used, -- permissions on the tokens that it used
    granted.permissions_granted, -- permissions granted to it in the directory now; null without an inventory
    acts.requests, -- requests
    acts.requests_for_users, -- as a user's agent
    acts.requests_on_its_own, -- with no human on the token
    acts.users_served, -- users under whose authority it acted
    acts.writes, -- writes
    acts.user_writes, -- writes on user-scoped data
    acts.app_only_user_writes, -- of these with no human on the token
    acts.possible_app_only_user_writes, -- the same on drives of which nobody said whose they are
    acts.first_seen_at, -- UTC time of its first request in the period
    acts.last_seen_at, -- UTC time of its last
    acts.user_writes_of_humans * 1.0 / nullif(acts.user_writes, 0) as clarity -- share of its writes on user-scoped data that are answerable to a human; null where it made none
from acts
left join known_apps
    on acts.app_id = known_apps.app_id
left join answerable
    on acts.tenant_id = answerable.tenant_id and acts.app_id = answerable.app_id
left join granted
    on acts.tenant_id = granted.tenant_id and acts.app_id = granted.app_id
