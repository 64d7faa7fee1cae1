/*
description: >
  What a day's sign-ins say of objects for good: which user objects are agents' accounts (T7, T9), and which app a
  service principal belongs to (T11). Few rows, so that all days can be asked at once.
kind: partition
grain: [tenant_id, object_type, object_id]
not_null: [tenant_id, object_type, object_id]
*/
with named as (
    select
        tenant_id,
        'agent_user' as object_type,
        user_id as object_id,
        cast(null as varchar) as app_id,
        cast(null as varchar) as app_name
    from tokens
    where is_agent_user and is_user_token and issued_at >= $window_start and issued_at < $window_end
    union all
    select
        tenant_id,
        'service_principal' as object_type,
        service_principal_id as object_id,
        app_id,
        app_name
    from tokens
    where
        service_principal_id is not null
        and app_id is not null
        and issued_at >= $window_start
        and issued_at < $window_end
)

select
    tenant_id, -- Entra tenant
    object_type, -- agent_user or service_principal
    object_id, -- the user object, or the service principal
    case when count(distinct app_id) = 1 then max(app_id) end as app_id, -- app of a service principal; null where the sign-ins say several
    case when count(distinct app_id) = 1 then max(app_name) end as app_name -- its name in the sign-ins
from named
group by tenant_id, object_type, object_id
