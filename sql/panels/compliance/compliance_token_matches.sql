/*
title: Requests tied to their sign-in
description: >
  How requests were tied to the sign-in that issued their token, across the logs, and why some were not.
kind: panel
grain: [token_match, unresolved_reason]
*/
select
    token_match, -- token_id: same token id; issued_at: app, principal and time of issue; none
    unresolved_reason, -- why no sign-in matched; null when one did
    cast(sum(requests) as bigint) as requests, -- requests
    cast(sum(user_writes) as bigint) as user_writes, -- writes on users' data among them
    count(distinct app_id) as apps, -- calling apps
    coalesce(unresolved_reason in ('category_missing', 'late_arrival', 'unknown'), false) as is_exception -- whether the sign-in should be in the logs and is not
from request_counts
where
    day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
group by token_match, unresolved_reason
order by requests desc, token_match asc, unresolved_reason asc
