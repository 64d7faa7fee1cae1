/*
description: Which apps wrote to users' data with no human on the token, and to whose?
kind: query
*/
select
    day,
    app_name,
    app_id,
    identity_shape,
    effect,
    outcome,
    coalesce(target_user_upn, target_user_id) as affected_user,
    count(*) as requests,
    max(sensitivity) as sensitivity
from attributed_requests
where app_only_user_write
group by
    day,
    app_name,
    app_id,
    identity_shape,
    effect,
    outcome,
    coalesce(target_user_upn, target_user_id)
order by sensitivity desc, requests desc
