/*
title: Writes on users' data answerable to a human
description: Of the writes on users' data, how many can be answered for by a human, how many by an app alone.
kind: panel
grain: [day]
*/
select
    day, -- event day in UTC
    cast(sum(user_writes) as bigint) as user_writes, -- writes on users' data
    cast(sum(answerable) as bigint) as answerable, -- of these, those with a human
    cast(sum(app_only_user_writes) as bigint) as app_only, -- of these, those of an app without any human
    sum(answerable) * 1.0 / sum(user_writes) as answerable_share -- answerable ÷ user_writes, 0 to 1
from request_counts
where
    user_writes > 0
    and day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
group by day
order by day
