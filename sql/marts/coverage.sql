/*
description: >
  How well the requests of each app are answered: requests per tenant, day and app by attribution grade and by the
  reason why no sign-in matched.
kind: view
grain: [tenant_id, day, app_id, attribution_grade, unresolved_reason]
not_null: [tenant_id, attribution_grade, requests]
*/
select
    tenant_id, -- Entra tenant
    day, -- event day in UTC
    app_id, -- the calling app
    max(app_name) as app_name, -- its name in the sign-ins
    attribution_grade, -- exact, strong, probable, ambiguous, request_only, unresolved
    unresolved_reason, -- why no sign-in matched; null when one did
    count(*) as requests, -- requests
    count(case when is_write and is_user_scoped then 1 end) as user_writes, -- writes on user-scoped data among them
    count(case when app_only_user_write then 1 end) as app_only_user_writes -- of these with no human on the token
from attributed_requests
group by tenant_id, day, app_id, attribution_grade, unresolved_reason
