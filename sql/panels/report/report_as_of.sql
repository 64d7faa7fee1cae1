/*
title: What the report rests on
description: >
  How far the published data goes: what has landed, what is published, and the last event in the case log. The report
  says what was known then.
kind: panel
grain: [place]
*/
with landed as (
    select
        count(*) as files,
        max(landed_at) as landed_at
    from landed_files
),

published as (
    select
        min(day) as first_day,
        max(day) as last_day
    from rule_evaluations
    where $tenant_id is null or tenant_id = $tenant_id
),

cases as (
    select
        count(*) as events,
        max(event_at) as event_at
    from case_events
),

lines as (
    select
        1 as place,
        'Landed files' as line,
        cast(files as varchar) as value
    from landed
    union all
    select
        2 as place,
        'Newest landed file (UTC)' as line,
        strftime(landed_at, '%Y-%m-%d %H:%M:%S') as value
    from landed
    union all
    select
        3 as place,
        'First published day' as line,
        cast(first_day as varchar) as value
    from published
    union all
    select
        4 as place,
        'Last published day' as line,
        cast(last_day as varchar) as value
    from published
    union all
    select
        5 as place,
        'Events in the case log' as line,
        cast(events as varchar) as value
    from cases
    union all
    select
        6 as place,
        'Last event in the case log (UTC)' as line,
        strftime(event_at, '%Y-%m-%d %H:%M:%S') as value
    from cases
)

select
    place, -- place in the list
    line, -- what it is about
    value -- how many, or when; null where there is none
from lines
order by place
