/*
description: >
  What each app did on a day, for whom and in which identity shape, by operation: the history that baselines of the
  finding rules compare with. As the logs of the day say it; what the directory and the settings know is not applied.
kind: partition
grain: [tenant_id, app_id, actor_class, identity_shape, user_id, operation]
not_null: [tenant_id, app_id, actor_class, identity_shape, user_id, operation, requests]
*/
with requests as (
    select
        tenant_id,
        request_id,
        requested_at
    from staged_graph_activity
    where requested_at >= $window_start and requested_at < $window_end
)

select
    attributions.tenant_id, -- Entra tenant
    attributions.app_id, -- the calling app
    attributions.actor_class, -- human_direct, human_via_agent, agent_user, autonomous_agent, app_only, first_party, unknown
    attributions.identity_shape, -- credential and attribution of the token
    coalesce(attributions.user_id, '') as user_id, -- the human, or where the class is unknown the user object on the request; empty where there is none
    coalesce(operations.operation, '') as operation, -- the effect and the names on the way; empty for a request without URI
    max(operations.data_class) as data_class, -- whose data
    max(operations.effect) as effect, -- read, create, update, …
    count(*) as requests, -- requests
    count(case when operations.outcome = 'success' then 1 end) as successes, -- of these that succeeded
    min(requests.requested_at) as first_at, -- UTC time of the first
    max(requests.requested_at) as last_at -- UTC time of the last
from requests
inner join request_attributions as attributions
    on requests.tenant_id = attributions.tenant_id and requests.request_id = attributions.request_id
inner join request_operations as operations
    on requests.tenant_id = operations.tenant_id and requests.request_id = operations.request_id
where attributions.app_id is not null
group by
    attributions.tenant_id,
    attributions.app_id,
    attributions.actor_class,
    attributions.identity_shape,
    coalesce(attributions.user_id, ''),
    coalesce(operations.operation, '')
