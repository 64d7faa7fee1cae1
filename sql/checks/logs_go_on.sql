/*
description: >
  Logs that ended more than 26 hours before the newest event of their tenant: a category that is no longer exported,
  or that comes late. Measured against the other logs, not the clock, so that an export of last year is not at fault
  for its age; where exports end at different times, this says so.
kind: check
severity: warn
*/
with logs as (
    select
        tenant_id,
        log,
        max(hour) as newest_hour
    from completeness
    where log != 'unreadable' and landed > 0
    group by tenant_id, log
),

compared as (
    select
        tenant_id,
        log,
        newest_hour,
        max(newest_hour) over (partition by tenant_id) as newest_hour_of_tenant
    from logs
)

select
    tenant_id,
    log,
    newest_hour,
    newest_hour_of_tenant,
    date_diff('hour', newest_hour, newest_hour_of_tenant) as hours_behind
from compared
where date_diff('hour', newest_hour, newest_hour_of_tenant) > 26
