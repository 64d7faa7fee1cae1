/*
description: >
  The app of each service principal (T11), as the inventory and all sign-ins say; where they say two, none is given.
kind: table
grain: [tenant_id, service_principal_id]
not_null: [tenant_id, service_principal_id, app_id]
*/
with named as (
    select
        tenant_id,
        service_principal_id,
        app_id,
        name,
        valid_from as named_at
    from directory_service_principals
    where app_id is not null
    union all
    select
        tenant_id,
        object_id as service_principal_id,
        app_id,
        app_name as name,
        cast(day as timestamp) as named_at
    from signed_in_objects
    where object_type = 'service_principal'
    union all
    select
        tenant_id,
        object_id as service_principal_id,
        app_id,
        app_name as name,
        cast(day as timestamp) as named_at
    from remembered_objects
    where object_type = 'service_principal'
)

select
    tenant_id, -- Entra tenant
    service_principal_id, -- object id of the service principal
    max(app_id) as app_id, -- its app
    max_by(name, named_at) as name -- its name, as last seen
from named
group by tenant_id, service_principal_id
having count(distinct app_id) = 1 and count(app_id) = count(*)
