/*
title: Apps and agents for which nobody answers
description: >
  Apps and agents that acted on users' data in the period, for which neither the directory names an owner or sponsor
  nor the agent registry an owner. Managed identities are left out: who answers for them stands in Azure.
kind: panel
grain: [tenant_id, app_id]
*/
with owned as (
    select distinct
        tenant_id,
        app_id
    from directory_owners
    where
        app_id is not null
        and object_type in ('application', 'service_principal')
        and explains_from <= $last_day
        and explains_to > $first_day
),

managed as (
    select distinct
        tenant_id,
        app_id
    from directory_service_principals
    where service_principal_type = 'ManagedIdentity' or azure_resource is not null
),

known_owners as (
    select distinct tenant_id
    from owned
),

acting as (
    select
        tenant_id,
        app_id,
        max(app_name) as app_name,
        max(blueprint_app_id) as blueprint_app_id,
        cast(sum(requests) as bigint) as requests,
        cast(sum(writes) as bigint) as user_writes,
        cast(sum(app_only_user_writes) as bigint) as app_only_user_writes,
        min(first_seen_at) as first_request_at,
        max(last_seen_at) as last_request_at
    from request_counts
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
        and is_user_scoped
        and not is_self
        and actor_class in ('app_only', 'autonomous_agent', 'agent_user', 'human_via_agent')
    group by tenant_id, app_id
    having count(case when identity_shape = 'managed_identity' then 1 end) = 0
),

answered as (
    select
        acting.*,
        known_owners.tenant_id is not null as has_owners_known,
        owned.app_id is not null
        or blueprints.app_id is not null
        or known_apps.owner is not null as has_owner
    from acting
    left join owned
        on acting.tenant_id = owned.tenant_id and acting.app_id = owned.app_id
    left join owned as blueprints
        on acting.tenant_id = blueprints.tenant_id and acting.blueprint_app_id = blueprints.app_id
    left join known_owners
        on acting.tenant_id = known_owners.tenant_id
    left join known_apps
        on acting.app_id = known_apps.app_id
    left join managed
        on acting.tenant_id = managed.tenant_id and acting.app_id = managed.app_id
    where managed.app_id is null
)

select
    tenant_id, -- Entra tenant
    app_id, -- the app
    app_name, -- its name
    case when has_owners_known then 'nobody is named' else 'not known: no inventory with owners' end as state, -- whether nobody is named, or no inventory says
    requests, -- requests on users' data
    user_writes, -- of these, writes
    app_only_user_writes, -- of these, those with no human on the token
    first_request_at, -- UTC time of the first request on users' data in the period
    last_request_at, -- UTC time of the last
    has_owners_known as is_exception -- whether nobody is named although the inventory has owners
from answered
where not has_owner
order by user_writes desc, requests desc, tenant_id asc, app_id asc
