/*
title: Requests that fit
description: >
  Graph requests in these days of a user, by an agent, or on the data of a user, the newest first. A user object that
  only the request names is no proof that this person acted: see how sure each row is.
kind: panel
grain: [tenant_id, request_id]
*/
select
    request_at, -- UTC time at which Graph received it
    statement, -- one sentence for a person
    attribution_grade, -- exact, strong, probable, ambiguous, request_only, unresolved
    actor_class, -- human_direct, human_via_agent, agent_user, autonomous_agent, app_only, first_party, unknown
    user_upn, -- UPN of the user, a label
    target_user_upn, -- UPN of the user whose data it is, a label
    app_name, -- the calling app
    outcome, -- success, denied, failed, throttled
    request_id, -- Graph's own id of the request
    tenant_id -- Entra tenant
from attributed_requests
where
    day between $first_day and $last_day
    and ($request_ids is null or list_contains($request_ids, tenant_id || '/' || request_id))
order by request_at desc, request_id asc
