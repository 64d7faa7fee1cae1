/*
title: Handling of findings
description: >
  How fast people took up the findings of the period and decided on them. Times count from when the finding was seen
  for the first time, which is the run that found it and not the event.
kind: panel
grain: [severity]
*/
with found as (
    select *
    from handled_findings
    where
        day between $first_day and $last_day
        and ($tenant_id is null or tenant_id = $tenant_id)
),

acts as (
    select
        finding_id,
        min(case when status in ('acknowledged', 'in_progress', 'resolved', 'false_positive') then event_at end)
            as acknowledged_at,
        max(case when status in ('resolved', 'false_positive') then event_at end) as decided_at
    from case_events
    where kind = 'status'
    group by finding_id
),

handled as (
    select
        found.*,
        acts.acknowledged_at,
        case when found.status in ('resolved', 'false_positive') then acts.decided_at end as decided_at
    from found
    left join acts
        on found.finding_id = acts.finding_id
)

select
    severity, -- critical, high, medium, low or info
    count(*) as findings, -- findings of the period
    count(acknowledged_at) as taken_up, -- of these, those that somebody took up
    median(date_diff('second', opened_at, acknowledged_at)) / 3600.0 as median_hours_to_take_up, -- half of these were taken up faster, in hours
    max(date_diff('second', opened_at, acknowledged_at)) / 3600.0 as longest_hours_to_take_up, -- the slowest, in hours
    count(decided_at) as decided, -- resolved, or called a false positive
    median(date_diff('second', opened_at, decided_at)) / 3600.0 as median_hours_to_decide, -- half of these were decided faster, in hours
    max(date_diff('second', opened_at, decided_at)) / 3600.0 as longest_hours_to_decide, -- the slowest, in hours
    count(case when status != 'suppressed' and decided_at is null then 1 end) as open, -- neither decided nor suppressed as of the last event in the case log
    count(
        case when decided_at is null or decided_at >= cast($last_day as date) + interval 1 day then 1 end
    ) as open_at_end_of_period, -- not decided when the period ended, seen by then or not
    severity in ('critical', 'high')
    and count(acknowledged_at) < count(case when status != 'suppressed' then 1 end) as is_exception -- whether a grave one was not taken up
from handled
group by severity
order by
    case severity
        when 'critical' then 1
        when 'high' then 2
        when 'medium' then 3
        when 'low' then 4
        else 5
    end
