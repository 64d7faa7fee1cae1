/*
description: >
  What each app did on a day, for whom and in which identity shape, by operation: the history that baselines of the
  finding rules compare with. As the logs of the day say it; what the directory and the settings know is not applied.
kind: partition
grain: [tenant_id, app_id, actor_class, identity_shape, user_id, operation]
not_null: [tenant_id, app_id, actor_class, identity_shape, user_id, operation, requests]
*/
with requests as (
    select *
    from request_operations
    where requested_at >= $window_start and requested_at < $window_end
)

select
    callers.tenant_id, -- Entra tenant
    callers.app_id, -- the calling app
    callers.actor_class, -- human_direct, human_via_agent, agent_user, autonomous_agent, app_only, first_party, unknown
    callers.identity_shape, -- credential and attribution of the token
    coalesce(callers.user_id, '') as user_id, -- the human, or where the class is unknown the user object on the request; empty where there is none
    coalesce(requests.operation, '') as operation, -- the effect and the names on the way; empty for a request without URI
    max(requests.data_class) as data_class, -- whose data
    max(requests.effect) as effect, -- read, create, update, …
    count(*) as requests, -- requests
    count(case when requests.outcome = 'success' then 1 end) as successes, -- of these that succeeded
    min(requests.requested_at) as first_at, -- UTC time of the first
    max(requests.requested_at) as last_at -- UTC time of the last
from requests
inner join caller_attributions as callers
    on requests.tenant_id = callers.tenant_id and requests.caller_id = callers.caller_id
where callers.app_id is not null
group by
    callers.tenant_id,
    callers.app_id,
    callers.actor_class,
    callers.identity_shape,
    coalesce(callers.user_id, ''),
    coalesce(requests.operation, '')
