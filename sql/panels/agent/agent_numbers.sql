/*
title: What it amounts to
description: >
  Its Graph requests in these days in numbers, for how many users, and how many of its writes a human can answer for.
kind: panel
over: agent_acts
grain: []
*/
select
    cast(coalesce(sum(requests), 0) as bigint) as requests, -- requests
    cast(coalesce(sum(refused_or_failed), 0) as bigint) as refused_or_failed, -- of these, those that were denied, failed or throttled
    count(distinct user_id) as users_served, -- users under whose authority it acted
    cast(coalesce(sum(user_writes), 0) as bigint) as user_writes, -- writes on users' data
    sum(answerable) * 1.0 / nullif(sum(user_writes), 0) as answerable_share, -- share of these with a human, 0 to 1; null without any
    cast(coalesce(sum(app_only_user_writes), 0) as bigint) as app_only_user_writes, -- of these, those with no human on the token
    min(first_seen_at) as first_seen_at, -- UTC time of its first request in these days
    max(last_seen_at) as last_seen_at, -- UTC time of its last
    max(app_name) as app_name -- its name, as its requests have it
from agent_acts
