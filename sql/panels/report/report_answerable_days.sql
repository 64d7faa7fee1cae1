/*
title: Writes on users' data, day by day
description: >
  Of the writes on users' data of each day, how many can be answered for by a human, how many by an app alone, and
  how many by nobody.
kind: panel
grain: [day]
*/
with writes as (
    select
        day,
        cast(sum(user_writes) as bigint) as user_writes,
        cast(sum(answerable) as bigint) as answerable,
        cast(sum(app_only_user_writes) as bigint) as app_only
    from request_counts
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
        and user_writes > 0
    group by day
)

select
    day, -- event day in UTC
    user_writes, -- writes on users' data
    answerable, -- of these, those answerable to a human
    app_only, -- of these, those of an app with no human on the token
    user_writes - answerable - app_only as others, -- the rest: Microsoft's apps, the collector, and what nobody can say
    answerable * 1.0 / user_writes as answerable_share -- answerable ÷ user_writes, 0 to 1
from writes
order by day
