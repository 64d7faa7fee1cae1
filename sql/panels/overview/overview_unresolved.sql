/*
title: Why no sign-in was found
description: Graph requests whose token stands in no sign-in log that was read, by the reason.
kind: panel
grain: [day, unresolved_reason]
*/
select
    day, -- event day in UTC
    unresolved_reason, -- first_party, before_coverage, late_arrival, category_missing, cross_tenant, unknown
    cast(sum(requests) as bigint) as requests -- Graph requests
from request_counts
where
    day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
    and unresolved_reason is not null
group by day, unresolved_reason
order by day, unresolved_reason
