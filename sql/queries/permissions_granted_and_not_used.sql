/*
description: Which permissions does an app have in the directory and on none of its tokens of the last 30 days?
kind: query
*/
select
    tenant_id,
    app_name,
    app_id,
    kind,
    list_filter(permissions_granted, lambda permission: not list_contains(permissions_used, permission)) as not_used
from agents
where len(list_filter(permissions_granted, lambda permission: not list_contains(permissions_used, permission))) > 0
order by app_name
