/*
title: App-only writes on users' data, by affected user
description: >
  Writes on users' data with no human on the token, by the user whose data it is. Where neither the request nor the
  inventory names the user, there is no id.
kind: panel
grain: [tenant_id, target_user_id]
*/
select
    tenant_id, -- Entra tenant
    target_user_id, -- the affected user; null where neither the request nor the inventory says
    max(target_user_upn) as target_user_upn, -- its UPN, a label
    count(*) as writes, -- writes, attempts included
    count(case when is_done then 1 end) as done, -- of these, those that were done
    count(distinct app_id) as apps, -- apps that made them
    string_agg(distinct coalesce(app_name, app_id), ', ' order by coalesce(app_name, app_id)) as app_names, -- their names
    string_agg(distinct effect, ', ' order by effect) as effects, -- what they did
    max(sensitivity) as highest_sensitivity, -- the most sensitive of it, 0 to 4
    max(request_at) as last_request_at -- UTC time of the last
from app_only_user_writes
where
    day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
    and certainty = 'certain'
group by tenant_id, target_user_id
order by writes desc, tenant_id asc, target_user_id asc
