/*
description: >
  How many users' mail, chats, files and other content of high sensitivity each app read on a day with no human on the
  token: the history with which the finding rules compare a burst. As the logs of the day say it: a user addressed by
  id, by UPN and by drive counts as three, and whose a drive is, is not looked up.
kind: partition
grain: [tenant_id, app_id]
not_null: [tenant_id, app_id, users, requests]
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
    count(distinct operations.target_key) as users, -- users as the URIs name them: by object id, UPN, personal site or drive
    count(*) as requests, -- requests that read such content and succeeded
    min(requests.requested_at) as first_at, -- UTC time of the first
    max(requests.requested_at) as last_at -- UTC time of the last
from requests
inner join request_attributions as attributions
    on requests.tenant_id = attributions.tenant_id and requests.request_id = attributions.request_id
inner join request_operations as operations
    on requests.tenant_id = operations.tenant_id and requests.request_id = operations.request_id
where
    attributions.app_id is not null
    and attributions.actor_class in ('app_only', 'autonomous_agent')
    and operations.effect = 'read'
    and operations.outcome = 'success'
    and operations.sensitivity >= 3
    and operations.data_class in ('user_content', 'drive_unresolved')
    and operations.target_key is not null
group by attributions.tenant_id, attributions.app_id
