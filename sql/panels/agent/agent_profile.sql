/*
title: What it is
description: What the registry, the directory inventory and its blueprint say of it now.
kind: panel
grain: [tenant_id]
*/
with answerable as (
    select
        tenant_id,
        list_sort(
            array_agg(distinct coalesce(owner_upn, owner_name, owner_id)) filter (where role = 'owner')
        ) as owners,
        list_sort(
            array_agg(distinct coalesce(owner_upn, owner_name, owner_id)) filter (where role = 'sponsor')
        ) as sponsors
    from directory_owners
    where app_id = $app_id and valid_to is null
    group by tenant_id
),

principals as (
    select
        *,
        row_number() over (
            partition by tenant_id
            order by created_at desc nulls last, service_principal_id asc
        ) as place
    from directory_service_principals
    where app_id = $app_id and valid_to is null
),

applications as (
    select
        tenant_id,
        max(name) as name,
        bool_or(is_blueprint) as is_blueprint,
        min(created_at) as created_at
    from directory_applications
    where app_id = $app_id and valid_to is null
    group by tenant_id
),

known_by as (
    select tenant_id
    from answerable
    union
    select tenant_id
    from principals
    union
    select tenant_id
    from applications
),

tenants as (
    select tenant_id
    from known_by
    where $tenant_id is null or tenant_id = $tenant_id
),

blueprints as (
    select
        tenant_id,
        app_id,
        max(name) as name
    from directory_apps
    group by tenant_id, app_id
)

select
    tenants.tenant_id, -- Entra tenant
    coalesce(applications.name, principals.name) as name, -- its name in the directory now
    principals.service_principal_type, -- Application, ManagedIdentity, ServiceIdentity, …
    principals.service_principal_id, -- its service principal, of several the newest
    principals.is_enabled, -- whether it can sign in; null where the export did not ask
    principals.is_agent_identity, -- whether it is an agent identity
    applications.is_blueprint, -- whether it is a blueprint of agent identities
    principals.blueprint_app_id, -- blueprint of an agent identity
    blueprints.name as app_name, -- name of that blueprint
    principals.azure_resource, -- managed identity: the Azure resource that it belongs to
    principals.app_owner_tenant_id, -- tenant that registered the application
    principals.is_first_party, -- whether that is one of Microsoft's own
    answerable.owners, -- owners in the directory now
    answerable.sponsors, -- sponsors in the directory now
    coalesce(applications.created_at, principals.created_at) as created_at -- UTC time of creation
from tenants
left join answerable
    on tenants.tenant_id = answerable.tenant_id
left join principals
    on tenants.tenant_id = principals.tenant_id and principals.place = 1
left join applications
    on tenants.tenant_id = applications.tenant_id
left join blueprints
    on tenants.tenant_id = blueprints.tenant_id and principals.blueprint_app_id = blueprints.app_id
order by tenants.tenant_id
