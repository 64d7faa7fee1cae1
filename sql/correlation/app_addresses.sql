/*
description: >
  From which addresses each app called Graph on a day, as itself and with users' tokens: the history with which the
  finding rules compare. The address is the one of the request, which of a confidential client is the agent's own (T13).
kind: partition
grain: [tenant_id, app_id, is_app_only, ip_address]
not_null: [tenant_id, app_id, is_app_only, ip_address, requests]
*/
select
    tenant_id, -- Entra tenant
    app_id, -- the calling app
    user_id is null as is_app_only, -- whether no user stands on the request
    ip_address, -- where the requests came from
    count(*) as requests, -- requests
    min(requested_at) as first_at, -- UTC time of the first
    max(requested_at) as last_at -- UTC time of the last
from request_operations
where
    app_id is not null
    and ip_address is not null
    and requested_at >= $window_start
    and requested_at < $window_end
group by tenant_id, app_id, user_id is null, ip_address
