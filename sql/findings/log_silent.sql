/*
description: >
  A log that comes every day has stopped while other logs of the tenant go on: somebody may have switched its export
  off, or a collector is broken. Until it comes again, what happens there is not seen. One finding per log, on the day
  on which the silence shows.
kind: finding
lookback_hours: 168
rule:
  title: A log fell silent
  severity: high
  why: >
    For the last 12 hours of the day the log has no record, while another log of the tenant has some in the last 3 of
    them; and on each of the 7 days before, the log had records in the same 12 hours. High for the Graph activity log
    and the directory audit log, without which nothing else is seen; medium for the logs of sign-ins. A day that is not
    over yet, or that no log reaches the end of, does not fire.
  false_positives: >
    A log that is imported later than the others: the finding goes once it has come. A holiday, for a log in which only
    people stand.
  what_to_do: >
    Look at the diagnostic settings of Entra ID, and at who changed them (AzureActivity), then at the collector with
    `whoseagent doctor`. Import what is missing, as far as the source still has it.
  techniques: [T1562.008]
  controls: [SOC 2 CC7.2, "ISO/IEC 27001 A.8.15", NIST 800-53 AU-5, NIST 800-53 AU-12]
  required_logs: [any log]
*/
with limits as (
    select
        7 as steady_days,
        12 as silent_hours,
        3 as others_hours
),

hours as (
    select
        tenant_id,
        log,
        hour,
        last_event_at,
        extract(hour from hour) as hour_of_day,
        hour >= $window_start as is_today
    from log_hours
    where hour >= $lookback_start and hour < $window_end
),

marked as (
    select
        hours.*,
        hours.hour_of_day >= 24 - limits.silent_hours as is_late,
        hours.hour_of_day >= 24 - limits.others_hours as is_last
    from hours
    cross join limits
),

logs as (
    select
        tenant_id,
        log,
        count(distinct case when is_late and not is_today then cast(hour as date) end) as steady_days,
        coalesce(bool_or(is_late and is_today), false) as goes_on,
        coalesce(bool_or(is_last and is_today), false) as is_to_the_end,
        max(last_event_at) as last_event_at,
        max(case when is_today then last_event_at end) as last_today_at
    from marked
    group by tenant_id, log
),

others as (
    select
        tenant_id,
        max(last_today_at) as last_event_at,
        count(*) as logs
    from logs
    where is_to_the_end
    group by tenant_id
),

silent as (
    select
        logs.tenant_id,
        logs.log,
        logs.last_event_at,
        others.last_event_at as others_last_event_at,
        others.logs as others
    from logs
    cross join limits
    inner join others
        on logs.tenant_id = others.tenant_id
    where not logs.goes_on and logs.steady_days >= limits.steady_days
)

select
    tenant_id,
    log as subject,
    case when log in ('MicrosoftGraphActivityLogs', 'AuditLogs') then 'high' else 'medium' end as severity,
    last_event_at as first_seen,
    others_last_event_at as last_seen,
    cast(0 as bigint) as request_count,
    cast(null as varchar) as app_id,
    cast(null as varchar) as agent_name,
    cast(null as varchar) as user_id,
    cast(null as varchar) as user_upn,
    cast(null as varchar) as target_user_id,
    cast(null as varchar) as target_user_upn,
    concat(
        'the log ', log, ' has no record after ', strftime(last_event_at, '%Y-%m-%d %H:%M'), ' UTC, while ', others,
        case when others = 1 then ' other log goes' else ' other logs go' end,
        ' on to the end of the day; on each of the 7 days before it had records at that time'
    ) as summary,
    cast([] as struct(log varchar, record_id varchar, landed_file varchar)[]) as evidence
from silent
