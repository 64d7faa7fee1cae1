/*
title: How sure the answers are
description: Graph requests by the grade of their attribution, from exact to unresolved.
kind: panel
grain: [day, attribution_grade]
*/
select
    day, -- event day in UTC
    attribution_grade, -- exact, strong, probable, ambiguous, request_only, unresolved
    cast(sum(requests) as bigint) as requests -- Graph requests
from request_counts
where
    day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
group by day, attribution_grade
order by day, attribution_grade
