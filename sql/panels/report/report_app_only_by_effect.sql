/*
title: App-only writes on users' data, by effect
description: >
  Writes on users' data with no human on the token, by what they did and to which kind of data.
kind: panel
grain: [effect, data_class]
*/
select
    effect, -- create, update, delete, send, share, move_copy, rule, credential, upload, respond or state
    data_class, -- user_security, user_content or user_object
    count(*) as writes, -- writes, attempts included
    count(case when is_done then 1 end) as done, -- of these, those that were done
    count(distinct app_id) as apps, -- apps that made them
    count(distinct target_user_id) as affected_users, -- users whose data they name
    max(sensitivity) as highest_sensitivity -- the most sensitive of it, 0 to 4
from app_only_user_writes
where
    day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
    and certainty = 'certain'
group by effect, data_class
order by writes desc, effect asc, data_class asc
