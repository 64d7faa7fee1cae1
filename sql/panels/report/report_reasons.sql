/*
title: Why a sign-in is missing
description: >
  Requests of which the logs hold no sign-in, by the reason as far as it can be known.
kind: panel
grain: [unresolved_reason]
*/
with requests as (
    select
        unresolved_reason,
        cast(sum(requests) as bigint) as requests,
        cast(sum(user_writes) as bigint) as user_writes
    from request_counts
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
        and unresolved_reason is not null
    group by unresolved_reason
)

select
    unresolved_reason, -- first_party, before_coverage, late_arrival, category_missing, cross_tenant or unknown
    requests, -- requests
    requests * 1.0 / sum(requests) over () as share, -- of those in this table, 0 to 1
    user_writes, -- writes on users' data among them
    unresolved_reason in ('category_missing', 'late_arrival', 'unknown') as is_exception -- whether the tenant can do something about it
from requests
order by
    requests desc,
    unresolved_reason asc
