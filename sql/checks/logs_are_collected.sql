/*
description: >
  Logs of a source that were asked for and never came whole, or last came whole more than 26 hours before the newest
  success of their tenant, and sources that cannot be read at all. Measured against the other logs, not the clock. A
  source that is collected no more is named until its file in landing/cursors/ is removed.
kind: check
severity: warn
*/
with logs as (
    select
        tenant_id,
        source,
        source_name,
        log,
        max(last_asked_at) as last_asked_at,
        max(last_success_at) as last_success_at
    from collections
    group by tenant_id, source, source_name, log
),

compared as (
    select
        tenant_id,
        source,
        source_name,
        log,
        last_asked_at,
        last_success_at,
        max(last_success_at) over (partition by tenant_id) as newest_success_of_tenant
    from logs
)

select
    tenant_id,
    source,
    source_name,
    log,
    last_asked_at,
    last_success_at,
    newest_success_of_tenant
from compared
where
    log = 'unknown'
    or (last_asked_at is not null and last_success_at is null)
    or date_diff('second', last_success_at, newest_success_of_tenant) > 26 * 3600
