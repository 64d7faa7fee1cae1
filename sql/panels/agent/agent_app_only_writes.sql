/*
title: Writes on users' data with no human on the token
description: >
  What it wrote on users' data alone, the newest first. "Possible" are writes on drives of which nobody said whose
  they are.
kind: panel
grain: [tenant_id, request_id]
*/
select
    request_at, -- UTC time at which Graph received it
    statement, -- one sentence for a person
    certainty, -- certain; possible: a drive that may be a user's, a group's or a site's
    outcome, -- success, denied, failed, throttled
    target_user_upn, -- UPN of the affected user, a label
    identity_shape, -- kind of credential
    is_also_on_behalf_of, -- whether the app also holds on-behalf-of tokens, so that it could have acted as the user
    request_id, -- Graph's own id of the request
    tenant_id -- Entra tenant
from app_only_user_writes
where
    app_id = $app_id
    and day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
order by request_at desc, request_id asc
limit $most
