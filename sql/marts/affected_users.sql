/*
description: >
  Whose data Graph requests named, per tenant and day: each affected user once, as far as the request or the inventory
  says who that is.
kind: view
grain: [tenant_id, day, target_user_id]
not_null: [tenant_id, target_user_id, requests]
is_stored: true
*/
select
    tenant_id, -- Entra tenant
    day, -- event day in UTC
    target_user_id, -- the affected user
    max(target_user_upn) as target_user_upn, -- its UPN, a label
    count(*) as requests, -- requests on its data
    count(case when is_write then 1 end) as writes -- of these, those that change something, attempts included
from attributed_requests
where is_user_scoped and target_user_id is not null
group by
    tenant_id,
    day,
    target_user_id
