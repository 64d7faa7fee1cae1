/*
title: What it did
description: Its Graph requests in these days, by what they did to whose data, for whom, and under which identity.
kind: panel
grain: [tenant_id, day, effect, data_class, identity_shape, actor_class, attribution_grade, unresolved_reason,
        front_end_app_id, user_id]
*/
select
    day, -- event day in UTC
    effect, -- read, create, update, delete, send, share and so on
    data_class, -- user_security, user_content, user_object, drive_unresolved, shared, tenant
    identity_shape, -- credential and attribution of the token
    actor_class, -- human_direct, human_via_agent, agent_user, autonomous_agent, app_only, first_party, unknown
    attribution_grade, -- exact, strong, probable, ambiguous, request_only, unresolved
    unresolved_reason, -- why no sign-in matched; null when one did
    front_end_app_id, -- app that the human used
    user_id, -- user under whose authority; null where there is none
    tenant_id, -- Entra tenant
    max(front_end_name) as front_end_name, -- its name
    max(user_upn) as user_upn, -- UPN of that user, a label
    max(app_name) as app_name, -- name of the app that this is about
    cast(sum(requests) as bigint) as requests, -- requests
    cast(sum(user_writes) as bigint) as user_writes, -- writes on users' data among them
    cast(sum(answerable) as bigint) as answerable, -- of these, those with a human
    cast(sum(app_only_user_writes) as bigint) as app_only_user_writes, -- of these, those with no human on the token
    cast(sum(possible_app_only_user_writes) as bigint) as possible_app_only_user_writes, -- the same on drives of which nobody said whose they are
    cast(sum(refused_or_failed) as bigint) as refused_or_failed, -- requests that were denied, failed or throttled
    min(first_seen_at) as first_seen_at, -- UTC time of the first
    max(last_seen_at) as last_seen_at -- UTC time of the last
from request_counts
where
    app_id = $app_id
    and day between $first_day and $last_day
    and ($tenant_id is null or tenant_id = $tenant_id)
group by
    day,
    effect,
    data_class,
    identity_shape,
    actor_class,
    attribution_grade,
    unresolved_reason,
    front_end_app_id,
    user_id,
    tenant_id
order by day asc, requests desc
