/*
title: How sure the answers are
description: >
  Requests by attribution grade: how sure it is who acted, from a matched sign-in that settles it down to no answer.
kind: panel
grain: [attribution_grade]
*/
with requests as (
    select
        attribution_grade,
        cast(sum(requests) as bigint) as requests,
        cast(sum(user_writes) as bigint) as user_writes
    from request_counts
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
    group by attribution_grade
)

select
    attribution_grade, -- exact, strong, probable, ambiguous, request_only or unresolved
    requests, -- requests
    requests * 1.0 / sum(requests) over () as share, -- of those in this table, 0 to 1
    user_writes, -- writes on users' data among them
    attribution_grade in ('ambiguous', 'unresolved') and user_writes > 0 as is_exception -- whether writes on users' data are among them of which the logs do not say who made them
from requests
order by
    case attribution_grade
        when 'exact' then 1
        when 'strong' then 2
        when 'probable' then 3
        when 'ambiguous' then 4
        when 'request_only' then 5
        else 6
    end,
    attribution_grade
