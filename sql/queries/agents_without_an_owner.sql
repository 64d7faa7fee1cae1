/*
description: Which apps wrote on users' data and have no owner, sponsor or registered owner?
kind: query
*/
select
    tenant_id,
    app_name,
    app_id,
    kind,
    user_writes,
    app_only_user_writes,
    users_served,
    last_seen_at
from agents
where
    user_writes > 0
    and owners is null
    and sponsors is null
    and registered_owner is null
    and kind not in ('microsoft', 'collector', 'client')
order by user_writes desc
