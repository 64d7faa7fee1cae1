/*
title: Which requests fit
description: >
  The newest Graph requests in these days of a user, by an agent, or on the data of a user: which they are, and how many
  fit in all.
kind: panel
grain: [tenant_id, request_id]
*/
with users as (
    select user_id
    from directory_users
    where user_upn = lower($wanted_user) or sign_in_upn = lower($wanted_user)
),

targets as (
    select user_id
    from directory_users
    where user_upn = lower($wanted_target) or sign_in_upn = lower($wanted_target)
)

select
    tenant_id, -- Entra tenant
    request_id, -- Graph's own id of the request
    count(*) over () as requests_in_all -- how many requests fit, also those that are not in this list
from attributed_requests
where
    day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
    and (
        $wanted_user is null
        or user_id = lower($wanted_user)
        or lower(user_upn) = lower($wanted_user)
        or user_id in (select users.user_id from users)
    )
    and ( -- an agent is the calling app: to ask for it by the columns of agents would only cost time
        $wanted_agent is null
        or app_id = lower($wanted_agent)
        or contains(lower(app_name), lower($wanted_agent))
    )
    and (
        $wanted_target is null
        or target_user_id = lower($wanted_target)
        or lower(target_user_upn) = lower($wanted_target)
        or target_user_id in (select targets.user_id from targets)
    )
order by request_at desc, request_id asc
limit $most
