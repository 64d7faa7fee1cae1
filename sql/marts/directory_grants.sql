/*
description: >
  Permissions granted to applications: delegated ones, one row a scope, and application permissions, named through the
  app roles of the resource as they are now. App roles that users and groups have in an application are no permissions
  of an application and are left out.
kind: table
grain: [tenant_id, grant_id, granted, valid_from]
not_null: [tenant_id, grant_id, granted, permission_kind, valid_from]
*/
with principals as (
    select
        tenant_id,
        object_id as service_principal_id,
        app_id,
        app_roles
    from directory_versions
    where object_type = 'service_principal' and valid_to is null
),

offered as (
    select
        tenant_id,
        service_principal_id as resource_id,
        unnest(app_roles) as app_role
    from principals
),

roles as (
    select
        tenant_id,
        resource_id,
        app_role.id as app_role_id,
        max(app_role.value) as permission
    from offered
    group by tenant_id, resource_id, app_role.id
),

delegated as (
    select
        tenant_id,
        object_id,
        client_id,
        resource_id,
        consent_type,
        principal_id,
        valid_from,
        valid_to,
        explains_from,
        explains_to,
        landed_file,
        unnest(scopes) as scope
    from directory_versions
    where object_type = 'permission_grant'
),

assigned as (
    select
        versions.*,
        roles.permission
    from directory_versions as versions
    left join roles
        on
            versions.tenant_id = roles.tenant_id
            and versions.resource_id = roles.resource_id
            and versions.app_role_id = roles.app_role_id
    where
        versions.object_type = 'app_role_assignment'
        and versions.app_role_id is not null
        and coalesce(versions.principal_type, 'ServicePrincipal') = 'ServicePrincipal'
),

granted as (
    select
        tenant_id,
        object_id as grant_id,
        scope as granted,
        client_id as service_principal_id,
        'delegated' as permission_kind,
        scope as permission,
        cast(null as varchar) as app_role_id,
        resource_id,
        consent_type,
        principal_id,
        valid_from,
        valid_to,
        explains_from,
        explains_to,
        landed_file
    from delegated
    union all
    select
        tenant_id,
        object_id as grant_id,
        app_role_id as granted,
        principal_id as service_principal_id,
        'application' as permission_kind,
        permission,
        app_role_id,
        resource_id,
        cast(null as varchar) as consent_type,
        cast(null as varchar) as principal_id,
        valid_from,
        valid_to,
        explains_from,
        explains_to,
        landed_file
    from assigned
)

select
    granted.tenant_id, -- Entra tenant
    granted.grant_id, -- permission grant or app role assignment object
    granted.granted, -- what it grants: the scope, or the id of the app role
    granted.service_principal_id, -- service principal that has the permission
    principals.app_id, -- its application; null where the inventory does not have it
    granted.permission_kind, -- delegated (on behalf of users) or application (on its own)
    granted.permission, -- such as Mail.Read; null where the app role is not known
    granted.app_role_id, -- application permission: id of the app role
    granted.resource_id, -- service principal of the resource
    granted.consent_type, -- delegated: AllPrincipals (for everybody) or Principal (for one user)
    granted.principal_id, -- delegated: the one user
    granted.valid_from, -- UTC time at which this state was first seen
    granted.valid_to, -- UTC time at which another state was first seen; null while this one stands
    granted.explains_from, -- first event day that this state explains; the first state known explains all days before, too
    granted.explains_to, -- event day from which on another state explains; 9999-12-31 while this one stands
    granted.landed_file -- landed file that holds the object in this state
from granted
left join principals
    on
        granted.tenant_id = principals.tenant_id
        and granted.service_principal_id = principals.service_principal_id
