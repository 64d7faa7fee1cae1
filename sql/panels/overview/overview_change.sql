/*
title: Against the days before
description: >
  How the share of writes on users' data that a human can answer for changed against as many days before.
kind: panel
grain: []
*/
with asked as (
    select
        cast($first_day as date) as first_day,
        cast($last_day as date) as last_day
),

days as (
    select
        counts.day >= asked.first_day as is_now,
        counts.answerable,
        counts.user_writes
    from request_counts as counts
    inner join asked
        on
            counts.day <= asked.last_day
            and date_diff('day', counts.day, asked.first_day) <= date_diff('day', asked.first_day, asked.last_day) + 1
    where $tenant_id is null or counts.tenant_id = $tenant_id
),

shares as (
    select
        sum(answerable) filter (where is_now) * 1.0 / nullif(sum(user_writes) filter (where is_now), 0) as share_now,
        sum(answerable) filter (where not is_now) * 1.0
        / nullif(sum(user_writes) filter (where not is_now), 0) as share_before
    from days
)

select
    share_before, -- share of the days before, 0 to 1; null without any writes then
    (share_now - share_before) * 100 as change_in_points -- change since then in points of percent; null where there is nothing to compare
from shares
