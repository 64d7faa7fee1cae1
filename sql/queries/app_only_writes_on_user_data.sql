/*
description: >
  Which apps wrote to users' data with no human on the token, to whose, and could they have acted as the user?
kind: query
*/
select
    day,
    app_name,
    app_id,
    certainty,
    identity_shape,
    effect,
    outcome,
    coalesce(target_user_upn, target_user_id) as affected_user,
    max(permissions) as permissions,
    is_also_on_behalf_of,
    count(*) as requests,
    max(sensitivity) as sensitivity
from app_only_user_writes
group by
    day,
    app_name,
    app_id,
    certainty,
    identity_shape,
    effect,
    outcome,
    coalesce(target_user_upn, target_user_id),
    is_also_on_behalf_of
order by sensitivity desc, requests desc
