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
    select *
    from request_operations
    where requested_at >= $window_start and requested_at < $window_end
)

select
    callers.tenant_id, -- Entra tenant
    callers.app_id, -- the calling app
    count(distinct requests.target_key) as users, -- users as the URIs name them: by object id, UPN, personal site or drive
    count(*) as requests, -- requests that read such content and succeeded
    min(requests.requested_at) as first_at, -- UTC time of the first
    max(requests.requested_at) as last_at -- UTC time of the last
from requests
inner join caller_attributions as callers
    on requests.tenant_id = callers.tenant_id and requests.caller_id = callers.caller_id
where
    callers.app_id is not null
    and callers.actor_class in ('app_only', 'autonomous_agent')
    and requests.effect = 'read'
    and requests.outcome = 'success'
    and requests.sensitivity >= 3
    and requests.data_class in ('user_content', 'drive_unresolved')
    and requests.target_key is not null
group by callers.tenant_id, callers.app_id
