/*
title: In these days
description: How many writes on users' data there were, and for how many of them a human or nobody can answer.
kind: panel
grain: []
*/
select
    cast(coalesce(sum(requests), 0) as bigint) as requests, -- Graph requests
    cast(coalesce(sum(user_writes), 0) as bigint) as user_writes, -- writes on users' data
    cast(coalesce(sum(answerable), 0) as bigint) as answerable, -- of these, those with a human
    cast(coalesce(sum(app_only_user_writes), 0) as bigint) as app_only, -- of these, those of an app without any human
    sum(answerable) * 1.0 / nullif(sum(user_writes), 0) as answerable_share -- answerable ÷ user_writes, 0 to 1; null without any
from request_counts
where
    day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
