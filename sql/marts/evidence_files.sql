/*
description: >
  The landed files that Graph requests rest on, per tenant and day: those with the requests themselves, and those with
  the sign-ins that issued their tokens.
kind: view
grain: [tenant_id, day, landed_file]
not_null: [tenant_id, landed_file, requests]
is_stored: true
*/
with resting as (
    select
        tenant_id,
        day,
        request_landed_file as landed_file
    from settled_requests
    union all
    select
        tenant_id,
        day,
        sign_in_landed_file as landed_file
    from settled_requests
    where sign_in_id is not null and sign_in_landed_file is distinct from request_landed_file
)

select
    tenant_id, -- Entra tenant
    day, -- event day in UTC
    landed_file, -- path below landing/
    count(*) as requests -- requests of the day that rest on it
from resting
where landed_file is not null
group by
    tenant_id,
    day,
    landed_file
