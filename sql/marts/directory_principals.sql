/*
description: The app of each service principal, as the directory or, without it, the sign-ins say (T11).
kind: table
grain: [tenant_id, service_principal_id]
not_null: [tenant_id, service_principal_id, app_id]
*/
select
    tenant_id, -- Entra tenant
    service_principal_id, -- object id of the service principal
    max(app_id) as app_id, -- its app, which never changes
    max_by(name, valid_from) as name -- its name, as last seen
from directory_service_principals
where app_id is not null
group by tenant_id, service_principal_id
